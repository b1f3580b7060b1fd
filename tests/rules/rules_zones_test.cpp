#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Talk kModbus = {.protocol = "modbus", .domain = "ot", .port = 502};
const Talk kTls = {.protocol = "tls", .domain = "it", .port = 443};

constexpr const char* kZones =
    "zones:\n"
    "  - {id: cell, kind: ot, level: 1, members: [{cidr: 192.168.10.0/24}]}\n"
    "  - {id: dmz, kind: dmz, level: 3.5, members: [{cidr: 192.168.30.0/24}]}\n";

Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("hmi", {.ip = "192.168.10.30", .ot = true});
  site.host("relay", {.ip = "192.168.30.5", .it = true}).host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  return site;
}

TEST(OneHop, IsAClientOfControllersThatExchangesDataWithTheInternet) {
  Site site = plant();
  site.link("hmi", "plc", kModbus);
  site.link("hmi", "cloud", kTls);
  EXPECT_THAT(site.subjects("internet-one-hop-to-controllers"), ElementsAre("hmi"));
  EXPECT_THAT(site.of("internet-one-hop-to-controllers", "detail_en"), HasSubstr("1 controller(s): plc"));
  EXPECT_THAT(site.findings("allowed_external: [{name: portal, cidr: 8.8.4.4}]\n"), IsEmpty());
}

TEST(OneHop, IsNotTheControllerItselfNorAnAttempt) {
  Site site = plant();
  site.link("hmi", "plc", kModbus);
  site.link("plc", "cloud", kTls);
  site.link("hmi", "cloud", unanswered(443));
  EXPECT_THAT(site.subjects("internet-one-hop-to-controllers"), IsEmpty());
}

TEST(SubnetsShareVlan, NeedTwoHostsEach) {
  Site site;
  site.host("a1", {.ip = "192.168.1.1", .vlan = 10}).host("a2", {.ip = "192.168.1.2", .vlan = 10});
  site.host("b1", {.ip = "192.168.2.1", .vlan = 10});
  EXPECT_THAT(site.subjects("subnets-share-vlan"), IsEmpty());
  site.host("b2", {.ip = "192.168.2.2", .vlan = 10});
  EXPECT_THAT(site.subjects("subnets-share-vlan"), ElementsAre("VLAN 10"));
}

TEST(SubnetsShareVlan, AreNotSubnetsOfDifferentVlansNorOfUntaggedFrames) {
  Site site;
  site.host("a1", {.ip = "192.168.1.1", .vlan = 10}).host("a2", {.ip = "192.168.1.2", .vlan = 10});
  site.host("b1", {.ip = "192.168.2.1", .vlan = 20}).host("b2", {.ip = "192.168.2.2", .vlan = 20});
  site.host("c1", {.ip = "192.168.3.1"}).host("c2", {.ip = "192.168.3.2"});
  site.host("d1", {.ip = "192.168.4.1"}).host("d2", {.ip = "192.168.4.2"});
  EXPECT_THAT(site.subjects("subnets-share-vlan"), IsEmpty());
}

TEST(MacInTwoVlans, IsAHostThatIsNoRouter) {
  Site site;
  site.host("esx", {.ip = "00:0c:29:01:02:03", .vlan = 10}).address("esx", "00:0c:29:01:02:03", 20);
  site.host("core", {.ip = "00:0c:29:0a:0b:0c", .router = true, .vlan = 10}).address("core", "00:0c:29:0a:0b:0c", 20);
  site.host("plain", {.ip = "00:0c:29:11:11:11", .vlan = 10});
  EXPECT_THAT(site.findings(), ElementsAre("mac-in-two-vlans esx"));
  EXPECT_THAT(site.findings("jump_hosts: [esx]\n"), IsEmpty());
}

TEST(UndeclaredConduit, IsOneFindingPerPairOfZones) {
  Site site = plant();
  site.link("hmi", "relay", kTls);
  site.link("plc", "relay", kTls);
  EXPECT_THAT(site.findings(kZones), ElementsAre("undeclared-conduit cell"));
  EXPECT_THAT(site.findings(std::string(kZones) + "conduits: [{from: cell, to: dmz, protocols: [tls]}]\n"), IsEmpty());
  // where nobody knows who began, either may have
  const std::string other_way = std::string(kZones) + "conduits: [{from: dmz, to: cell, protocols: [tls]}]\n";
  EXPECT_THAT(site.findings(other_way), ElementsAre("undeclared-conduit cell"));
  site.set("link", "client_known", "0", "1");
  EXPECT_THAT(site.findings(other_way), IsEmpty());
  EXPECT_THAT(site.findings(kZones), ElementsAre("undeclared-conduit cell"));
  EXPECT_THAT(site.of("undeclared-conduit", "detail_en"), HasSubstr("(tls) [who began not seen]; no declared"));
  EXPECT_THAT(site.findings(std::string(kZones) + "jump_hosts: [relay]\n"), IsEmpty());
}

TEST(UndeclaredConduit, NeedsDeclaredZonesAndASessionAcross) {
  Site site = plant();
  site.link("hmi", "relay", unanswered(443));
  site.link("hmi", "plc", kTls);
  EXPECT_THAT(site.findings(kZones), IsEmpty());
  site.link("hmi", "relay", kTls);
  EXPECT_THAT(site.subjects("undeclared-conduit"), IsEmpty());
}

// As Samba and smbclient speak: pcaps/rules/share-null-session.pcapng.
TEST(RemoteAdmin, IsNoAdministrationWhereNobodyLogsInWithAnAccount) {
  Site site = plant();
  const auto smb = site.link("relay", "hmi", {.protocol = "smb", .domain = "it", .port = 445});
  const auto titled = [&] {
    EXPECT_THAT(site.findings(kZones), Contains("remote-admin-into-control relay"));
    return site.of("remote-admin-into-control", "title_en") + ", " + site.of("remote-admin-into-control", "severity");
  };
  EXPECT_EQ(titled(), "SMB sessions into the control network from an unexpected host, medium");
  site.operation(smb, "auth", 1, 1, 0).set("operation", "function", "'log-in without account'", "function_code = 1");
  site.set("operation", "accepted", "1", "function_code = 1");
  EXPECT_EQ(titled(), "Anonymous SMB sessions into the control network from an unexpected host, low");
  EXPECT_THAT(site.of("remote-admin-into-control", "detail_en"), HasSubstr("null sessions by default"));
  // one with an account beside it
  site.operation(smb, "auth", 2, 1, 0).set("operation", "function", "'log-in by NTLMv2'", "function_code = 2");
  EXPECT_EQ(titled(), "Anonymous SMB sessions into the control network from an unexpected host, low") << "refused";
  site.set("operation", "accepted", "1", "function_code = 2");
  EXPECT_EQ(titled(), "SMB sessions into the control network from an unexpected host, medium");
}

}  // namespace
}  // namespace kakoi
