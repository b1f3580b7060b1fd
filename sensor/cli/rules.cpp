#include <chrono>
#include <iomanip>
#include <iostream>

#include "rules/evaluate.h"
#include "rules/examples.h"
#include "rules/rule_set.h"
#include "rules/yaml_reader.h"
#include "sensor/cli/arguments.h"
#include "sensor/cli/inventory_file.h"
#include "sensor/cli/judge.h"
#include "sensor/inventory/write.h"

namespace kakoi::cli {
namespace {
constexpr Help kHelp{
    "kakoi rules list | show ID | check [DIR] | test RULE.yaml [--db inventory.db]",
    "list names the rules, show prints one with its query. check validates a folder of rules, a rule pack, a folder\n"
    "of packs, or the built-in rules: format, both languages, SQL against the inventory's schema, and each rule's own\n"
    "examples. test does so for one rule, and with --db shows what it finds in an inventory, which is not\n"
    "changed; zones and roles are those that the inventory was last judged with.\n",
    "listはルールの一覧、showは1件の内容と問合せを表示します。checkは、ルールのフォルダ、ルールパック、パックのフォルダ"
    "、又は内蔵ルールを検査します（書式、日英の文章、スキーマに対するSQL、ルールごとの例）。testは1件のルールを同様に検"
    "査し、--db "
    "を付けるとインベントリでの検出結果を示します。インベントリは変更しません。ゾーンと役割は、そのインベントリを最後に"
    "判定したときのものです。\n",
    "  kakoi rules show external-route-established\n  kakoi rules check my-pack/\n"
    "  kakoi rules test my-rule.yaml --db out/inventory.db\n"};

void show(const Rule& r, bool ja) {
  const auto pick = [&](const Text& t) -> const std::string& { return ja ? t.ja : t.en; };
  std::cout << r.id << " (" << r.family << ", " << r.severity << ", confidence " << r.confidence
            << (r.pack.empty() ? "" : ", pack " + r.pack) << ")\n\n"
            << pick(r.title) << "\n\n"
            << pick(r.rationale) << "\n\n"
            << pick(r.limit) << "\n\n"
            << pick(r.confirm) << "\n\n"
            << pick(r.remedy) << "\n\n"
            << r.query << "\n";
}

// Throws RuleError with all that is wrong. Says how many examples were run.
std::size_t check(const RuleSet& rules) {
  Database db = Database::open(":memory:");
  write_inventory({}, {}, db);
  rules.check(db);
  if (std::vector<std::string> problems = run_examples(rules, db); !problems.empty())
    throw RuleError(std::move(problems));
  std::size_t examples = 0;
  for (const Rule& rule : rules.rules()) examples += rule.examples.size();
  return examples;
}

// Of a pack, whether the program would take it, too: its hashes, and that no rule of it is there already.
RuleSet load_given(const std::filesystem::path& folder) {
  RuleSet rules = RuleSet::load(folder);
  if (rules.packs().size() == 1 && rules.packs()[0].folder.empty()) RuleSet::load().add_pack(folder);
  return rules;
}

void check_set(const RuleSet& rules) {
  const std::size_t examples = check(rules);
  std::size_t with = 0;
  for (const Rule& rule : rules.rules()) with += !rule.examples.empty();
  std::cout << rules.rules().size() << (rules.rules().size() == 1 ? " rule, " : " rules, ") << with
            << " of them with examples (" << examples << " run), " << rules.credentials().size()
            << " default credentials: no mistakes\n";
  for (const Pack& pack : rules.packs()) std::cout << "pack " << pack.describe() << "\n";
}

bool holds_rules(const std::filesystem::path& folder) {
  std::error_code error;
  for (const char* part : {"", "baseline", "timely", "credentials"})
    for (const auto& entry : std::filesystem::directory_iterator(folder / part, error))
      if (is_rule_file(entry.path())) return true;
  return error && !std::filesystem::is_directory(folder);
}

// All of them, whatever is wrong with one. Throws RuleError with what is wrong, each line after the pack's folder.
void check_packs(const std::vector<std::filesystem::path>& packs) {
  std::vector<std::string> problems;
  for (const std::filesystem::path& pack : packs) {
    try {
      check_set(load_given(pack));
    } catch (const RuleError& error) {
      for (const std::string& problem : error.problems)
        problems.push_back(problem.starts_with(pack.string()) ? problem : pack.string() + ": " + problem);
    }
  }
  if (!problems.empty()) throw RuleError(std::move(problems));
}

int check_rules(const std::vector<std::string>& words) {
  if (words.size() < 2) {
    check_set(RuleSet::load());
  } else if (holds_rules(words[1])) {
    check_set(load_given(words[1]));
  } else {
    check_packs(find_packs(words[1]));
  }
  return kDone;
}

std::string near_rule(std::string_view id, const RuleSet& all) {
  std::vector<std::string_view> known;
  for (const Rule& rule : all.rules()) known.push_back(rule.id);
  return did_you_mean(id, known);
}

std::string cited(const Finding& f, Database& db) {
  Statement s = db.prepare(
      "select c.source, p.number from packet p join capture c on c.capture_id = p.capture_id where p.packet_id = ?1");
  std::string out;
  for (const std::int64_t id : f.packets) {
    s.bind(1, id);
    if (s.step()) out += (out.empty() ? "" : ", ") + printable(s.text(0)) + " packet " + s.text(1);
    s.reset();
  }
  return out.empty() ? "no packet" : out;
}

int test_rule(const std::string& file, const po::variables_map& values, bool ja) {
  const std::vector<RuleSet::Source> source = {{file, read_file(file)}};
  const RuleSet rules = RuleSet::parse(source);
  if (rules.rules().empty()) throw InputError(file + ": holds no rule");
  const Rule& rule = rules.rules()[0];
  const std::size_t examples = check(rules);
  std::cout << rule.id << ": no mistakes, " << examples << (examples == 1 ? " example" : " examples")
            << (examples == 0 ? "; add one that triggers and one near miss (docs/writing-rules.md)\n"
                              : " as expected\n");
  if (!values.contains("db")) return kDone;
  const std::string path = values["db"].as<std::string>();
  try {
    Database db = open_inventory(path);
    const bool inferred = db.text("select value from meta where key = 'policy'") != "declared";
    const auto start = std::chrono::steady_clock::now();
    const std::vector<Finding> findings = evaluate(rule, db, inferred);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start);
    std::cout << path << ": " << findings.size() << (findings.size() == 1 ? " finding" : " findings") << " in "
              << took.count() << " ms\n";
    for (const Finding& f : findings)
      std::cout << "\n"
                << f.id << " [" << f.severity << ", confidence " << f.confidence << "] "
                << printable(ja ? f.title.ja : f.title.en) << "\n  " << printable(ja ? f.detail.ja : f.detail.en)
                << "\n  " << cited(f, db) << "\n";
  } catch (const DatabaseError& error) {
    const std::string why = error.what();
    throw InputError(why.starts_with(path) ? why : path + ": " + why);
  }
  return kDone;
}
}  // namespace

