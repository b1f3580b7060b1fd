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
// Escaped: one is no valid UTF-8, which a report in XML cannot hold.
void PrintTo(const Mistake& m, std::ostream* out) { *out << testing::PrintToString(m.yaml); }

// Each line stands for ten of the one before.
const std::string kManyAliases = [] {
  std::string text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n";
  for (char name = 'b'; name <= 'i'; ++name) {
    const std::string before = std::string("*") + static_cast<char>(name - 1);
    text += std::string(1, name) + ": &" + name + " [" + before;
    for (int i = 0; i < 9; ++i) text += ", " + before;
    text += "]\n";
  }
  return text;
}();

class PolicyMistakes : public testing::TestWithParam<Mistake> {};

TEST_P(PolicyMistakes, AreShownWithPlaceAndAdvice) {
  EXPECT_THAT(problems(GetParam().yaml), ElementsAre(GetParam().message));
}

const std::string kZone = "zones: [{id: a, kind: ot, members: [{cidr: 10.0.0.0/24}]}]\n";

const std::string kTwoZones =
    "zones:\n"
    "  - {id: a, kind: ot, members: [{cidr: 10.0.0.0/24}]}\n"
    "  - {id: b, kind: ot, members: [{cidr: 10.1.0.0/24}]}\n";

TEST(Policy, AnAliasStandsForWhatItNames) {
  const Policy policy = parse_policy(
      "zones:\n  - {id: a, kind: &kind ot, members: [{cidr: 10.0.0.0/24}]}\n"
      "  - {id: b, kind: *kind, members: [{cidr: 10.1.0.0/24}]}\n",
      "site.yaml");
  ASSERT_EQ(policy.zones.size(), 2u);
  EXPECT_EQ(policy.zones[1].kind, policy.zones[0].kind);
}

