#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rules/register/csv_reader.h"
#include "rules/register/encoding.h"
#include "rules/register/register.h"
#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// What the register's rules find, "rule subject", and the ids of these findings.
struct Judged {
  std::vector<std::string> found, ids;
};

Judged judged(Site& site, const std::string& csv, const std::string& policy_yaml = "") {
  Policy policy = parse_policy(policy_yaml, "site.yaml");
  add_register(policy, csv, "list.csv");
  assess(site.db, policy, built_in_rules(), test_fingerprint);
  Judged out;
  for (Statement s =
           site.db.prepare("select rule_id, subject_id, finding_id from finding where rule_id in ('undeclared-asset',"
                           " 'declared-asset-not-seen', 'declared-attribute-mismatch') order by 1, 2, 3");
       s.step(); out.ids.push_back(s.text(2)))
    out.found.push_back(s.text(0) + ' ' + s.text(1));
  return out;
}

std::vector<std::string> column(Database& db, const std::string& sql) {
  std::vector<std::string> out;
  for (Statement s = db.prepare(sql); s.step();) out.push_back(s.text(0));
  return out;
}

// A historian with two network cards, beside a controller in each of its networks.
Site two_cards() {
  Site site;
  site.host("plc-1", {.ip = "192.168.10.20", .ot = true}).host("card-1", {.ip = "192.168.10.40"});
  site.host("plc-2", {.ip = "192.168.20.20", .ot = true}).host("card-2", {.ip = "192.168.20.40"});
  return site;
}

TEST(ReadCsv, FollowsRfc4180) {
  // RFC 4180 §2: quoted cells, with separators, line breaks and doubled quotes in them; the last line may lack its break.
  const auto rows = read_csv("\"aaa\",\"b \r\nbb\",\"c\"\"cc\"\r\nzzz,,xxx");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_THAT(rows[0].cells, ElementsAre("aaa", "b \r\nbb", "c\"cc"));
  EXPECT_THAT(rows[1].cells, ElementsAre("zzz", "", "xxx"));
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_TRUE(read_csv("").empty());
}

TEST(ReadCsv, TakesTheSeparatorOfTheFirstRow) {
  EXPECT_THAT(read_csv("a;b;c,d\n")[0].cells, ElementsAre("a", "b", "c,d"));
  EXPECT_THAT(read_csv("\n\na\tb\n1,2\t3\n")[3].cells, ElementsAre("1,2", "3"));
  EXPECT_THAT(read_csv("a, b ,\xE3\x80\x80"
                       "c\n")[0]
                  .cells,
              ElementsAre("a", "b", "c"));
}

TEST(ReadCsv, TellsAQuoteThatIsNeverClosed) { EXPECT_TRUE(read_csv("a,\"b\nc,d\n").front().unended); }

TEST(DecodeText, KnowsTheEncodingsOfASpreadsheet) {
  const std::string name = "機器名";
  EXPECT_EQ(decode_text(name), name);
  EXPECT_EQ(decode_text("\xEF\xBB\xBF" + name), name);
  EXPECT_EQ(decode_text("\x8B\x40\x8A\xED\x96\xBC"), name);                          // CP932
  EXPECT_EQ(decode_text(std::string("\xFF\xFE\x5F\x6A\x68\x56\x0D\x54", 8)), name);  // UTF-16, little endian
  EXPECT_EQ(decode_text("\x87\x40"), "①");                                           // CP932 alone has it
  EXPECT_FALSE(decode_text("\xEF\xBB\xBF\x8B\x40").has_value());                     // marked as UTF-8, and is not
  for (const char* end : {"\x1A", "\x1A\r\n"}) EXPECT_EQ(decode_text(name + "\r\n" + end), name + "\r\n");  // of DOS
  EXPECT_EQ(decode_text("a\x1A"
                        "b"),
            "a\x1A"
            "b");
}

TEST(Register, UnderstandsHeadingsAndAddressesAsPeopleWriteThem) {
  Policy policy;
  const auto notes = add_register(policy,
                                  "No.,機器名称,ＩＰアドレス,MAC アドレス,メーカー名,型式,重要度\n"
                                  "1,炉-PLC,192.0.2.7/24、１９２．０．２．８,001D.9CC8.13A1,三菱電機,Q03UDV,高\n",
                                  "list.csv");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("list.csv:1: columns not used: No.")));
  ASSERT_EQ(policy.assets.size(), 1u);
  const DeclaredAsset& a = policy.assets[0];
  EXPECT_EQ(a.name, "炉-PLC");
  EXPECT_EQ(to_string(a.address), "192.0.2.7");
  ASSERT_EQ(a.others.size(), 2u);
  EXPECT_EQ(to_string(a.others[0]), "192.0.2.8");
  EXPECT_EQ(to_string(a.others[1]), "00:1d:9c:c8:13:a1");
  EXPECT_EQ(a.vendor, "三菱電機");
  EXPECT_EQ(a.product, "Q03UDV");
  EXPECT_EQ(a.criticality, "high");
  EXPECT_EQ(a.source, "list.csv:2");
}

