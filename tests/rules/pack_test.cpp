// Rule packs and rules' own examples.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "rules/examples.h"
#include "sensor/inventory/hash.h"
#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

// A folder for one test.
struct Folder {
  fs::path path =
      fs::temp_directory_path() / ("kakoi-pack-" + std::to_string(getpid()) + "-" + std::to_string(++count));
  static inline int count = 0;
  Folder() { fs::create_directories(path); }
  ~Folder() { fs::remove_all(path); }
  Folder& write(const std::string& name, const std::string& text) {
    fs::create_directories((path / name).parent_path());
    std::ofstream(path / name, std::ios::binary) << text;
    return *this;
  }
};

std::string rule_yaml(const std::string& id, const std::string& more = "") {
  std::string out = "id: " + id + "\nfamily: control\nseverity: low\nconfidence: 50\nexposure_class: legacy-os\n";
  for (const char* key : {"title", "detail", "rationale", "limit", "remedy", "confirm"})
    out += std::string(key) + ": {en: e, ja: 文}\n";
  return out +
         "query: |\n  select server_id as subject_id, server_id as key, first_packet_id as packet_1, first_ts, "
         "last_ts from link where protocol = 'telnet'\n" +
         more;
}

std::string meta(const std::string& id, const std::string& date, const std::string& until = "2027-01-01") {
  return "id: " + id + "\nversion: '1'\ndate: " + date + "\nvalid_until: " + until + "\ntitle: {en: e, ja: 文}\n";
}

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const RuleError& error) {
    return error.what();
  }
  return "";
}

std::string hash(const std::string& text) { return to_hex(Sha256().of(as_bytes(text))); }

TEST(Pack, IsAddedToTheBuiltInRules) {
  Folder folder;
  folder.write("pack.yaml", meta("plant", "2026-01-01")).write("mine.yaml", rule_yaml("mine"));
  RuleSet rules = RuleSet::load();
  const std::size_t before = rules.rules().size();
  const std::string hash_before = rules.sha256();
  rules.add_pack(folder.path);
  EXPECT_EQ(rules.rules().size(), before + 1);
  ASSERT_TRUE(rules.find("mine"));
  EXPECT_EQ(rules.find("mine")->pack, "plant");
  EXPECT_NE(rules.sha256(), hash_before);
  ASSERT_EQ(rules.packs().size(), 2u);
  EXPECT_EQ(rules.packs()[0].describe(), "plant 1 (unsigned, 1 rule, current until 2027-01-01)");
  EXPECT_THAT(rules.packs()[1].describe(), HasSubstr("built in"));
  EXPECT_EQ(rules.find("tunnel-tool")->pack, "timely");
}

TEST(Pack, TakesThePlaceOfAnOlderOne) {
  Folder folder;
  folder.write("pack.yaml", meta("timely", "2099-01-01", "2099-12-31")).write("mine.yaml", rule_yaml("mine"));
  RuleSet rules = RuleSet::load();
  rules.add_pack(folder.path);
  EXPECT_TRUE(rules.find("mine"));
  EXPECT_FALSE(rules.find("tunnel-tool"));
  EXPECT_TRUE(rules.find("external-inbound"));
  Folder old;
  old.write("pack.yaml", meta("timely", "2020-01-01")).write("other.yaml", rule_yaml("other"));
  EXPECT_EQ(rules.add_pack(old.path),
            old.path.string() + ": rule pack timely 1 of 2020-01-01 is not used; 1 of 2099-01-01 is there already");
  EXPECT_TRUE(rules.find("mine"));
  EXPECT_FALSE(rules.find("other"));
  EXPECT_EQ(rules.add_pack(folder.path),  // the same day: the later given counts
            folder.path.string() + ": rule pack timely 1 of 2099-01-01 takes the place of 1 of 2099-01-01");
  RuleSet alone = RuleSet::load(folder.path);  // a set of that pack and nothing else
  alone.add_pack(folder.path);
  EXPECT_EQ(alone.rules().size(), 1u);
}

TEST(Pack, MayNotReplaceASingleRule) {
  Folder folder;
  folder.write("pack.yaml", meta("plant", "2026-01-01")).write("mine.yaml", rule_yaml("external-inbound"));
  RuleSet rules = RuleSet::load();
  EXPECT_THAT(error_of([&] { rules.add_pack(folder.path); }),
              HasSubstr("rule 'external-inbound' stands twice (baseline/external-inbound.yaml, " +
                        folder.path.string() + "/mine.yaml); give each its own id"));
  EXPECT_TRUE(rules.find("external-inbound"));
}