INSTANTIATE_TEST_SUITE_P(
    Policy, PolicyMistakes,
    testing::Values(
        Mistake{"zoness: []\n", "site.yaml:1:1: unknown key 'zoness' (did you mean 'zones'?)"},
        Mistake{"ranges: [8.8.8.0/24]\n",
                "site.yaml:1:10: '8.8.8.0/24' is a public range; public numbers used inside belong under "
                "'internal_public_ranges'"},
        Mistake{"zones:\n  - {id: a, kind: OT}\n",
                "site.yaml:2:19: 'kind' is 'OT' (did you mean 'ot'?), but must be ot, it, dmz, safety or wan"},
        Mistake{"site: x\nsite: y\n", "site.yaml:2:1: key 'site' stands twice in the policy; keep one"},
        Mistake{"- a\n", "site.yaml:1:1: the policy must be a mapping (key: value)"},
        Mistake{"site: [1\n", "site.yaml:2:1: no valid YAML: did not find expected ',' or ']'"},
        Mistake{"site: x\n---\nsite: y\n",
                "site.yaml:2:1: no valid YAML: a second document begins here; keep one in a file"},
        Mistake{"site: x\nzones: [\xE9]\n",
                "site.yaml:2:10: no valid YAML: invalid trailing UTF-8 octet; save the file as UTF-8"},
        Mistake{"site: *name\n", "site.yaml:1:7: no valid YAML: no anchor '&name' stands before this"},
        Mistake{"zones: &all [*all]\n", "site.yaml:1:14: no valid YAML: '*all' stands inside what it names"},
        Mistake{"zones: " + std::string(65, '['), "site.yaml:1:71: no valid YAML: it is nested more than 64 deep"},
        Mistake{kManyAliases, "site.yaml:6:36: no valid YAML: aliases stand for too much; write it out"},
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
        Mistake{kTwoZones + "conduits: [{from: a, to: b, clases: [read]}]\n",
                "site.yaml:4:29: unknown key 'clases' (did you mean 'classes'?)"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, classes: [raed]}]\n",
                "site.yaml:4:39: unknown operation class 'raed' (did you mean 'read'?); known are read, report, write, "
                "control, parameter, program, mode, file, identify, time, auth, diagnostic, session, other"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, protocols: ['modbus,dnp3']}]\n",
                "site.yaml:4:41: 'modbus,dnp3' is no protocol name; write one name per list item"},
        Mistake{kTwoZones + "conduits: [{id: x, from: a, to: b}, {id: x, from: b, to: a}]\n",
                "site.yaml:4:42: conduit 'x' is declared twice; give each conduit its own id"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, times: [{days: mon-fridy}]}]\n",
                "site.yaml:4:44: 'fridy' is no day (did you mean 'fri'?); write mon, tue, wed, thu, fri, sat, sun or "
                "mon-fri"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, times: [{from: '8:00'}]}]\n",
                "site.yaml:4:44: '8:00' is no time; write it like 08:00, up to 24:00"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, times: [{to: '24:30'}]}]\n",
                "site.yaml:4:42: '24:30' is no time; write it like 08:00, up to 24:00"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, times: [{from: '08:00', to: '08:00'}]}]\n",
                "site.yaml:4:37: a time window begins and ends at the same time; leave both out for the whole day"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, times: [{from: '24:00', to: '08:00'}]}]\n",
                "site.yaml:4:44: a time window can't begin at 24:00; write 00:00 and the next day"},
        Mistake{kTwoZones + "conduits: [{from: a, to: b, times: [office]}]\n",
                "site.yaml:4:37: a time window must be a mapping (key: value)"},
        Mistake{"zones:\n  - {id: a, kind: ot, criticality: hihg}\n",
                "site.yaml:2:36: 'criticality' is 'hihg' (did you mean 'high'?), but must be critical, high, medium or "
                "low"},
        Mistake{"zones:\n  - {id: a, kind: ot, members: [{asset: }]}\n", "site.yaml:2:41: 'asset' is empty"},
        Mistake{"zones:\n\t- id: a\n",
                "site.yaml:2:1: no valid YAML: found character that cannot start any token; a tab does not indent, "
                "blanks do"},
        Mistake{"site: x\nname: maint: ok\n",
                "site.yaml:2:12: no valid YAML: mapping values are not allowed in this context; a text with ': ' in it "
                "needs quotes"},
        Mistake{"masters: [192.168.10.300]\n", "site.yaml:1:11: '192.168.10.300' is no IP or MAC address; correct it"},
        Mistake{"masters: ['00:11:22:33:44:5']\n",
                "site.yaml:1:11: '00:11:22:33:44:5' is no IP or MAC address; correct it"},
        Mistake{"masters: ['']\n", "site.yaml:1:11: an item of 'masters' is empty"},
        Mistake{"allowed_external: [{name: x, cidr: 8.8.8.8}, {name: x, cidr: 8.8.4.4}]\n",
                "site.yaml:1:53: allowed_external 'x' is declared twice; give each entry its own name"},
        Mistake{"acceptances: [{rule: x, approver: a}]\n", "site.yaml:1:15: an acceptance needs the key 'reason'"},
        Mistake{"assets: [{address: 10.0.0.1}]\n", "site.yaml:1:10: an asset needs the key 'name'"},
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
        Mistake{
            "assets: [{name: x, address: 10.0.0.1, role: plcc}]\n",
            "site.yaml:1:45: unknown role 'plcc'; known are plc, rtu, ied, hmi, engineering_station, scada_server, "
            "historian, ot_device, gateway, router, switch, firewall, server, workstation, printer, camera, mobile, "
            "safety_controller, access_point, phone"},
        Mistake{"assets: [{name: x, address: 10.0.0.1, zone: a}]\n",
                "site.yaml:1:45: unknown zone 'a'; declare it under 'zones'"}));