TEST(Register, UnderstandsTheHalfWidthKatakanaOfOldLedgers) {
  Policy policy;
  EXPECT_THAT(add_register(policy, "ﾎｽﾄ名,IPｱﾄﾞﾚｽ,種別,ﾒｰｶｰ,ﾌｧｰﾑｳｪｱ\nA,192.0.2.1,ﾌﾟﾘﾝﾀ,ｵﾑﾛﾝ,1.0\n", "list.csv"),
              IsEmpty());
  ASSERT_EQ(policy.assets.size(), 1u);
  EXPECT_EQ(policy.assets[0].name + ' ' + to_string(policy.assets[0].address), "A 192.0.2.1");
  EXPECT_EQ(policy.assets[0].role, "printer");
  EXPECT_EQ(policy.assets[0].vendor + ' ' + policy.assets[0].firmware, "ｵﾑﾛﾝ 1.0");
}

TEST(Register, TellsCellsThatNoColumnIsFor) {
  Policy policy;
  const auto notes = add_register(policy,
                                  "機器名,IPアドレス,設置場所\n"
                                  "炉-PLC,192.0.2.7,第2機械室,,\n"
                                  "窯-PLC,192.0.2.8,第2機械室, 制御盤3\n"
                                  "槽-PLC,192.0.2.9,\"第2機械室, 制御盤3\"\n",
                                  "list.csv");
  EXPECT_THAT(notes, ElementsAre(HasSubstr("list.csv:3: more cells than the list has columns, from '制御盤3' on")));
  EXPECT_EQ(policy.assets.size(), 3u);
}

TEST(Register, AHeadingStandsOnce) {
  for (const char* list : {"name,IP address,name,IP address\nA,192.0.2.1,B,192.0.2.2\n",
                           "\nname,ip address,IP_Address\nA,192.0.2.1,192.0.2.2\n"}) {
    Policy policy;
    try {
      add_register(policy, list, "list.csv");
      ADD_FAILURE() << list;
    } catch (const PolicyError& error) {
      EXPECT_THAT(error.problems,
                  ElementsAre(testing::MatchesRegex("list.csv:[12]: the heading '.*' stands here twice; .*")));
    }
  }
  Policy policy;  // two columns for one thing, and two kinds of addresses
  EXPECT_THAT(add_register(policy, "name,hostname,IPv4,IPv6,MAC,,,\nA,a,192.0.2.1,2001:db8::1,,,,\n", "list.csv"),
              IsEmpty());
}

TEST(Register, AWorkbookIsToldAsSuch) {
  Policy policy;
  try {
    add_register(policy, "PK\x03\x04 the rest of a workbook", "list.xlsx");
    ADD_FAILURE();
  } catch (const PolicyError& error) {
    EXPECT_THAT(error.problems, ElementsAre(HasSubstr("a workbook (.xlsx) must be saved as CSV first")));
  }
}

TEST(Register, AnAddressIsNotMadeOfWhatIsNone) {
  Policy policy;
  const auto notes = add_register(policy,
                                  "Name,Address\n"
                                  "padded,192.168.010.011\n"
                                  "bare,001d9cc813a1\n"
                                  "range,192.168.10.11-20\n"
                                  "mixed,00-1d:9c-c8:13-a1\n"
                                  "uneven,001.d9cc8.13a1\n"
                                  "high,192.168.300.011\n",
                                  "list.csv");
  ASSERT_EQ(policy.assets.size(), 6u);
  EXPECT_EQ(to_string(policy.assets[0].address), "192.168.10.11");
  EXPECT_EQ(to_string(policy.assets[1].address), "00:1d:9c:c8:13:a1");
  for (std::size_t i = 2; i < 6; ++i) EXPECT_TRUE(policy.assets[i].address.is_none()) << policy.assets[i].name;
  EXPECT_EQ(notes.size(), 4u);
}

