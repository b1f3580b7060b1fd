#include <filesystem>
#include <iostream>

#include "reports/diff/diff.h"
#include "reports/manifest/manifest.h"
#include "reports/output.h"
#include "sensor/cli/arguments.h"
#include "sensor/cli/inventory_file.h"
#include "sensor/cli/judge.h"
#include "sensor/cli/overwriting.h"

namespace kakoi::cli {
namespace {
namespace fs = std::filesystem;

constexpr Help kHelp{
    "kakoi diff OLD NEW [options]",
    "Compares two surveys, last year's and this one's: OUT folders, or their inventory.db. Findings are new, "
    "unchanged,\n"
    "fixed, or no longer observable: fixed only where the new captures could have shown them again. The verdict on "
    "each\n"
    "control then and now, and what is new, gone or changed of assets, services, links and operations.\n",
    "2回の調査（昨年と今年など）を比べます。OUTフォルダ又はinventory."
    "dbを指定します。所見は、新規、継続、解消、観測不能に分けます。解消とするのは、新しいキャプチャで再び観測できたはず"
    "の場合だけです。管理策ごとの前回と今回の判定、資産・サービス・通信・操作の追加、消滅、変化も示します。\n",
    "  kakoi diff 2025 2026 --html year.html --json year.json\n"};

struct Survey {
  Database db;
  std::string inventory_sha256, manifest_sha256;
};

// The hash that the folder's manifest gives for inventory.db must be that of the file.
void check_chain(const fs::path& manifest, const std::string& found) {
  try {
    const Manifest told = read_manifest(manifest);
    const auto inventory = told.outputs.find(kInventoryFile);
    if (inventory != told.outputs.end() && inventory->second.sha256 != found)
      std::cerr << "kakoi: note: " << manifest.string()
                << ": inventory.db is not the one that the manifest names; see kakoi verify\n";
  } catch (const ManifestError&) {  // no manifest, nothing to hold against it
  }
}

Survey opened(const std::string& name) {
  std::error_code error;
  const bool is_folder = fs::is_directory(name, error);
  const fs::path inventory = inventory_at(name);
  try {
    Survey survey{open_inventory(name), digest_of_file(inventory).sha256, {}};
    if (const fs::path manifest = fs::path(name) / kManifestFile; is_folder && fs::is_regular_file(manifest, error)) {
      survey.manifest_sha256 = digest_of_file(manifest).sha256;
      check_chain(manifest, survey.inventory_sha256);
    }
    return survey;
  } catch (const DatabaseError& problem) {
    throw InputError(problem_of(inventory, problem.what()));
  } catch (const OutputError& problem) {
    throw InputError(problem.what());
  }
}

// What came first stands first: else what is new is told as fixed, and the other way round.
void note_order(Database& before, Database& after, const std::vector<std::string>& named) {
  const auto earlier = [&](const char* time) {
    const std::string sql = std::string("select coalesce(") + time + ", 0) from capture";
    return after.integer(sql) < before.integer(sql);
  };
  if (earlier("min(first_ts)") && earlier("max(last_ts)"))
    std::cerr << "kakoi: note: the captures of " << printable(named[1]) << " are earlier than those of "
              << printable(named[0]) << "; is the order OLD NEW?\n";
}
}  // namespace

int diff(const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("lang", po::value<std::string>()->default_value("ja")->value_name("ja|en"),
                        "language of the table, and the page's first")(
      "json", po::value<std::string>()->value_name("FILE"), "write it as JSON, too")(
      "html", po::value<std::string>()->value_name("FILE"), "write it as a page, too");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const std::vector<std::string> named = inputs(*values);
  if (named.size() != 2) throw UsageError("diff: name two OUT folders or inventories, the older one first");
  const std::string language = parse_language(*values);
  for (const char* name : {"json", "html"})
    for (const std::string& survey : named)
      if (values->contains(name))
        keep_from_file((*values)[name].as<std::string>(), {inventory_at(survey), fs::path(survey) / kManifestFile});
  if (values->contains("json") && values->contains("html") &&
      (*values)["json"].as<std::string>() == (*values)["html"].as<std::string>())
    throw UsageError("diff: --json and --html name one file");
  for (const char* name : {"json", "html"})
    if (values->contains(name) && fs::is_directory((*values)[name].as<std::string>()))
      throw InputError((*values)[name].as<std::string>() + ": is a folder; name a file");
  Survey before = opened(named[0]), after = opened(named[1]);
  try {
    note_order(before.db, after.db, named);
    Diff changes = compare(before.db, after.db);
    changes.before.inventory_sha256 = before.inventory_sha256;
    changes.before.manifest_sha256 = before.manifest_sha256;
    changes.after.inventory_sha256 = after.inventory_sha256;
    changes.after.manifest_sha256 = after.manifest_sha256;
    if (values->contains("json"))
      write_whole((*values)["json"].as<std::string>(), [&](std::ostream& out) { write_json(changes, out); });
    if (values->contains("html"))
      write_whole((*values)["html"].as<std::string>(), [&](std::ostream& out) { write_html(changes, language, out); });
    write_text(changes, language, std::cout);
  } catch (const OutputError& error) {
    throw InputError(error.what());
  } catch (const DatabaseError& error) {
    throw InputError(named[0] + ", " + named[1] + ": " + error.what());
  }
  return kDone;
}

}  // namespace kakoi::cli
