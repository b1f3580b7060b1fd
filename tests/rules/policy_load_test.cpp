#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/policy/policy.h"
#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> problems(const std::string& yaml) {
  try {
    parse_policy(yaml, "site.yaml");
  } catch (const PolicyError& error) {
    return error.problems;
  }
  return {};
}

struct Mistake {
  std::string yaml, message;
};
void PrintTo(const Mistake& m, std::ostream* out) { *out << m.yaml; }

class PolicyMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(PolicyMistakes, AreShownWithPlaceAndAdvice) {
  EXPECT_THAT(problems(GetParam().yaml), ElementsAre(GetParam().message));
}

const std::string kZone = "zones: [{id: a, kind: ot, members: [{cidr: 10.0.0.0/24}]}]\n";

INSTANTIATE_TEST_SUITE_P(
    Policy, PolicyMistakes,
    testing::Values(
        Mistake{"zoness: []\n", "site.yaml:1:1: unknown key 'zoness' (did you mean 'zones'?)"},
        Mistake{"site: x\nsite: y\n", "site.yaml:2:1: key 'site' stands twice in the policy; keep one"},
        Mistake{"- a\n", "site.yaml:1:1: the policy must be a mapping (key: value)"},
        Mistake{"site: [1\n", "site.yaml:2:1: no valid YAML: end of sequence flow not found"},
        Mistake{"site: [1]\n", "site.yaml:1:7: 'site' must be a single value, not a list or mapping"},
        Mistake{"timezone: Europe/London\n",
                "site.yaml:1:11: unknown time zone 'Europe/London'; write an offset from UTC such as +09:00, or a zone "
                "without daylight saving such as Asia/Tokyo"},
        Mistake{"zones: 5\n", "site.yaml:1:8: a zone must be a mapping (key: value)"},
        Mistake{"zones: {a: b}\n", "site.yaml:1:8: 'zones' must be a list (lines that start with '- ')"},
        Mistake{"zones:\n  - {id: a}\n", "site.yaml:2:5: a zone needs the key 'kind'"},
        Mistake{"zones:\n  - {id: a b, kind: ot}\n",
                "site.yaml:2:10: 'a b' is no id; use letters, digits, '-', '_' and '.'"},
        Mistake{"zones:\n  - {id: a, kind: otx}\n",
                "site.yaml:2:19: 'kind' is 'otx' (did you mean 'ot'?), but must be ot, it, dmz, safety or wan"},
        Mistake{"zones:\n  - {id: a, kind: ot, level: nine}\n",
                "site.yaml:2:30: 'level' is 'nine', but must be a number from 0 to 5"},
        Mistake{"zones:\n  - {id: a, kind: ot, closed: maybe}\n",
                "site.yaml:2:31: 'closed' is 'maybe', but must be true or false"},
        Mistake{"zones:\n  - {id: a, kind: ot}\n  - {id: a, kind: it}\n",
                "site.yaml:3:10: zone 'a' is declared twice; give each zone its own id"},
        Mistake{"zones:\n  - id: a\n    kind: ot\n    members:\n      - cidr: 10.0.0.300/24\n",
                "site.yaml:5:15: '10.0.0.300/24' is no address range; write it like 192.168.10.0/24 or fd00:1::/64"},
        Mistake{"zones:\n  - id: a\n    kind: ot\n    members:\n      - cidr: 10.0.0.5/24\n",
                "site.yaml:5:15: '10.0.0.5/24' has host bits set; did you mean '10.0.0.0/24'?"},
        Mistake{"zones:\n  - id: a\n    kind: ot\n    members:\n      - vlan: 4095\n",
                "site.yaml:5:15: '4095' is no VLAN; write a number from 1 to 4094, or OUTER.INNER for stacked tags"},
        Mistake{"zones:\n  - id: a\n    kind: ot\n    members:\n      - mac: 10.0.0.1\n",
                "site.yaml:5:14: '10.0.0.1' is no MAC address; write it like 00:1d:9c:c8:13:a1"},
        Mistake{"zones:\n  - id: a\n    kind: ot\n    members:\n      - {}\n",
                "site.yaml:5:9: a member needs one of cidr, vlan, mac or asset"},
        Mistake{kZone + "conduits: [{from: a, to: b}]\n", "site.yaml:2:26: unknown zone 'b'; declare it under 'zones'"},
        Mistake{"zones: [{id: control, kind: ot}]\nconduits: [{from: control, to: contorl}]\n",
                "site.yaml:2:32: unknown zone 'contorl' (did you mean 'control'?)"},
        Mistake{kZone + "conduits: [{from: a, to: a}]\n",
                "site.yaml:2:26: a conduit joins two zones, but both ends are 'a'"},
        Mistake{"allowed_external: [{name: x, cidr: 8.8.8.8, port: 70000}]\n",
                "site.yaml:1:51: 'port' is '70000', but must be a whole number from 1 to 65535"},
        Mistake{"allowed_external: [{name: x}]\n", "site.yaml:1:20: an allowed_external entry needs the key 'cidr'"},
        Mistake{"gateways: [10.0.0.0/24]\n",
                "site.yaml:1:12: '10.0.0.0/24' is a range; 'gateways' takes single hosts: an address, a MAC or an "
                "asset's name"},
        Mistake{"internal_public_ranges: [10.0.0.0/8]\n",
                "site.yaml:1:26: '10.0.0.0/8' is no public range; private ranges belong under 'ranges'"},
        Mistake{"acceptances: [{reason: r, approver: a}]\n",
                "site.yaml:1:15: an acceptance needs 'rule', 'finding' or both"},
        Mistake{"acceptances: [{finding: 12, reason: r, approver: a}]\n",
                "site.yaml:1:25: '12' is no finding id; copy the 16 hex digits from the report"},
        Mistake{"acceptances: [{rule: x, reason: r, approver: a, expires: 2027-02-30}]\n",
                "site.yaml:1:58: '2027-02-30' is no date; write it like 2027-03-31"},
        Mistake{"assets: [{name: x, address: plc1}]\n",
                "site.yaml:1:29: 'plc1' is no address; write an IP or MAC address"},
        Mistake{"assets: [{name: x, address: 10.0.0.1}, {name: y, address: 10.0.0.1}]\n",
                "site.yaml:1:59: address 10.0.0.1 is declared twice; keep one asset for it"},
        Mistake{"assets: [{name: x, address: 10.0.0.1, zone: a}]\n",
                "site.yaml:1:45: unknown zone 'a'; declare it under 'zones'"}));