int rules(const Arguments& arguments) {
  po::options_description options("Options");
  options.add_options()("lang", po::value<std::string>()->default_value("en")->value_name("ja|en"),
                        "language of the texts")("db", po::value<std::string>()->value_name("inventory.db"),
                                                 "inventory to test a rule with");
  const auto values = parse(arguments, options, kHelp);
  if (!values) return kDone;
  const std::vector<std::string> words = inputs(*values);
  const std::string verb = words.empty() ? "list" : words[0];
  const bool ja = parse_language(*values) == "ja";
  if (values->contains("db") && verb != "test") throw UsageError("--db belongs to 'kakoi rules test'");
  try {
    if (verb == "list" && words.size() <= 1) {
      const RuleSet all = RuleSet::load();
      for (const Rule& r : all.rules())
        std::cout << std::left << std::setw(32) << r.id << std::setw(10) << r.severity << (ja ? r.title.ja : r.title.en)
                  << "\n";
      return kDone;
    }
    if (verb == "show" && words.size() == 2) {
      const RuleSet all = RuleSet::load();
      const Rule* rule = all.find(words[1]);
      if (!rule)
        throw InputError("no rule '" + words[1] + "'" + near_rule(words[1], all) + "; kakoi rules list names them");
      show(*rule, ja);
      return kDone;
    }
    if (verb == "check" && words.size() <= 2) return check_rules(words);
    if (verb == "test" && words.size() == 2) return test_rule(words[1], *values, ja);
  } catch (const RuleError& error) {
    for (const std::string& line : error.problems) std::cerr << printable(line) << "\n";
    return kBadInput;
  }
  throw UsageError("rules: list, show ID, check [DIR], or test RULE.yaml [--db inventory.db]");
}

}  // namespace kakoi::cli
