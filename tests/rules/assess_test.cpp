#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kCleanPolicy =
    "site: Clean plant\n"
    "timezone: Asia/Tokyo\n"
    "zones:\n"
    "  - {id: control, kind: ot, level: 2, closed: true, members: [{cidr: 192.168.10.0/24}]}\n"
    "  - {id: dmz, kind: dmz, level: 3.5, members: [{cidr: 192.168.30.0/24}]}\n"
    "conduits:\n"
    "  - {from: dmz, to: control, protocols: [modbus], classes: [read]}\n"
    "gateways: [192.168.10.1]\n"
    "resolvers: [192.168.10.53]\n"
    "time_servers: [192.168.10.53]\n"
    "masters: [hmi]\n"
    "ranges: [192.168.10.0/24, 192.168.30.0/24]\n";

// Polling, time and names inside, an HMI with TLS, a historian behind a declared router.
Site clean_plant() {
  Site site;
  site.subnet("192.168.10.0/24");
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("hmi", {.ip = "192.168.10.30", .ot = true, .it = true});
  site.host("infra", {.ip = "192.168.10.53"}).host("router", {.ip = "192.168.10.1", .router = true});
  site.host("historian", {.ip = "192.168.30.5", .scope = "remote", .ot = true, .it = true, .bound_by = "ip only"});
  site.host("group", {.ip = "239.255.255.250", .scope = "multicast"})
      .host("all", {.ip = "192.168.10.255", .scope = "broadcast"});
  const auto polling = site.link("hmi", "plc", {.protocol = "modbus", .domain = "ot", .port = 502});
  site.operation(polling, "read", 3, 100, 100).operation(polling, "write", 6, 2, 2).open_access(polling, "modbus");
  site.operation(site.link("historian", "plc", {.protocol = "modbus", .domain = "ot", .port = 502}), "read", 4, 9, 9);
  site.link("hmi", "infra",
            {.protocol = "ntp", .domain = "shared", .port = 123, .transport = "udp", .state = "datagram"});
  site.lookup(site.link("hmi", "infra",
                        {.protocol = "dns", .domain = "shared", .port = 53, .transport = "udp", .state = "datagram"}),
              "plc.plant.local", false, 1);
  site.link("hmi", "infra", {.protocol = "tls", .domain = "it", .port = 443});
  site.link("plc", "group",
            {.port = 1900, .transport = "udp", .state = "datagram", .to_client = 0, .payload_to_client = 0});
  site.link("plc", "all",
            {.port = 137, .transport = "udp", .state = "datagram", .to_client = 0, .payload_to_client = 0});
  site.gateway("dhcp_router", "192.168.10.1", "router", "router")
      .gateway("forwarding", "192.168.10.1", "router", "", 3);
  return site;
}

TEST(Assess, FindsNothingInACleanPlant) {
  Site site = clean_plant();
  EXPECT_THAT(site.findings(kCleanPolicy), IsEmpty());
}

TEST(Assess, OfAnEmptyInventoryFindsNothing) {
  Site site;
  EXPECT_THAT(site.findings(), IsEmpty());
}

// Each host and fact in another order of arrival; ids of rows differ where they may.
TEST(Assess, GivesTheSameRowsAgain) {
  Site site = clean_plant();
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  site.link("hmi", "cloud", {.port = 443});
  site.findings();
  const std::string once = site.dump();
  site.findings(kCleanPolicy);
  site.findings();
  EXPECT_EQ(site.dump(), once);
}

TEST(Assess, GivesTheSameFindingsWhateverTheOrderOfRows) {
  Site site = clean_plant();
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"}).host("cdn", {.ip = "1.1.1.1", .scope = "internet"});
  for (const char* host : {"hmi", "plc", "infra"})
    for (const char* outside : {"cdn", "cloud"}) site.link(host, outside, {.port = 443});
  site.findings();
  const std::string once = site.dump();
  site.db.execute(
      "create table reversed as select * from link order by link_id desc; delete from link;"
      "insert into link select * from reversed; drop table reversed;");
  site.findings();
  EXPECT_EQ(site.dump(), once);
}

