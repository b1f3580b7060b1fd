#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> members(Site& site, const std::string& policy) {
  assess(site.db, parse_policy(policy, "site.yaml"), built_in_rules(), test_fingerprint);
  std::vector<std::string> out;
  for (Statement s = site.db.prepare("select asset_id, zone_id, reason from zone_member order by 1"); s.step();)
    out.push_back(s.text(0) + ": " + s.text(1) + ", " + s.text(2));
  return out;
}

TEST(ApplyPolicy, PlacesEachAssetOnceByTheClosestDescription) {
  Site site;
  site.host("plc", {.ip = "10.0.0.1"})
      .host("special", {.ip = "10.0.0.2"})
      .host("tagged", {.ip = "10.9.0.3", .vlan = 30});
  site.host("listed", {.ip = "10.0.0.4"}).host("lost", {.ip = "172.16.0.1"});
  EXPECT_THAT(
      members(site,
              "zones:\n"
              "  - {id: a, kind: ot, level: 2, members: [{cidr: 10.0.0.0/24}]}\n"
              "  - {id: b, kind: dmz, members: [{asset: special}, {vlan: 30}]}\n"
              "assets: [{name: L, address: 10.0.0.4, zone: b}]\n"),
      ElementsAre("listed: b, asset L", "plc: a, cidr 10.0.0.0/24", "special: b, asset special", "tagged: b, vlan 30"));
  EXPECT_EQ(site.db.text("select zone_id from asset where asset_id = 'tagged'"), "b");
  EXPECT_EQ(site.db.text("select purdue_level from asset where asset_id = 'plc'"), "2.0");
  EXPECT_EQ(site.db.text("select value from meta where key = 'policy'"), "declared");
}

TEST(ApplyPolicy, KeepsCopiedCellsApart) {
  Site site;
  site.host("c1", {.ip = "192.168.1.10", .vlan = 11}).host("c2", {.ip = "192.168.1.10", .vlan = 12});
  EXPECT_THAT(members(site,
                      "zones:\n"
                      "  - {id: cell1, kind: ot, members: [{cidr: 192.168.1.0/24, vlan: 11}]}\n"
                      "  - {id: cell2, kind: ot, members: [{cidr: 192.168.1.0/24, vlan: 12}]}\n"),
              ElementsAre("c1: cell1, cidr 192.168.1.0/24, vlan 11", "c2: cell2, cidr 192.168.1.0/24, vlan 12"));
}

TEST(ApplyPolicy, TheNarrowestRangeHasAHost) {
  Site site;
  site.host("plc", {.ip = "10.0.1.1"}).host("pc", {.ip = "10.0.2.1"}).host("cell", {.ip = "10.0.2.2", .vlan = 7});
  for (const std::string zones : {"  - {id: a, kind: it, members: [{cidr: 10.0.0.0/16}]}\n"
                                  "  - {id: b, kind: ot, members: [{cidr: 10.0.1.0/24}]}\n"
                                  "  - {id: c, kind: ot, members: [{cidr: 10.0.0.0/16, vlan: 7}]}\n",
                                  "  - {id: c, kind: ot, members: [{cidr: 10.0.0.0/16, vlan: 7}]}\n"
                                  "  - {id: b, kind: ot, members: [{cidr: 10.0.1.0/24}]}\n"
                                  "  - {id: a, kind: it, members: [{cidr: 10.0.0.0/16}]}\n"})
    EXPECT_THAT(members(site, "zones:\n" + zones), ElementsAre("cell: c, cidr 10.0.0.0/16, vlan 7",
                                                               "pc: a, cidr 10.0.0.0/16", "plc: b, cidr 10.0.1.0/24"));
}

TEST(ApplyPolicy, TheOrderOfTheFileDoesNotPlaceAHost) {
  Site site;
  site.host("two", {.ip = "10.0.1.1"}).address("two", "10.0.2.1");
  site.host("three", {.ip = "10.0.1.2"}).address("three", "10.0.2.2").address("three", "10.0.2.3");
  site.host("narrow", {.ip = "10.0.1.3"}).address("narrow", "10.0.3.3").host("one", {.ip = "10.0.1.4"});
  const std::string a = "  - {id: a, kind: ot, members: [{cidr: 10.0.1.0/24}]}\n",
                    b = "  - {id: b, kind: it, members: [{cidr: 10.0.2.0/24}]}\n",
                    c = "  - {id: c, kind: it, members: [{cidr: 10.0.3.0/25}]}\n";
  for (const std::string& zones : {a + b + c, c + b + a}) {
    EXPECT_THAT(members(site, "zones:\n" + zones),
                ElementsAre("narrow: c, cidr 10.0.3.0/25", "one: a, cidr 10.0.1.0/24", "three: b, cidr 10.0.2.0/24",
                            "two: a, cidr 10.0.1.0/24"));
    const auto notes = assess(site.db, parse_policy("zones:\n" + zones, "x"), built_in_rules(), test_fingerprint).notes;
    EXPECT_THAT(notes,
                ElementsAre("asset 'narrow' is claimed by zones 'a', 'c'; it counts as one of 'c' (cidr "
                            "10.0.3.0/25). Declare it under assets to say which",
                            testing::StartsWith("asset 'three' is claimed by zones 'a', 'b'; it counts as one of 'b'"),
                            testing::StartsWith("asset 'two' is claimed by zones 'a', 'b'; it counts as one of 'a'")));
    const std::string declared =
        "zones:\n" + zones +
        "assets:\n  - {name: t, address: 10.0.1.1, zone: b}\n"
        "  - {name: n, address: 10.0.1.3, zone: c}\n  - {name: h, address: 10.0.1.2, zone: a}\n";
    EXPECT_THAT(assess(site.db, parse_policy(declared, "x"), built_in_rules(), test_fingerprint).notes, IsEmpty());
  }
}