TEST(PolicyMistakesAll, AreShownTogetherInOrder) {
  EXPECT_THAT(
      problems("zones:\n"
               "  - {id: a, kind: ot, members: [{cidr: 10.0.0.0/16}]}\n"
               "  - {id: b, kind: xx, members: [{cidr: 10.0.1.0/24}, {vlan: 7}]}\n"
               "  - {id: c, kind: it, members: [{vlan: 7}]}\n"
               "  - {id: d, kind: it, members: [{cidr: 10.0.0.0/16, vlan: 9}]}\n"
               "  - {id: e, kind: it, members: [{cidr: 10.0.0.0/16}, {cidr: 10.0.0.0/16, vlan: 9}]}\n"),
      ElementsAre("site.yaml:3:19: 'kind' is 'xx', but must be ot, it, dmz, safety or wan",
                  "site.yaml:4:33: VLAN 7 belongs to zone 'b' already; a host can be in one zone only",
                  "site.yaml:6:33: range 10.0.0.0/16 belongs to zone 'a' already; a host can be in one zone only",
                  "site.yaml:6:54: range 10.0.0.0/16 belongs to zone 'd' already; a host can be in one zone only"));
}

// Thirty kinds of mistakes in one file: each is told once, in the order of their places.
TEST(PolicyMistakesAll, AreThirtyOfThirtyKinds) {
  const std::vector<std::string> found = problems(
      "site: [Kita]\n"                                                // 1 a list
      "sitte: Kita\n"                                                 // 2 an unknown key
      "timezone: Asia/Tokio\n"                                        // 3 an unknown time zone
      "zones:\n"                                                      //
      "  - {id: a, kind: ot, members: [{cidr: 10.0.0.0/24}]}\n"       //
      "  - {id: b c, kind: ot}\n"                                     // 4 no id
      "  - {id: a, kind: it}\n"                                       // 5 twice
      "  - {id: d, kind: plant}\n"                                    // 6 no kind
      "  - {id: e}\n"                                                 // 7 no kind given
      "  - {id: f, kind: ot, level: 7}\n"                             // 8 no level
      "  - {id: g, kind: ot, closed: perhaps}\n"                      // 9 no truth
      "  - {id: h, kind: ot, members: [{cidr: 10.0.0.256/24}]}\n"     // 10 no range
      "  - {id: i, kind: ot, members: [{cidr: 10.3.0.1/24}]}\n"       // 11 host bits
      "  - {id: j, kind: ot, members: [{vlan: 5000}]}\n"              // 12 no VLAN
      "  - {id: k, kind: ot, members: [{mac: 00:11:22:33:44}]}\n"     // 13 no MAC
      "  - {id: l, kind: ot, members: [{}]}\n"                        // 14 an empty member
      "  - {id: m, kind: ot, members: [{cidr: 10.0.0.0/24}]}\n"       // 15 twice, too
      "  - {id: n, kind: ot, criticality: very}\n"                    // 16 no criticality
      "conduits:\n"                                                   //
      "  - {from: a, to: z}\n"                                        // 17 an unknown zone
      "  - {from: a, to: a}\n"                                        // 18 no border
      "  - {from: a, to: d, classes: [rite]}\n"                       // 19 an unknown class
      "  - {from: a, to: d, protocols: ['a,b']}\n"                    // 20 two protocols in one
      "  - {from: a, to: d, times: [{days: [sunday]}]}\n"             // 21 no day
      "  - {from: a, to: d, times: [{from: noon}]}\n"                 // 22 no time
      "allowed_external:\n"                                           //
      "  - {name: x}\n"                                               // 23 no range given
      "  - {name: y, cidr: 8.8.8.8, port: http}\n"                    // 24 no port
      "gateways: [10.0.0.0/30]\n"                                     // 25 a range for a host
      "internal_public_ranges: [192.168.0.0/16]\n"                    // 26 private, not public
      "acceptances:\n"                                                //
      "  - {reason: r, approver: p}\n"                                // 27 of what?
      "  - {finding: xyz, reason: r, approver: p}\n"                  // 28 no finding
      "  - {rule: r, reason: r, approver: p, expires: 31.03.2027}\n"  // 29 no date
      "assets: [{name: q, address: press-plc}]\n");                   // 30 no address
  EXPECT_EQ(found.size(), 30u) << testing::PrintToString(found);
  std::vector<int> lines;
  for (const std::string& line : found) lines.push_back(std::stoi(line.substr(line.find(':') + 1)));
  EXPECT_THAT(lines, ElementsAre(1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 27,
                                 28, 29, 30, 32, 33, 34, 35));
  EXPECT_THAT(found, testing::Contains("site.yaml:2:1: unknown key 'sitte' (did you mean 'site'?)"));
  EXPECT_THAT(found,
              testing::Contains(HasSubstr("site.yaml:22:32: unknown operation class 'rite' (did you mean 'write'?)")));
}