TEST(PolicyMistakesAll, AreShownTogetherInOrder) {
  EXPECT_THAT(
      problems("zones:\n"
               "  - {id: a, kind: ot, members: [{cidr: 10.0.0.0/16}]}\n"
               "  - {id: b, kind: xx, members: [{cidr: 10.0.1.0/24}, {vlan: 7}]}\n"
               "  - {id: c, kind: it, members: [{vlan: 7}]}\n"
               "  - {id: d, kind: it, members: [{cidr: 10.0.0.0/16, vlan: 9}]}\n"),
      ElementsAre("site.yaml:3:19: 'kind' is 'xx', but must be ot, it, dmz, safety or wan",
                  "site.yaml:3:33: range 10.0.1.0/24 (it overlaps 10.0.0.0/16) belongs to zone 'a' already; a host "
                  "can be in one zone only",
                  "site.yaml:4:33: VLAN 7 belongs to zone 'b' already; a host can be in one zone only",
                  "site.yaml:5:33: range 10.0.0.0/16 (it overlaps 10.0.0.0/16) belongs to zone 'a' already; a host "
                  "can be in one zone only",
                  "site.yaml:5:33: range 10.0.0.0/16 (it overlaps 10.0.1.0/24) belongs to zone 'b' already; a host "
                  "can be in one zone only"));
}

TEST(PolicyLoad, TakesTheSameRangeInTwoVlans) {
  const Policy policy = parse_policy(
      "zones:\n"
      "  - {id: cell1, kind: ot, members: [{cidr: 192.168.1.0/24, vlan: 11}]}\n"
      "  - {id: cell2, kind: ot, members: [{cidr: 192.168.1.0/24, vlan: 400.12}]}\n",
      "site.yaml");
  ASSERT_EQ(policy.zones.size(), 2u);
  EXPECT_EQ(policy.zones[1].members[0].vlan, 400u * 4096 + 12);
}

TEST(PolicyLoad, TakesAnEmptyFile) {
  EXPECT_FALSE(parse_policy("", "site.yaml").declares_zones());
  EXPECT_FALSE(parse_policy("# nothing yet\nzones:\n", "site.yaml").declares_zones());
}

TEST(PolicyLoad, EndsAnAcceptanceAtMidnightOfTheSite) {
  const Policy policy = parse_policy(
      "timezone: Asia/Tokyo\nacceptances: [{rule: x, reason: r, approver: a, expires: 2027-03-31}]\n", "site.yaml");
  EXPECT_EQ(policy.acceptances[0].expires_ts, 1806505200ll * 1'000'000'000);  // date -d 2027-04-01T00:00+09:00 +%s
}

TEST(PolicyLoad, NamesAMissingFile) {
  try {
    load_policy("/nowhere/site.yaml");
    FAIL();
  } catch (const PolicyError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/site.yaml: cannot be read"));
  }
}

TEST(TimeZone, IsAnOffsetOrAZoneWithoutDaylightSaving) {
  EXPECT_EQ(utc_offset("Asia/Tokyo"), 9 * 3600);
  EXPECT_EQ(utc_offset("-03:30"), -(3 * 3600 + 30 * 60));
  EXPECT_EQ(utc_offset("UTC"), 0);
  EXPECT_FALSE(utc_offset("America/New_York"));
  EXPECT_FALSE(utc_offset("+9:00"));
  EXPECT_FALSE(utc_offset("+15:00"));
}

TEST(Cidr, ContainsAndOverlapsWithinOneAddressFamily) {
  const Cidr all4 = *parse_cidr("0.0.0.0/0"), all6 = *parse_cidr("::/0"), lan = *parse_cidr("192.168.10.0/23");
  EXPECT_TRUE(lan.contains(*parse_address("192.168.11.255")));
  EXPECT_FALSE(lan.contains(*parse_address("192.168.12.0")));
  EXPECT_FALSE(all6.contains(*parse_address("192.168.11.1")));
  EXPECT_FALSE(all4.contains(*parse_address("00:1d:9c:c8:13:a1")));
  EXPECT_TRUE(all4.overlaps(lan));
  EXPECT_FALSE(all6.overlaps(lan));
  EXPECT_EQ(to_string(*parse_cidr("fd00:1::5")), "fd00:1::5/128");
  for (const char* text :
       {"", "/24", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0/8", "::/129", "00:1d:9c:c8:13:a1/8"})
    EXPECT_FALSE(parse_cidr(text)) << text;
}

}  // namespace
}  // namespace kakoi
