#include <iomanip>
#include <iostream>

#include "rules/rule_set.h"
#include "sensor/cli/arguments.h"
#include "sensor/inventory/write.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{"kakoi rules list | show ID | check [DIR]",
                     "list names the rules, show prints one with its query, check validates a folder of rules\n"
                     "(or the built-in ones) against the inventory's schema.\n",
                     "  kakoi rules show external-route-established\n  kakoi rules check my-rules/\n"};

void show(const Rule& r, const std::string& language) {
  const bool ja = language == "ja";
  const auto pick = [&](const Text& t) -> const std::string& { return ja ? t.ja : t.en; };
  std::cout << r.id << " (" << r.family << ", " << r.severity << ", confidence " << r.confidence << ")\n\n"
            << pick(r.title) << "\n\n" << pick(r.rationale) << "\n\n" << pick(r.limit) << "\n\n" << pick(r.confirm) << "\n\n"
            << pick(r.remedy) << "\n\n" << r.query << "\n";
}
}  // namespace

int rules(const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("lang", po::value<std::string>()->default_value("en")->value_name("ja|en"), "language of the texts");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const std::vector<std::string> words = inputs(*values);
  const std::string verb = words.empty() ? "list" : words[0];
  try {
    if (verb == "list" && words.size() <= 1) {
      const RuleSet all = RuleSet::load();
      for (const Rule& r : all.rules())
        std::cout << std::left << std::setw(32) << r.id << std::setw(10) << r.severity
                  << ((*values)["lang"].as<std::string>() == "ja" ? r.title.ja : r.title.en) << "\n";
      return kDone;
    }
    if (verb == "show" && words.size() == 2) {
      const RuleSet all = RuleSet::load();
      const Rule* rule = all.find(words[1]);
      if (!rule) throw InputError("no rule '" + words[1] + "' (kakoi rules list names them)");
      show(*rule, (*values)["lang"].as<std::string>());
      return kDone;
    }
    if (verb == "check" && words.size() <= 2) {
      const RuleSet all = words.size() == 2 ? RuleSet::load(std::filesystem::path(words[1])) : RuleSet::load();
      Database db = Database::open(":memory:");
      write_inventory({}, {}, db);
      all.check(db);
      std::cout << all.rules().size() << " rules, " << all.credentials().size() << " default credentials: no mistakes\n";
      return kDone;
    }
  } catch (const RuleError& error) {
    for (const std::string& line : error.problems) std::cerr << line << "\n";
    return kBadInput;
  }
  throw UsageError("rules: list, show ID, or check [DIR]");
}

}  // namespace kakoi::cli
