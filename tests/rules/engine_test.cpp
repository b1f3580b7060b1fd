#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include <filesystem>
#include <fstream>

#include "rules/evaluate.h"
#include "rules/template.h"
#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string rule_yaml(const std::string& query, const std::string& detail = "{subject}", const std::string& more = "") {
  return "id: sample\nfamily: external\nseverity: high\nconfidence: 80\nexposure_class: legacy-os\n"
         "title: {en: T, ja: 題}\ndetail: {en: \"" +
         detail + "\", ja: \"" + detail +
         "\"}\n"
         "rationale: {en: a, ja: あ}\nlimit: {en: a, ja: あ}\nremedy: {en: a, ja: あ}\nconfirm: {en: a, ja: あ}\n" +
         more + "query: |\n" + query;
}

RuleSet rules_of(const std::string& yaml) {
  const RuleSet::Source source{"sample.yaml", yaml};
  return RuleSet::parse({&source, 1});
}

std::vector<std::string> problems(const std::string& yaml, bool with_database = false) {
  try {
    const RuleSet rules = rules_of(yaml);
    Site site;
    if (with_database) rules.check(site.db);
  } catch (const RuleError& error) {
    return error.problems;
  }
  return {};
}

const std::string kHosts =
    "  select asset_id as subject_id, '' as peer_id, asset_id as key, name as host,\n"
    "         first_packet_id as packet_1, first_ts, last_ts\n"
    "  from asset\n";

TEST(AssetLabels, TellWhichAddressesThereAre) {
  Site site;
  site.host("PLC-1", {.ip = "192.168.1.10"}).host("10.0.0.9", {.ip = "10.0.0.9"});
  const auto label = [&](const std::string& asset) { return *AssetLabels(site.db).find(asset); };
  EXPECT_EQ(label("PLC-1"), "PLC-1 (192.168.1.10)");
  EXPECT_EQ(label("10.0.0.9"), "10.0.0.9");
  site.address("PLC-1", "192.168.1.10", 5).address("PLC-1", "fe80::1");  // the same in a VLAN; of another kind
  EXPECT_EQ(label("PLC-1"), "PLC-1 (192.168.1.10)");
  site.address("PLC-1", "172.16.0.10").address("10.0.0.9", "10.0.0.10");
  EXPECT_EQ(label("PLC-1"), "PLC-1 (172.16.0.10, 192.168.1.10)");
  EXPECT_EQ(label("10.0.0.9"), "10.0.0.9 (10.0.0.10)");
  site.address("PLC-1", "192.168.2.10").address("PLC-1", "192.168.3.10");
  EXPECT_EQ(label("PLC-1"), "PLC-1 (172.16.0.10, 192.168.1.10 +2)");
}

TEST(BuiltInRules, AreSoundAndComplete) {
  Site site;
  built_in_rules().check(site.db);
  std::vector<std::string> ids;
  for (const Rule& rule : built_in_rules().rules()) ids.push_back(rule.id);
  EXPECT_GE(ids.size(), 56u);
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_THAT(ids, testing::IsSupersetOf({"credential-default", "external-route-established", "it-ot-shared-segment",
                                          "legacy-os", "ot-writes-multiple-masters", "vpn-tunnel"}));
  EXPECT_GT(built_in_rules().credentials().size(), 40u);
}

// A class without a rule can say nothing on the controls that it bears on.
TEST(BuiltInRules, CoverEveryExposureClass) {
  std::set<std::string> covered;
  for (const Rule& rule : built_in_rules().rules()) covered.insert(rule.exposure_class);
  for (const std::string_view each : kExposureClasses) EXPECT_TRUE(covered.contains(std::string(each))) << each;
}

TEST(BuiltInRules, AreTheSameFromTheFolder) {
  const RuleSet folder = RuleSet::load(std::filesystem::path(KAKOI_SOURCE_DIR) / "rules");
  ASSERT_EQ(folder.rules().size(), built_in_rules().rules().size());
  for (std::size_t i = 0; i < folder.rules().size(); ++i) {
    EXPECT_EQ(folder.rules()[i].id, built_in_rules().rules()[i].id);
    EXPECT_EQ(folder.rules()[i].query, built_in_rules().rules()[i].query);
  }
  EXPECT_EQ(folder.credentials().size(), built_in_rules().credentials().size());
}

TEST(RuleErrors, NamePlaceReasonAndAdvice) {
  EXPECT_THAT(problems(rule_yaml(kHosts, "{host}", "sevrity: low\n")),
              ElementsAre("sample.yaml:12:1: unknown key 'sevrity' (did you mean 'severity'?)"));
  std::string slips = rule_yaml(kHosts);
  const std::string long_id(33, 'a');
  for (const auto& [from, to] : {std::pair<std::string, std::string>("sample", long_id),
                                 {"external", "extrenal"},
                                 {"limit: {en: a, ja: あ}", "limit: {en: あ, ja: a}"}})
    slips.replace(slips.find(from), from.size(), to);
  EXPECT_THAT(problems(slips),
              ElementsAre("sample.yaml:1:5: '" + long_id + "' is longer than 32 characters",
                          "sample.yaml:2:9: 'family' is 'extrenal' (did you mean 'external'?), but must be external, "
                          "segmentation, control, credential, legacy, network or inventory",
                          "sample.yaml:9:13: 'en' is written in Japanese", "sample.yaml:9:20: 'ja' holds no Japanese"));
  EXPECT_THAT(problems("id: [\n"), ElementsAre(HasSubstr("sample.yaml:2:1: no valid YAML")));
  EXPECT_THAT(problems(rule_yaml(kHosts, "{open")),
              ElementsAre("sample.yaml:7:9: 'detail' has a '{' without its '}'; close it"));
  EXPECT_THAT(problems("id: sample\n"), testing::Contains("sample.yaml:1:1: a rule needs the key 'severity'"));
  EXPECT_THAT(problems("credentials: [{id: a, source: s, username: u}]\n"),
              ElementsAre("sample.yaml:1:15: a credential needs the key 'secret'; write \"\" for an empty one"));
}