TEST(Register, TakesYamlAsTheSitePolicyHasIt) {
  Policy policy;
  EXPECT_THAT(add_register(policy, "assets:\n  - {name: PLC, address: 192.0.2.7, firmware: V2.1}\n", "more.yaml"),
              IsEmpty());
  ASSERT_EQ(policy.assets.size(), 1u);
  EXPECT_EQ(policy.assets[0].firmware, "V2.1");
  EXPECT_THROW(add_register(policy, "assets:\n  - {name: RTU, address: 192.0.2.7}\n", "again.yaml"), PolicyError);
  EXPECT_THAT(add_register(policy, "assets: [{name: ENG01}]\n", "names.yaml"), IsEmpty());  // a name alone, as in CSV
  ASSERT_EQ(policy.assets.size(), 2u);
  EXPECT_TRUE(policy.assets[1].address.is_none());
}

TEST(Register, ARowCompletesWhatThePolicySaysOfItsDevice) {
  Policy policy = parse_policy(
      "zones: [{id: cell, kind: ot, members: [{vlan: 3}]}]\n"
      "assets:\n"
      "  - {name: 192.0.2.7, address: 192.0.2.7, vendor: SIEMENS}\n"
      "  - {name: HMI, address: 00:1d:9c:00:00:02, role: hmi}\n",
      "/site/site.yaml");
  EXPECT_THAT(add_register(policy,
                           "name,ip,mac,vendor,zone,firmware\n"
                           "PLC,192.0.2.7,00:1d:9c:00:00:01,Siemens,cell,V2.1\n"
                           ",192.0.2.8,00:1d:9c:00:00:02,,,\n"
                           "RTU,192.0.2.9,,,,\n",
                           "/site/list.csv"),
              IsEmpty());
  ASSERT_EQ(policy.assets.size(), 3u);
  const DeclaredAsset& plc = policy.assets[0];
  EXPECT_EQ(plc.name + ' ' + plc.vendor + ' ' + plc.zone + ' ' + plc.firmware, "PLC SIEMENS cell V2.1");
  EXPECT_EQ(plc.others.size(), 1u);
  EXPECT_EQ(plc.source, "site.yaml:3, list.csv:2");
  const DeclaredAsset& hmi = policy.assets[1];
  EXPECT_EQ(hmi.name + ' ' + hmi.role + ' ' + to_string(hmi.address), "HMI hmi 192.0.2.8");
  EXPECT_EQ(policy.assets[2].name, "RTU");
}

TEST(Register, ARowThatContradictsThePolicyIsToldOnceWithBothPlaces) {
  const std::string yaml = "assets:\n  - {name: PLC, address: 192.0.2.7, vendor: Siemens, role: plc}\n";
  const auto problems = [&](const std::string& csv) {
    Policy policy = parse_policy(yaml, "site.yaml");
    try {
      add_register(policy, csv, "list.csv");
    } catch (const PolicyError& error) {
      return error.problems;
    }
    return std::vector<std::string>{};
  };
  EXPECT_THAT(
      problems("name,ip,role,vendor\nPLC,192.0.2.7,rtu,Omron\n"),
      ElementsAre("list.csv:2: 192.0.2.7 is declared in site.yaml:2, too, and otherwise: role 'rtu' here and "
                  "'plc' there, vendor 'Omron' here and 'Siemens' there; make them agree, or keep one of them"));
  // one list that names a device twice is still a mistake
  EXPECT_THAT(problems("name,ip\nPLC,192.0.2.7\nPLC,192.0.2.7\n"), ElementsAre(HasSubstr("is declared twice")));
}

TEST(Register, TheDraftsOfPolicyAndRegisterGoTogether) {
  Site site = two_cards();
  site.address("plc-1", "00:1d:9c:00:00:01").attribute("plc-1", "vendor", "Siemens");
  site.address("plc-2", "169.254.7.7");  // names nobody for long
  site.host("press-1", {.ip = "192.168.1.10", .ot = true, .vlan = 30}).address("press-1", "00:1d:9c:00:00:03", 30);
  site.host("press-2", {.ip = "192.168.1.10", .ot = true, .vlan = 31}).address("press-2", "00:1d:9c:00:00:04", 31);
  const std::string yaml = starter_policy(site.db), csv = starter_register(site.db);
  EXPECT_THAT(judged(site, csv, yaml).found, IsEmpty());
  EXPECT_THAT(column(site.db, "select count(*) from declared_asset"), ElementsAre("6"));
}