TEST(ApplyPolicy, ManyHostsThatSeveralZonesClaimAreCounted) {
  Site site;
  for (int i = 10; i < 23; ++i)
    site.host("h" + std::to_string(i), {.ip = "10.0.1." + std::to_string(i)})
        .address("h" + std::to_string(i), "10.0.2." + std::to_string(i));
  const auto notes = assess(site.db,
                            parse_policy("zones:\n  - {id: a, kind: ot, members: [{cidr: 10.0.1.0/24}]}\n"
                                         "  - {id: b, kind: it, members: [{cidr: 10.0.2.0/24}]}\n",
                                         "x"),
                            built_in_rules(), test_fingerprint)
                         .notes;
  EXPECT_EQ(notes.size(), 11u);
  EXPECT_THAT(notes, testing::Contains("zones: 3 more assets are claimed by several"));
}

TEST(ApplyPolicy, NotesWhatIsDeclaredButWasNotSeen) {
  Site site;
  site.host("plc", {.ip = "10.0.0.1"});
  const AssessResult result =
      assess(site.db,
             parse_policy("zones: [{id: a, kind: ot, members: [{cidr: 10.0.0.0/24}, {asset: ghost}]}]\n"
                          "gateways: [10.0.0.254]\nacceptances: [{rule: no-such, reason: r, approver: a}]\n",
                          "site.yaml"),
             built_in_rules(), test_fingerprint);
  EXPECT_THAT(result.notes,
              ElementsAre("acceptance of rule 'no-such': no such rule", "gateway '10.0.0.254': no traffic seen",
                          "zone 'a': no traffic of its member asset ghost"));
}

TEST(ApplyPolicy, LeavesNoTraceOfAnEarlierPolicy) {
  Site site;
  site.host("plc", {.ip = "10.0.0.1", .ot = true}).host("sq", {.ip = "203.0.114.9", .ot = true, .squatted = true});
  site.host("out", {.ip = "8.8.4.4", .scope = "internet"});
  site.db.execute("update asset set purdue_level = 1 where asset_id = 'plc'");
  site.findings();
  const std::string before = site.dump();
  site.findings(
      "site: North\ntimezone: Asia/Tokyo\ninternal_public_ranges: [203.0.114.0/24, 8.8.4.0/24]\n"
      "zones: [{id: a, kind: ot, level: 3, members: [{cidr: 10.0.0.0/24}, {cidr: 203.0.114.0/24}]}]\n");
  EXPECT_NE(site.dump(), before);
  site.findings();
  EXPECT_EQ(site.dump(), before);
}

TEST(InferZones, SegmentsGoByTheirMajority) {
  Site site;
  site.host("plc", {.ip = "10.0.1.1", .ot = true}).host("hmi", {.ip = "10.0.1.2", .ot = true, .it = true});
  site.host("quiet", {.ip = "10.0.1.3"}).host("r", {.ip = "10.0.1.254", .router = true});
  site.host("pc1", {.ip = "10.0.2.1", .it = true}).host("pc2", {.ip = "10.0.2.2", .it = true});
  site.host("laptop", {.ip = "10.0.2.3", .ot = true, .it = true});
  site.link("laptop", "plc", {.protocol = "modbus", .domain = "ot", .port = 502});
  EXPECT_THAT(members(site, ""), ElementsAre("hmi: inferred-ot, in a segment where OT hosts predominate",
                                             "laptop: inferred-it, in a segment where IT hosts predominate",
                                             "pc1: inferred-it, in a segment where IT hosts predominate",
                                             "pc2: inferred-it, in a segment where IT hosts predominate",
                                             "plc: inferred-ot, answers an OT protocol",
                                             "quiet: inferred-ot, in a segment where OT hosts predominate"));
  EXPECT_EQ(site.db.text("select value from meta where key = 'policy'"), "inferred");
}

TEST(InferZones, HostsOfAMixedSegmentGoByThemselves) {
  Site site;
  site.host("plc", {.ip = "10.0.1.1", .ot = true})
      .host("pc", {.ip = "10.0.1.2", .it = true})
      .host("quiet", {.ip = "10.0.1.3"});
  EXPECT_THAT(members(site, ""),
              ElementsAre("pc: inferred-it, speaks IT protocols only", "plc: inferred-ot, speaks an OT protocol"));
}