TEST(Assess, AcceptsByRuleAndByFindingUntilTheyExpire) {
  Site site = clean_plant();
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  site.link("hmi", "cloud", {.port = 443});
  site.link("plc", "cloud", {.port = 443});
  const auto accepted = [&](const std::string& entry) {
    site.findings(std::string(kCleanPolicy) + "acceptances: [{" + entry + ", reason: test line, approver: Sato}]\n");
    std::vector<std::string> out;
    Statement s = site.db.prepare("select subject_id from finding where accepted = 1 order by 1");
    while (s.step()) out.push_back(s.text(0));
    return out;
  };
  site.findings(kCleanPolicy);
  const std::string id = site.db.text("select finding_id from finding where subject_id = 'hmi'");
  EXPECT_THAT(accepted("rule: external-route-established"), ElementsAre("hmi", "plc"));
  EXPECT_EQ(site.db.text("select max(acceptance_reason) from finding"), "test line (Sato)");
  EXPECT_THAT(accepted("finding: " + id), ElementsAre("hmi"));
  EXPECT_THAT(accepted("rule: external-inbound, finding: " + id), IsEmpty());
  // the last packet of the capture is of 2023-11-15 in Tokyo, whatever the clock on the wall says
  EXPECT_THAT(accepted("rule: external-route-established, expires: 2023-11-15"), ElementsAre("hmi", "plc"));
  EXPECT_EQ(site.db.text("select max(acceptance_reason) from finding"), "test line (Sato, ≤ 2023-11-15)");
  EXPECT_THAT(accepted("rule: external-route-established, expires: 2023-11-14"), IsEmpty());
  EXPECT_EQ(site.db.text("select max(acceptance_reason) from finding"), "test line (Sato, ≤ 2023-11-14)");
}

TEST(Assess, NotesAcceptancesThatHaveEndedOrFitNothing) {
  Site site = clean_plant();
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  site.link("hmi", "cloud", {.port = 443});
  site.link("plc", "cloud", {.port = 443});
  site.findings(kCleanPolicy);
  const std::string id = site.db.text("select finding_id from finding where subject_id = 'hmi'");
  const std::string who = ", reason: r, approver: Sato";
  const Policy policy = parse_policy(std::string(kCleanPolicy) +
                                         "acceptances:\n  - {rule: external-route-established, expires: 2020-01-01" +
                                         who + "}\n  - {finding: " + id + who + "}\n  - {rule: external-inbund" + who +
                                         "}\n  - {rule: external-inbound, finding: " + id + who + "}\n",
                                     "site.yaml");
  EXPECT_THAT(assess(site.db, policy, built_in_rules(), test_fingerprint).notes,
              testing::IsSupersetOf(std::vector<std::string>{
                  "acceptance of rule 'external-route-established' ended on 2020-01-01: 1 finding counts again",
                  "acceptance of rule 'external-inbund': no such rule (did you mean 'external-inbound'?)",
                  "acceptance of rule 'external-inbound' and finding " + id + ": there is no such finding"}));
}

TEST(Assess, KeepsDefaultCredentialsWithoutAKey) {
  Site site = clean_plant();
  site.findings();
  const auto rows = site.db.integer("select count(*) from default_credential");
  EXPECT_GT(rows, 40);
  assess(site.db, Policy{}, built_in_rules(), nullptr);
  EXPECT_EQ(site.db.integer("select count(*) from default_credential"), rows);
}

TEST(Assess, MayRunOneRuleAlone) {
  Site site = clean_plant();
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  site.link("hmi", "cloud", {.port = 443});
  site.link("cloud", "plc", {.port = 80});
  const AssessResult result =
      assess(site.db, Policy{}, built_in_rules(), test_fingerprint, {.only = {"external-inbound"}});
  EXPECT_EQ(result.findings, 1u);
}

TEST(Assess, CitesPacketsInOrderOfTime) {
  Site site = clean_plant();
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  for (int port = 1; port <= 9; ++port) site.link("hmi", "cloud", {.port = port});
  site.findings(kCleanPolicy);
  std::vector<std::int64_t> numbers;
  for (Statement s = site.db.prepare(
           "select p.number from finding_packet f join packet p on p.packet_id = f.packet_id"
           " join finding r on r.finding_id = f.finding_id where r.rule_id = 'external-route-established'"
           " order by f.position");
       s.step();)
    numbers.push_back(s.integer(0));
  ASSERT_EQ(numbers.size(), 5u);
  EXPECT_TRUE(std::is_sorted(numbers.begin(), numbers.end()));
}

TEST(Assess, LeavesTheDatabaseAsItWasWhenARuleFails) {
  Site site = clean_plant();
  site.findings(kCleanPolicy);
  const std::string before = site.dump();
  const RuleSet::Source broken{
      "x.yaml",
      "id: x\nfamily: network\nseverity: low\nconfidence: 1\nexposure_class: legacy-os\ntitle: {en: a, ja: あ}\n"
      "detail: {en: a, ja: あ}\nrationale: {en: a, ja: あ}\nlimit: {en: a, ja: あ}\nremedy: {en: a, ja: あ}\n"
      "confirm: {en: a, ja: あ}\nquery: select abs(-9223372036854775807 - 1) as subject_id, 1 as key,"
      " 1 as packet_1, 1 as first_ts, 1 as last_ts\n"};
  EXPECT_THROW(assess(site.db, Policy{}, RuleSet::parse({&broken, 1}), nullptr), DatabaseError);
  EXPECT_EQ(site.dump(), before);
}

}  // namespace
}  // namespace kakoi