TEST(Register, ARowWhoseAddressCouldNotBeReadIsNotSaidToBeUnseen) {
  Site site = two_cards();
  site.attribute("card-1", "name", "HIST01");
  const std::string rows = "name,ip\nPLC1,192.168.10.300\nHIST01,192.168.10.400\nRTU9,\n";
  EXPECT_THAT(judged(site, rows).found, ElementsAre("declared-asset-not-seen RTU9", "undeclared-asset plc-1"));
  EXPECT_THAT(column(site.db, "select name from declared_asset order by 1"), ElementsAre("HIST01", "RTU9"));
}

constexpr const char* kControllers = "name,IP address,MAC address\nPLC1,192.168.10.20\nPLC2,192.168.20.20\n";

TEST(Register, ARowWithTwoNetworkCardsDeclaresBoth) {
  Site site = two_cards();
  EXPECT_THAT(judged(site, kControllers).found, ElementsAre("undeclared-asset card-1", "undeclared-asset card-2"));
  for (const char* cell : {"192.168.10.40 192.168.20.40", "192.168.20.40 192.168.10.40"}) {
    EXPECT_THAT(judged(site, std::string(kControllers) + "HIST01," + cell + '\n').found, IsEmpty()) << cell;
    EXPECT_THAT(column(site.db, "select asset_id from register_device where declared_id = 3 order by 1"),
                ElementsAre("card-1", "card-2"));
    EXPECT_THAT(column(site.db, "select state from register_match where declared_id = 3"), ElementsAre("seen"));
  }
}

TEST(Register, TheOrderOfARowsAddressesChangesNoFinding) {
  Site site = two_cards();
  site.attribute("card-2", "os", "Windows XP");
  const std::string head = "name,IP address,OS\nPLC1,192.168.10.20\nPLC2,192.168.20.20\n";
  const Judged one = judged(site, head + "HIST01,192.168.10.40 192.168.20.40,Windows 10\n,10.9.9.8 10.9.9.9\n");
  const Judged other = judged(site, head + "HIST01,192.168.20.40 192.168.10.40,Windows 10\n,10.9.9.9 10.9.9.8\n");
  EXPECT_THAT(one.found, ElementsAre("declared-asset-not-seen 10.9.9.8", "declared-attribute-mismatch card-2"));
  EXPECT_EQ(one.ids, other.ids);
}

TEST(Register, WhoTookAnAddressIsNotTheDeviceThatTheMacAddressTells) {
  Site site = two_cards();
  site.address("card-1", "00:1d:9c:00:00:01").address("card-2", "00:1d:9c:00:00:02");
  // card-1 is the historian; its second number is in the hands of another card
  const std::string row = std::string(kControllers) + "HIST01,192.168.20.40,00:1d:9c:00:00:01\n";
  EXPECT_THAT(judged(site, row).found, ElementsAre("declared-attribute-mismatch card-1", "undeclared-asset card-2"));
  // more numbers than cards are named: the second one is that of the card that is not named
  const std::string more = std::string(kControllers) + "HIST01,192.168.10.40 192.168.20.40,00:1d:9c:00:00:01\n";
  EXPECT_THAT(judged(site, more).found, IsEmpty());
}

TEST(Register, ARowsZoneLeavesItsOtherCardWhereRangesPutIt) {
  Site site = two_cards();
  const std::string zones =
      "zones:\n"
      "  - {id: cell, kind: ot, members: [{cidr: 192.168.10.0/24}]}\n"
      "  - {id: dmz, kind: dmz, members: [{cidr: 192.168.20.0/24}]}\n"
      "  - {id: spare, kind: ot, members: [{vlan: 7}]}\n";
  const auto zones_of = [&](const std::string& cell, const std::string& zone) {
    judged(site, "name,ip,zone\nHIST01," + cell + ',' + zone + '\n', zones);
    return column(site.db, "select zone_id from asset where asset_id like 'card-%' order by asset_id");
  };
  for (const std::string cell : {"192.168.10.40 192.168.20.40", "192.168.20.40 192.168.10.40"}) {
    EXPECT_THAT(zones_of(cell, "cell"), ElementsAre("cell", "dmz"));
    EXPECT_THAT(zones_of(cell, "dmz"), ElementsAre("cell", "dmz"));
    EXPECT_THAT(zones_of(cell, "spare"), ElementsAre("spare", "spare"));
  }
}