TEST(RuleErrors, OfQueriesPointIntoTheFile) {
  EXPECT_THAT(problems(rule_yaml("  select asset_id as subject_id,\n         no_such as key from asset\n"), true),
              ElementsAre("sample.yaml:14:10: rule sample: SQL: no such column: no_such"));
  EXPECT_THAT(problems(rule_yaml("  select 1 as subject_id, 2 as key, 3 as packet_1, 4 as first_ts\n"), true),
              ElementsAre("sample.yaml:13:3: rule sample: the query has no column 'last_ts'; add one of that name"));
  EXPECT_THAT(problems(rule_yaml(kHosts, "{hots}"), true),
              ElementsAre("sample.yaml:13:3: rule sample: no column fills {hots} of 'detail' (en) (did you mean "
                          "'host'?); add it to the query",
                          "sample.yaml:13:3: rule sample: no column fills {hots} of 'detail' (ja) (did you mean "
                          "'host'?); add it to the query"));
  EXPECT_THAT(problems(rule_yaml("  delete from asset\n"), true),
              ElementsAre("sample.yaml:13:3: rule sample: a query must not change the database; use select"));
  EXPECT_THAT(problems(rule_yaml(kHosts + "  ; drop table asset\n"), true),
              ElementsAre(HasSubstr("a query is one select statement; remove the rest")));
  EXPECT_THAT(problems(rule_yaml(kHosts + "  where name = ?1\n"), true),
              ElementsAre(HasSubstr("a query has no parameters")));
}

TEST(RuleErrors, OfTwinsAndEmptyFolders) {
  const RuleSet::Source twice[] = {{"a.yaml", rule_yaml(kHosts)}, {"b.yaml", rule_yaml(kHosts)}};
  EXPECT_THROW(RuleSet::parse(twice), RuleError);
  EXPECT_THROW(RuleSet::load("/nowhere"), RuleError);
}

TEST(Evaluate, FoldsRowsOfOneKeyIntoOneFinding) {
  Site site;
  for (int i = 1; i <= 12; ++i) site.host("h" + std::to_string(i), {.ip = "10.0.0." + std::to_string(i)});
  const RuleSet rules = rules_of(rule_yaml(
      "  select 'lan' as subject_id, '' as peer_id, 'k' as key, asset_id as host_id, name as host, 2 as weight,\n"
      "         first_packet_id as packet_1, first_ts, last_ts\n"
      "  from asset\n",
      "{subject}: {host.count}, {host}; {host_id.count}; {weight.sum}"));
  const std::vector<Finding> findings = evaluate(rules.rules()[0], site.db, false);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].detail.en, "lan: 12, h1, h2, h3, h4, h5 and 7 more; 12; 24");
  EXPECT_EQ(findings[0].detail.ja, "lan: 12, h1、h2、h3、h4、h5 ほか7件; 12; 24");
  EXPECT_THAT(findings[0].packets, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(findings[0].assets.size(), 12u);
  EXPECT_EQ(findings[0].last_ts.value() - findings[0].first_ts.value(), 11'000'000'000);
}

TEST(Evaluate, TakesTheFirstVariantOfTheFileWhereRowsDiffer) {
  Site site;
  site.host("a", {.ip = "10.0.0.1"}).host("b", {.ip = "10.0.0.2"});
  const RuleSet rules =
      rules_of(rule_yaml("  select 'lan' as subject_id, '' as peer_id, 'k' as key, case when name = 'b' then 'strong' "
                         "else 'weak' end as variant,\n"
                         "         name as host, first_packet_id as packet_1, first_ts, last_ts\n"
                         "  from asset\n",
                         "{host}",
                         "variants:\n  - {id: strong, severity: critical, detail: {en: \"strong {host}\", ja: \"強 "
                         "{host}\"}}\n  - {id: weak}\n"));
  const std::vector<Finding> findings = evaluate(rules.rules()[0], site.db, false);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].severity, "critical");
  EXPECT_EQ(findings[0].detail.en, "strong b");
}

TEST(Evaluate, DoesNotExpandBracesThatComeFromTraffic) {
  Site site;
  site.host("{subject}", {.ip = "10.0.0.1"});
  const RuleSet rules = rules_of(rule_yaml(kHosts, "{host}!"));
  EXPECT_EQ(evaluate(rules.rules()[0], site.db, false)[0].detail.en, "{subject}!");
}

TEST(FindingId, IsTheStartOfSha256) {
  // printf 'external-inbound\nplc' | sha256sum
  EXPECT_EQ(finding_id("external-inbound", "plc"), "d9c530ea20f6432f");
}

TEST(Template, FindsOpenBraces) {
  EXPECT_FALSE(placeholders("a {b"));
  EXPECT_THAT(*placeholders("{a} and {b.count}"), ElementsAre("a", "b.count"));
  EXPECT_THAT(*placeholders("none"), IsEmpty());
}

}  // namespace
}  // namespace kakoi