TEST(InferZones, APlcAmongOfficeHostsStaysOt) {
  Site site;
  site.host("plc", {.ip = "10.0.1.1", .ot = true});
  for (const char* n : {"2", "3", "4", "5"})
    site.host(std::string("pc") + n, {.ip = std::string("10.0.1.") + n, .it = true});
  site.link("pc2", "plc", {.protocol = "modbus", .domain = "ot", .port = 502});
  site.findings();
  EXPECT_EQ(site.db.text("select zone_id from asset where asset_id = 'plc'"), "inferred-ot");
}

// No border lies between an engineering station and the controllers of its own segment, however many office hosts share it.
TEST(InferZones, WhoAsksAPlcBesideItIsOt) {
  Site site;
  site.host("plc", {.ip = "10.0.1.1", .ot = true}).host("station", {.ip = "10.0.1.9", .ot = true, .it = true});
  for (const char* n : {"2", "3", "4", "5", "6"})
    site.host(std::string("pc") + n, {.ip = std::string("10.0.1.") + n, .it = true});
  site.link("station", "plc", {.protocol = "enip", .domain = "ot", .port = 44818});
  EXPECT_THAT(site.subjects("ot-protocol-leaves-zone"), testing::IsEmpty());
  EXPECT_EQ(site.db.text("select zone_id from asset where asset_id = 'station'"), "inferred-ot");
  EXPECT_EQ(site.db.text("select zone_id from asset where asset_id = 'pc2'"), "inferred-it");
}

TEST(InferZones, ReplaceAPolicyWithoutZones) {
  Site site;
  site.host("plc", {.ip = "10.0.1.1", .ot = true});
  EXPECT_THAT(members(site, "site: North\n"), ElementsAre("plc: inferred-ot, in a segment where OT hosts predominate"));
  EXPECT_EQ(site.db.text("select value from meta where key = 'site'"), "North");
}

TEST(StarterPolicy, LoadsAndCoversWhatWasSeen) {
  Site site;
  site.host("plc \"1\"\n", {.ip = "192.168.10.20", .ot = true, .vendor = "Acme: \\ Co"});
  site.db.execute(
      "insert into subnet values (null, '192.168.10.0/24', 'inferred', 2, 1, 0), (20, '10.1.0.0/16', 'dhcp', 1, 0, 1)");
  const Policy policy = parse_policy(starter_policy(site.db), "site.yaml");
  ASSERT_EQ(policy.zones.size(), 2u);
  EXPECT_EQ(policy.zones[0].kind, "it");
  EXPECT_EQ(policy.zones[0].members[0].vlan, 20u);
  EXPECT_EQ(policy.zones[1].kind, "ot");
  ASSERT_EQ(policy.assets.size(), 1u);
  EXPECT_EQ(policy.assets[0].name, "plc \"1\"\n");
  EXPECT_EQ(policy.assets[0].vendor, "Acme: \\ Co");
  EXPECT_EQ(policy.ranges.size(), 2u);
}

TEST(StarterPolicy, GoesByTheMajorityAndLeavesOthersToConfirm) {
  Site site;
  site.host("office", {.ip = "192.168.20.10"});
  site.db.execute(
      "insert into subnet values (null, '192.168.20.0/24', 'inferred', 6, 1, 5),"
      " (null, '150.100.1.0/24', 'inferred', 3, 3, 0)");
  const std::string text = starter_policy(site.db);
  const Policy policy = parse_policy(text, "site.yaml");
  ASSERT_EQ(policy.zones.size(), 1u);
  EXPECT_EQ(policy.zones[0].kind, "it");
  EXPECT_NE(text.find("mixed, decide"), std::string::npos);
  EXPECT_NE(text.find("\n#internal_public_ranges: [150.100.1.0/24]"), std::string::npos);
  // the zone of public numbers is there for somebody to take over
  std::string taken = text;
  const std::size_t at = taken.find("#  - id: ot-1\n");
  ASSERT_NE(at, std::string::npos);
  for (std::size_t line = at; taken[line] == '#'; line = taken.find('\n', line) + 1) taken.erase(line, 1);
  const Policy whole = parse_policy(taken, "site.yaml");
  ASSERT_EQ(whole.zones.size(), 2u);
  EXPECT_EQ(whole.zones[1].kind, "ot");
  EXPECT_EQ(to_string(*whole.zones[1].members[0].cidr), "150.100.1.0/24");
  site.host("plc", {.ip = "192.168.20.11"}).set("asset", "role", "'plc'", "asset_id = 'plc'");
  EXPECT_EQ(parse_policy(starter_policy(site.db), "site.yaml").zones[0].kind, "ot");
}

TEST(StarterPolicy, OfAnEmptyInventoryLoads) {
  Site site;
  EXPECT_THAT(parse_policy(starter_policy(site.db), "site.yaml").zones, IsEmpty());
}

}  // namespace
}  // namespace kakoi