TEST(PolicyLoad, KnowsTheProtocolsThatItIsGiven) {
  constexpr std::string_view kKnown[] = {"modbus", "tls"};
  const std::string text = kTwoZones +
                           "conduits: [{from: a, to: b, protocols: [modbus, mobdus]}]\n"
                           "allowed_external: [{name: x, cidr: 8.8.8.8, protocol: TLS}]\n";
  EXPECT_EQ(parse_policy(text, "site.yaml").conduits[0].protocols.size(), 2u);
  try {
    parse_policy(text, "site.yaml", kKnown);
    FAIL();
  } catch (const PolicyError& error) {
    ASSERT_EQ(error.problems.size(), 2u);
    EXPECT_THAT(error.problems[0], HasSubstr("unknown protocol 'mobdus' (did you mean 'modbus'?); 'kakoi protocols'"));
    EXPECT_THAT(error.problems[1], HasSubstr("unknown protocol 'TLS' (did you mean 'tls'?)"));
  }
}

TEST(PolicyLoad, TakesAByteOrderMark) {
  EXPECT_EQ(parse_policy("\xEF\xBB\xBFsite: Kita\r\n", "site.yaml").site, "Kita");
}

TEST(PolicyLoad, TakesAddressesInFullWidthAsInputMethodsWriteThem) {
  const Policy policy = parse_policy(
      "zones: [{id: a, kind: ot, members: [{cidr: １９２．１６８．１０．０／２４}]}]\n"
      "masters: [１９２．１６８．１０．１２, 系統１／２]\n"
      "assets: [{name: PLC１, address: １９２．１６８．１０．２０}]\n",
      "site.yaml");
  EXPECT_EQ(policy.zones.at(0).members.at(0).cidr, parse_cidr("192.168.10.0/24"));
  EXPECT_EQ(policy.roles.at(0).address, parse_address("192.168.10.12"));
  EXPECT_EQ(policy.roles.at(1).asset, "系統１／２");
  EXPECT_EQ(policy.assets.at(0).address, parse_address("192.168.10.20"));
  EXPECT_EQ(policy.assets.at(0).name, "PLC１");
  EXPECT_THROW(parse_policy("masters: [１９２．１６８．１０．０／２４]\n", "site.yaml"), PolicyError);
}

TEST(PolicyLoad, ReadsTimesOfConduits) {
  const Policy policy = parse_policy(
      kTwoZones + "conduits: [{from: a, to: b, times: [{days: [sat-mon], from: '22:00', to: '06:30'}, {days: wed}]}]\n",
      "site.yaml");
  const auto& times = policy.conduits[0].times;
  std::vector<std::pair<int, int>> windows;
  for (const TimeWindow& w : times) windows.emplace_back(w.from, w.to);
  constexpr int kDay = 1440;
  EXPECT_THAT(windows, testing::UnorderedElementsAre(std::pair(22 * 60, kDay), std::pair(kDay, kDay + 390),  // Monday
                                                     std::pair(5 * kDay + 1320, 6 * kDay),
                                                     std::pair(6 * kDay, 6 * kDay + 390),  // Saturday
                                                     std::pair(6 * kDay + 1320, 7 * kDay), std::pair(0, 390),  // Sunday
                                                     std::pair(2 * kDay, 3 * kDay)));  // Wednesday
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
