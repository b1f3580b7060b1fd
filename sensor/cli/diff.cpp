#include <iostream>

#include "reports/diff/diff.h"
#include "reports/output.h"
#include "sensor/cli/arguments.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{
    "kakoi diff OLD.db NEW.db [options]",
    "Tells what is new, gone or changed between two inventories: assets, services, links, operations and\n"
    "findings. What is only in the old one was not seen again, which does not prove that it is gone.\n",
    "  kakoi diff 2025/inventory.db 2026/inventory.db --html changes.html\n"};

Database opened(const std::string& name) {
  try {
    Database db = Database::open_read_only(name);
    db.prepare("select asset_id from asset limit 1").step();  // else it is no inventory
    return db;
  } catch (const DatabaseError& error) {
    throw InputError(name + ": " + error.what());
  }
}
}  // namespace

int diff(const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("lang", po::value<std::string>()->default_value("ja")->value_name("ja|en"),
                        "language of the text and the page")("json", po::value<std::string>()->value_name("FILE"),
                                                             "write it as JSON, too")(
      "html", po::value<std::string>()->value_name("FILE"), "write it as a page, too");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const std::vector<std::string> named = inputs(*values);
  if (named.size() != 2) throw UsageError("diff: name two inventories, the older one first");
  const std::string language = (*values)["lang"].as<std::string>();
  if (language != "ja" && language != "en") throw UsageError("--lang takes ja or en, not '" + language + "'");
  Database before = opened(named[0]), after = opened(named[1]);
  const Diff changes = compare(before, after, language);
  try {
    if (values->contains("json"))
      write_whole((*values)["json"].as<std::string>(), [&](std::ostream& out) { write_json(changes, out); });
    if (values->contains("html"))
      write_whole((*values)["html"].as<std::string>(), [&](std::ostream& out) { write_html(changes, language, out); });
  } catch (const OutputError& error) {
    throw InputError(error.what());
  }
  write_text(changes, language, std::cout);
  return kDone;
}

}  // namespace kakoi::cli