TEST(Pack, SaysWhatIsWrongWithIt) {
  Folder folder;
  RuleSet rules = RuleSet::load();
  EXPECT_EQ(error_of([&] { rules.add_pack(folder.path); }), folder.path.string() + ": holds no pack.yaml");
  folder.write("pack.yaml", "id: Plant\nversion: 1\ndate: tomorrow\nvaliduntil: 2027-01-01\ntitle: {en: e, ja: 文}\n");
  EXPECT_EQ(error_of([&] { rules.add_pack(folder.path); }),
            folder.path.string() + "/pack.yaml:1:1: a pack needs the key 'valid_until'\n" + folder.path.string() +
                "/pack.yaml:1:5: 'Plant' is no id; use lower-case letters, digits and '-'\n" + folder.path.string() +
                "/pack.yaml:3:7: 'tomorrow' is no date; write it like 2027-03-31\n" + folder.path.string() +
                "/pack.yaml:4:1: unknown key 'validuntil' (did you mean 'valid_until'?)");
}

TEST(Pack, IsOfDaysInOrderAndOfFilesThatAreRead) {
  Folder folder;
  RuleSet rules = RuleSet::load();
  folder.write("pack.yaml", meta("plant", "2027-01-02", "2027-01-01")).write("mine.yaml", rule_yaml("mine"));
  EXPECT_THAT(error_of([&] { rules.add_pack(folder.path); }),
              HasSubstr("pack.yaml:4:14: the pack is over before its date, 2027-01-02"));
  folder.write("pack.yaml", meta("plant", "2026-01-01")).write("._mine.yaml", std::string("\0\5\x16\7", 4));
  rules.add_pack(folder.path);
  EXPECT_TRUE(rules.find("mine"));
  folder.write("more.yml", rule_yaml("more"));
  EXPECT_THAT(error_of([&] { rules.add_pack(folder.path); }), HasSubstr("more.yml: is not read; call it *.yaml"));
}

TEST(Pack, IsRefusedIfItIsNotWhatWasSigned) {
  const std::string m = meta("plant", "2026-01-01"), r = rule_yaml("mine");
  const std::string listing = hash(r) + "  mine.yaml\n" + hash(m) + " *pack.yaml\n";
  const auto check = [](std::string_view text, std::string_view signature) {
    return signature == "signed:" + hash(std::string(text));
  };
  Folder folder;
  folder.write("pack.yaml", m).write("mine.yaml", r).write("pack.sha256", listing);
  EXPECT_EQ(read_pack_files(folder.path, check).origin, PackOrigin::unsigned_);
  folder.write("pack.sha256.sig", "signed:" + hash(listing));
  EXPECT_EQ(read_pack_files(folder.path, check).origin, PackOrigin::signed_checked);
  EXPECT_EQ(read_pack_files(folder.path, {}).origin, PackOrigin::signed_unchecked);
  const auto why = [&] { return error_of([&] { read_pack_files(folder.path, check); }); };
  folder.write("pack.sha256.sig", "signed:by somebody else");
  EXPECT_EQ(why(), folder.path.string() + ": pack.sha256.sig is not a signature by the key given; the pack is refused");
  folder.write("mine.yaml", r + "\n");
  EXPECT_EQ(why(), folder.path.string() + ": mine.yaml is not what pack.sha256 lists; the pack is refused");
  folder.write("mine.yaml", r).write("more.yaml", rule_yaml("more"));
  EXPECT_EQ(why(), folder.path.string() + ": more.yaml is not listed in pack.sha256; the pack is refused");
  fs::remove(folder.path / "more.yaml");
  fs::remove(folder.path / "mine.yaml");
  EXPECT_EQ(why(), folder.path.string() + ": mine.yaml is listed in pack.sha256 and missing; the pack is refused");
  folder.write("pack.sha256", "nonsense\n");
  EXPECT_EQ(why(), folder.path.string() + ": pack.sha256 is not what 'sha256sum *.yaml' prints; the pack is refused");
  fs::remove(folder.path / "pack.sha256");
  EXPECT_EQ(why(), folder.path.string() + ": has pack.sha256.sig but no pack.sha256; the pack is refused");
}

TEST(Pack, IsFoundInAFolderOfPacks) {
  Folder folder;
  folder.write("b/pack.yaml", "").write("a/pack.yaml", "").write("c/other.yaml", "");
  EXPECT_THAT(find_packs(folder.path), ElementsAre(folder.path / "a", folder.path / "b"));
  EXPECT_THAT(find_packs(folder.path / "a"), ElementsAre(folder.path / "a"));
  EXPECT_THAT(error_of([&] { find_packs(folder.path / "c"); }), HasSubstr("is no rule pack, nor a folder of packs"));
}