TEST(Register, EachAddressOfARowCounts) {
  Site site = two_cards();
  judged(site, "name,ip,role\nGW,192.168.10.40 192.168.20.40 192.168.77.1,router\n", "ranges: [192.168.10.0/24]\n");
  EXPECT_THAT(column(site.db, "select asset_id from allowed_role where role = 'gateway' order by 1"),
              ElementsAre("card-1", "card-2"));
  EXPECT_THAT(column(site.db, "select address from allowed_address where role = 'gateway' order by 1"),
              ElementsAre("192.168.10.40", "192.168.20.40", "192.168.77.1"));
  EXPECT_THAT(column(site.db, "select address from address_range where declared = 0 order by 1"),
              ElementsAre("192.168.20.20"));
}

TEST(Register, DevicesWithOneNumberAreToldApartByTheirMacAddresses) {
  Site site;  // copied machine cells
  site.host("press-1", {.ip = "192.168.1.10", .ot = true, .vlan = 30}).address("press-1", "00:1d:9c:00:00:01", 30);
  site.host("press-2", {.ip = "192.168.1.10", .ot = true, .vlan = 31}).address("press-2", "00:1d:9c:00:00:02", 31);
  const std::string rows = "name,ip,mac\nA,192.168.1.10,00:1d:9c:00:00:01\nB,192.168.1.10,00:1d:9c:00:00:02\n";
  EXPECT_THAT(judged(site, rows).found, IsEmpty());
  EXPECT_THAT(column(site.db, "select asset_id from register_device order by declared_id"),
              ElementsAre("press-1", "press-2"));
  // the proposed list and policy name both
  EXPECT_THAT(judged(site, starter_register(site.db)).found, IsEmpty());
  EXPECT_THAT(column(site.db, "select asset_id from register_device order by 1"), ElementsAre("press-1", "press-2"));
  EXPECT_THAT(site.findings(starter_policy(site.db)), IsEmpty());
  EXPECT_THAT(column(site.db, "select asset_id from register_device order by 1"), ElementsAre("press-1", "press-2"));
  // one of them is undeclared where the other's row is all there is
  EXPECT_THAT(judged(site, "name,ip,mac\nA,192.168.1.10,00:1d:9c:00:00:01\n").found,
              ElementsAre("undeclared-asset press-2"));
  for (const char* second : {"B,192.168.1.10,\n", "B,192.168.1.10,00:1d:9c:00:00:01\n"}) {
    Policy policy;
    EXPECT_THROW(add_register(policy, std::string("name,ip,mac\nA,192.168.1.10,00:1d:9c:00:00:01\n") + second, "l.csv"),
                 PolicyError)
        << second;
  }
}

TEST(Register, UnderstandsRolesAsPeopleWriteThem) {
  Policy policy;
  const auto notes =
      add_register(policy,
                   "機器名,種別\n"
                   "a,Router\nb,ルータ\nc,ルーター\nd,ﾌｧｲｱｳｫｰﾙ\ne,ファイアウォール\nf,ＰＬＣ\n"
                   "g,SCADA Server\nh,scada_server\ni,L2スイッチ\nj,ゲートウェイ\nk,plcc\nl,PLCC\nm,plcc\n",
                   "list.csv");
  std::vector<std::string> roles;
  for (const DeclaredAsset& a : policy.assets) roles.push_back(a.role);
  EXPECT_THAT(roles, ElementsAre("router", "router", "router", "firewall", "firewall", "plc", "scada_server",
                                 "scada_server", "switch", "gateway", "", "", ""));
  EXPECT_THAT(notes, ElementsAre(testing::AllOf(
                                     HasSubstr("list.csv:12: 'plcc' is no role and was left out; known are plc, rtu"),
                                     HasSubstr("1 more row")),
                                 HasSubstr("list.csv:13: 'PLCC' is no role")));
}

TEST(Register, TellsZonesThatNobodyDeclares) {
  const std::string csv = "name,zone\nA,control\nB,control\nC,office\n";
  Policy none;
  EXPECT_THAT(add_register(none, csv, "list.csv"),
              ElementsAre(testing::AllOf(HasSubstr("list.csv:2: zone 'control' was left out: no policy declares zones"),
                                         HasSubstr("1 more row")),
                          HasSubstr("list.csv:4: zone 'office' was left out")));
  Policy policy = parse_policy("zones:\n  - {id: control, kind: ot, members: [{vlan: 3}]}\n", "site.yaml");
  EXPECT_THAT(add_register(policy, csv, "list.csv"),
              ElementsAre(HasSubstr("list.csv:4: zone 'office' is not in the policy and was left out")));
}

}  // namespace
}  // namespace kakoi
