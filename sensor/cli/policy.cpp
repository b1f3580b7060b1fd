#include "rules/policy/policy.h"

#include <iostream>

#include "rules/register/register.h"
#include "rules/rule_set.h"
#include "rules/yaml_reader.h"
#include "sensor/cli/arguments.h"
#include "sensor/cli/inventory_file.h"
#include "sensor/cli/names.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{"kakoi policy init inventory.db | register inventory.db | check site.yaml",
                     "  init      print a policy to start from, filled with what an inventory shows;\n"
                     "            correct it by hand\n"
                     "  register  print the devices alone, as a CSV list for a spreadsheet; corrected,\n"
                     "            it goes to --assets\n"
                     "  check     read a site policy and name every mistake by line and column\n\n"
                     "The formats are described in docs/policy.md and docs/register.md.\n",
                     "  init      インベントリの内容を基に、ポリシーのひな形を表示する（直して使う）\n"
                     "  register  機器だけを表計算ソフト用のCSVで表示する（直して --assets に渡す）\n"
                     "  check     ポリシーを読み、全ての誤りを行と桁で示す\n\n"
                     "書式の説明は docs/policy.md と docs/register.md にあります。\n",
                     "  kakoi policy init out/inventory.db > site.yaml\n"
                     "  kakoi policy register out/inventory.db > ledger.csv\n"
                     "  kakoi policy check site.yaml\n"};
}

int policy(const Arguments& arguments) {
  const auto values = parse(arguments, po::options_description("Options"), kHelp);
  if (!values) return kDone;
  const std::vector<std::string> words = inputs(*values);
  if (words.size() != 2 || (words[0] != "check" && words[0] != "init" && words[0] != "register"))
    throw UsageError("policy: init inventory.db, register inventory.db, or check site.yaml");
  if (words[0] != "check") {
    try {
      Database db = Database::open(":memory:");
      db = open_inventory(words[1]);
      std::cout << (words[0] == "init" ? starter_policy(db) : starter_register(db));
    } catch (const DatabaseError& error) {
      throw InputError(problem_of(inventory_at(words[1]), error.what()));
    }
    return kDone;
  }
  try {
    const Policy policy = load_policy(words[1], protocol_names());
    const RuleSet rules = RuleSet::load();
    std::vector<std::string_view> known;
    for (const Rule& rule : rules.rules()) known.push_back(rule.id);
    for (const Acceptance& a : policy.acceptances)
      if (!a.rule.empty() && !rules.find(a.rule))
        std::cerr << "kakoi: note: " << words[1] << ": acceptance of rule '" << a.rule
                  << "': no rule of this program has that name" << did_you_mean(a.rule, known) << "\n";
    if (policy.zones.empty() && policy.assets.empty() && policy.ranges.empty() && policy.conduits.empty() &&
        policy.roles.empty() && policy.acceptances.empty() && policy.allowed_external.empty() &&
        policy.internal_public_ranges.empty())
      std::cerr << "kakoi: note: " << words[1]
                << ": declares nothing to judge by; 'kakoi policy init' drafts one of an "
                << "inventory\n";
    std::cout << words[1] << ": no mistakes\n";
    return kDone;
  } catch (const PolicyError& error) {
    for (const std::string& line : error.problems) std::cerr << printable(line) << "\n";
    return kBadInput;
  }
}

}  // namespace kakoi::cli