TEST(Pack, IsStaleByTheTimeOfTheCaptures) {
  Folder folder;  // captures of these tests end on 2023-11-14
  folder.write("pack.yaml", meta("plant", "2023-01-01", "2023-11-13")).write("mine.yaml", rule_yaml("mine"));
  RuleSet rules = RuleSet::load();
  rules.add_pack(folder.path);
  Site site;
  const AssessResult result = assess(site.db, {}, rules, {});
  EXPECT_THAT(result.notes, ElementsAre("rule pack plant 1 was current until 2023-11-13; the captures are newer"));
  EXPECT_EQ(site.db.text("select level || ' ' || detail from coverage where metric = 'stale_rule_packs'"),
            "limited plant 1 until 2023-11-13");
  folder.write("pack.yaml", meta("plant", "2023-01-01", "2023-11-14"));
  RuleSet fresh = RuleSet::load();
  fresh.add_pack(folder.path);
  assess(site.db, {}, fresh, {});
  EXPECT_EQ(site.db.integer("select count(*) from coverage where metric = 'stale_rule_packs'"), 0);
}

std::vector<std::string> problems_of(const std::string& examples) {
  const std::vector<RuleSet::Source> sources = {{"mine.yaml", rule_yaml("mine", examples)}};
  try {
    const RuleSet rules = RuleSet::parse(sources);
    Site empty;
    empty.db.execute("delete from capture");
    return run_examples(rules, empty.db);
  } catch (const RuleError& error) {
    return error.problems;
  }
}

TEST(Examples, OfTheBuiltInRulesHold) {
  Site empty;
  empty.db.execute("delete from capture");
  EXPECT_THAT(run_examples(built_in_rules(), empty.db), IsEmpty());
  for (const Rule& rule : built_in_rules().rules())
    if (rule.pack == "timely") {
      EXPECT_FALSE(rule.examples.empty()) << rule.id;
    }
}

TEST(Examples, MustTriggerOrNot) {
  EXPECT_THAT(problems_of("examples:\n"
                          "  triggers: {link: {client_id: a, server_id: b, protocol: telnet}}\n"
                          "  near_miss: {link: {client_id: a, server_id: b, protocol: ssh}}\n"),
              IsEmpty());
  EXPECT_THAT(problems_of("examples:\n"
                          "  triggers: {link: {client_id: a, server_id: b, protocol: ssh}}\n"
                          "  near_miss: {link: {client_id: a, server_id: b, protocol: telnet}}\n"),
              ElementsAre("mine.yaml:15:13: rule mine: this example must give a finding, and gives none",
                          "mine.yaml:16:14: rule mine: this example must give no finding, and gives 1"));
}

TEST(Examples, SayWhatIsWrongWithThem) {
  EXPECT_THAT(problems_of("examples: {triggers: {link: {}}}\n"),
              ElementsAre("mine.yaml:14:11: 'examples' needs the key 'near_miss'"));
  EXPECT_THAT(problems_of("examples: {triggers: 5, near_miss: {link: 7}}\n"),
              ElementsAre("mine.yaml:14:22: an example must be a mapping from tables of the inventory to rows",
                          "mine.yaml:14:43: a row must be a mapping from columns to values"));
  EXPECT_THAT(
      problems_of("examples:\n"
                  "  triggers: {lnik: {client_id: a}}\n"
                  "  near_miss: {link: {client_di: a}}\n"),
      ElementsAre("mine.yaml:15:20: rule mine: there is no table 'lnik' (did you mean 'link'?)",
                  "mine.yaml:16:21: rule mine: table 'link' has no column 'client_di' (did you mean 'client_id'?)"));
  EXPECT_THAT(problems_of("examples:\n"
                          "  triggers: {link: {server_id: b, protocol: telnet, server_port: ssh}}\n"
                          "  near_miss: {}\n"),
              ElementsAre("mine.yaml:15:20: rule mine: 'server_port' of table 'link' is a number, not 'ssh'"));
  EXPECT_THAT(problems_of("examples:\n"
                          "  triggers: {link: {protocol: telnet, server_id: b}, policy: {zonse: []}}\n"
                          "  near_miss: {}\n"),
              ElementsAre(testing::AllOf(HasSubstr("mine.yaml:15:13: rule mine: the example's policy: policy:1:"),
                                         HasSubstr("unknown key 'zonse' (did you mean 'zones'?)"))));
}

}  // namespace
}  // namespace kakoi
