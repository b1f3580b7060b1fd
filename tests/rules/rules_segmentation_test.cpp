#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RouterByForwarding, IsReportedUnlessDeclared) {
  Site site;
  site.host("box", {.ip = "192.168.10.1", .router = true});
  site.gateway("forwarding", "192.168.10.1", "box", "", 7);
  EXPECT_THAT(site.findings(), ElementsAre("router-by-forwarding box"));
  EXPECT_THAT(site.of("router-by-forwarding", "detail_en"), HasSubstr("7 addresses of other hosts"));
  EXPECT_EQ(site.of("router-by-forwarding", "severity"), "high");
  EXPECT_THAT(site.findings("gateways: [box]\n"), IsEmpty());
}

TEST(RouterByForwarding, IsLessSureByOneAddress) {
  Site site;
  site.host("box", {.ip = "192.168.10.1", .router = true});
  site.gateway("forwarding", "192.168.10.1", "box", "", 1);
  EXPECT_THAT(site.findings(), ElementsAre("router-by-forwarding box"));
  EXPECT_EQ(site.of("router-by-forwarding", "confidence"), "65");
}

TEST(UndeclaredRange, IsJudgedByTheDeclaredRanges) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20"}).host("x1", {.ip = "10.9.9.1", .scope = "remote", .bound_by = "ip only"});
  site.host("x2", {.ip = "10.9.9.2", .scope = "remote", .bound_by = "ip only"});
  EXPECT_THAT(site.findings("ranges: [192.168.10.0/24]\n"), ElementsAre("undeclared-private-range 10.9.9.0/24"));
  EXPECT_EQ(site.of("undeclared-private-range", "severity"), "medium");
  EXPECT_THAT(site.findings("ranges: [192.168.10.0/24, 10.0.0.0/8]\n"), IsEmpty());
}

TEST(UndeclaredRange, WithoutADeclarationIsOnlyWhatLiesBehindARouter) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20"}).host("x1", {.ip = "10.9.9.1", .scope = "remote", .bound_by = "ip only"});
  EXPECT_THAT(site.findings(), ElementsAre("undeclared-private-range 10.9.9.0/24"));
  EXPECT_EQ(site.of("undeclared-private-range", "severity"), "low");
}

TEST(UndeclaredRange, IsNotProvedByADestinationThatNeverAnswered) {
  Site site;
  site.host("x1", {.ip = "10.9.9.1", .scope = "remote", .bound_by = "destination only"});
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(SharedSegment, IsOneFindingPerSubnetWhereFramesAreUntagged) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("pc1", {.ip = "192.168.10.30", .it = true});
  site.host("pc2", {.ip = "192.168.10.31", .it = true}).host("far", {.ip = "192.168.20.30", .it = true});
  EXPECT_THAT(site.subjects("it-ot-shared-segment"), ElementsAre("192.168.10.0/24"));
  EXPECT_THAT(site.of("it-ot-shared-segment", "detail_en"),
              HasSubstr("1 control host(s) (plc (192.168.10.20)) and 2 host(s)"));
  EXPECT_EQ(site.of("it-ot-shared-segment", "zones_inferred"), "0");
}

TEST(SharedSegment, IsOneFindingPerVlanThoughItHoldsTwoSubnets) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true, .vlan = 20})
      .host("pc1", {.ip = "192.168.11.30", .it = true, .vlan = 20});
  EXPECT_THAT(site.subjects("it-ot-shared-segment"), ElementsAre("VLAN 20"));
}

TEST(SharedSegment, IsNotAnHmiThatAlsoSpeaksWebNorHostsOfTwoVlans) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true, .vlan = 20})
      .host("hmi", {.ip = "192.168.10.30", .ot = true, .it = true, .vlan = 20});
  site.host("pc", {.ip = "192.168.10.40", .it = true, .vlan = 30});
  EXPECT_THAT(site.subjects("it-ot-shared-segment"), IsEmpty());
}

TEST(SharedSegment, LeavesOutHostsThatTheRegisterNames) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("log", {.ip = "192.168.10.30", .it = true});
  EXPECT_THAT(site.subjects("it-ot-shared-segment"), ElementsAre("192.168.10.0/24"));
  EXPECT_THAT(site.subjects("it-ot-shared-segment", "assets: [{name: log, address: 192.168.10.30}]\n"), IsEmpty());
}

constexpr const char* kTwoZones =
    "zones:\n"
    "  - {id: control, kind: ot, level: 2, closed: true, members: [{cidr: 192.168.10.0/24}]}\n"
    "  - {id: office, kind: it, level: 4, members: [{cidr: 192.168.20.0/24}]}\n";

Site office_and_control() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("hmi", {.ip = "192.168.10.30", .ot = true});
  site.host("pc1", {.ip = "192.168.20.30", .it = true}).host("pc2", {.ip = "192.168.20.31", .it = true});
  return site;
}

TEST(DirectSession, IsOneFindingPerPair) {
  Site site = office_and_control();
  site.link("pc1", "hmi", {.protocol = "http", .domain = "it", .port = 80});
  site.link("pc1", "hmi", {.protocol = "ssh", .domain = "it", .port = 22});
  EXPECT_THAT(site.findings(kTwoZones), ElementsAre("it-ot-direct-session pc1 hmi"));
  EXPECT_EQ(site.of("it-ot-direct-session", "confidence"), "90");
  EXPECT_EQ(site.of("it-ot-direct-session", "zones_inferred"), "0");
  EXPECT_THAT(site.of("it-ot-direct-session", "detail_en"), HasSubstr("(zone control) by tcp/22 (ssh), tcp/80 (http)"));
}

TEST(DirectSession, OnInferredZonesSaysSoAndIsLessSure) {
  Site site = office_and_control();
  site.link("hmi", "plc", {.protocol = "modbus", .domain = "ot", .port = 502});
  site.link("pc1", "hmi", {.protocol = "http", .domain = "it", .port = 80});
  EXPECT_THAT(site.findings(), ElementsAre("it-ot-direct-session pc1 hmi"));
  EXPECT_EQ(site.of("it-ot-direct-session", "confidence"), "70");
  EXPECT_EQ(site.of("it-ot-direct-session", "zones_inferred"), "1");
  EXPECT_THAT(site.of("it-ot-direct-session", "detail_en"), HasSubstr("Zones are inferred"));
  EXPECT_THAT(site.of("it-ot-direct-session", "detail_ja"), HasSubstr("推定"));
}

TEST(DirectSession, IsCoveredByAConduitForItsProtocolAndDirection) {
  Site site = office_and_control();
  site.link("pc1", "hmi", {.protocol = "http", .domain = "it", .port = 80});
  const std::string conduit = std::string(kTwoZones) + "conduits: [{from: office, to: control, protocols: [http]}]\n";
  EXPECT_THAT(site.findings(conduit), IsEmpty());
  site.link("pc2", "hmi", {.protocol = "ssh", .domain = "it", .port = 22});
  site.link("hmi", "pc2", {.protocol = "http", .domain = "it", .port = 80});
  EXPECT_THAT(site.findings(conduit), ElementsAre("it-ot-direct-session hmi pc2", "it-ot-direct-session pc2 hmi"));
  site.set("link", "client_known", "0", "protocol = 'http'");
  EXPECT_THAT(site.findings(conduit), ElementsAre("it-ot-direct-session pc2 hmi"));
}

TEST(DirectSession, IsNotAnAttemptNorAJumpHosts) {
  Site site = office_and_control();
  site.link("pc1", "hmi", unanswered(80));
  EXPECT_THAT(site.findings(kTwoZones), IsEmpty());
  site.link("pc1", "hmi", {.protocol = "ssh", .domain = "it", .port = 22});
  EXPECT_THAT(site.findings(std::string(kTwoZones) + "jump_hosts: [192.168.20.30]\n"), IsEmpty());
}

TEST(DualHomed, IsAHostWithAddressesInTwoSubnets) {
  Site site;
  site.host("hist", {.ip = "192.168.10.40", .ot = true}).address("hist", "192.168.20.40");
  EXPECT_THAT(site.findings(), ElementsAre("dual-homed-host hist"));
  EXPECT_THAT(site.of("dual-homed-host", "detail_en"), HasSubstr("2 networks (192.168.10.0/24, 192.168.20.0/24)"));
  EXPECT_THAT(site.findings("jump_hosts: [hist]\n"), IsEmpty());
}

TEST(DualHomed, IsNotARouterNorAHostWithTwoAddressesInOneSubnet) {
  Site site;
  site.host("router", {.ip = "192.168.10.1", .router = true}).address("router", "192.168.20.1");
  site.host("plc", {.ip = "192.168.10.20"})
      .address("plc", "192.168.10.21")
      .address("plc", "169.254.7.7")
      .address("plc", "fe80::1");
  site.host("wide", {.ip = "10.1.0.5"}).address("wide", "10.1.1.5").subnet("10.1.0.0/16");
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(DualHomed, IsNotWhatSpeaksForRoutesOrGateways) {
  const Talk bgp = {.port = 179}, dhcp = {.protocol = "dhcp", .domain = "shared", .port = 67, .transport = "udp"};
  Site site;
  site.host("a", {.ip = "192.168.10.2"}).address("a", "192.168.20.2");
  site.host("b", {.ip = "192.168.10.3"}).address("b", "192.168.20.3");
  site.host("c", {.ip = "192.168.10.4"}).address("c", "192.168.20.4");
  site.gateway("first_hop_redundancy", "192.168.10.1", "", "a");
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("b", "c"));
  site.link("b", "c", bgp);
  EXPECT_THAT(site.subjects("dual-homed-host"), IsEmpty());
  site.host("d", {.ip = "192.168.10.5"}).address("d", "192.168.20.5");
  site.gateway("dhcp_router", "192.168.10.1", "", "d");  // who hands out a gateway is none
  site.link("a", "d", dhcp);
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("d"));
}

TEST(DualHomed, IsNotOneAddressInTwoVlans) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20"}).address("plc", "192.168.10.20", 10);
  EXPECT_THAT(site.subjects("dual-homed-host"), IsEmpty());
}

TEST(DualHomed, IsNoNameThatSaysAKindOfDeviceOrAProduct) {
  Site site;
  site.host("a", {.ip = "192.168.10.40"}).host("b", {.ip = "192.168.20.40"});
  for (const std::string name : {"controller", "pn-io-1", "PLC_1", "plcxb1d0ed", "ET200SP"})
    for (const std::string host : {"a", "b"}) site.attribute(host, "name", name, "profinet connect");
  site.attribute("a", "product", "ET200SP").attribute("b", "product", "ET200SP");
  EXPECT_THAT(site.subjects("dual-homed-host"), IsEmpty());
  site.attribute("a", "name", "press-hist").attribute("b", "name", "press-hist");
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("a"));
}

TEST(DualHomed, IsNoNameThatIsUsedAgainLater) {
  Site site;
  site.host("a", {.ip = "192.168.10.40"}).attribute("a", "name", "press-hist");
  site.host("b", {.ip = "192.168.20.40"}).attribute("b", "name", "press-hist");
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("a"));
  site.set("address", "first_ts", "first_ts - 60000000000", "asset_id = 'a'");
  site.set("address", "last_ts", "last_ts - 60000000000", "asset_id = 'a'");
  EXPECT_THAT(site.subjects("dual-homed-host"), IsEmpty());
}

TEST(DualHomed, IsHintedAtByOneSerialOnTwoSubnets) {
  Site site;
  site.host("a", {.ip = "192.168.10.40"}).attribute("a", "serial", "SN-0042");
  site.host("b", {.ip = "192.168.20.40"}).attribute("b", "serial", "SN-0042");
  EXPECT_THAT(site.findings(), ElementsAre("dual-homed-host a"));
  EXPECT_EQ(site.of("dual-homed-host", "confidence"), "75");
  EXPECT_EQ(site.db.integer("select count(*) from finding_asset"), 2);
}

TEST(DualHomed, IsToldByTheHostsOwnWord) {
  Site site;
  site.host("hist", {.ip = "192.168.10.40"});
  for (const std::string address : {"192.168.10.40", "192.168.10.41", "2001:db8::7"})
    site.attribute("hist", "own_address", address, "smb network interfaces");
  EXPECT_THAT(site.findings(), IsEmpty());
  site.attribute("hist", "own_address", "192.168.20.40", "smb network interfaces");
  EXPECT_THAT(site.findings(), ElementsAre("dual-homed-host hist"));
  EXPECT_EQ(site.of("dual-homed-host", "confidence"), "65");
  EXPECT_THAT(site.of("dual-homed-host", "detail_en"), HasSubstr("own word (smb network interfaces): 192.168.20.40."));
  EXPECT_THAT(site.findings("jump_hosts: [hist]\n"), IsEmpty());
  site.subnet("192.168.0.0/16");  // by DHCP: one wide network
  EXPECT_THAT(site.findings(), IsEmpty());
}

// OPC UA servers and certificates list where a server is reached, which may be a translator's address.
TEST(DualHomed, IsHintedAtByWhatAServerLists) {
  for (const std::string method : {"opcua endpoints", "opcua find servers", "certificate"}) {
    Site site;
    site.host("hist", {.ip = "192.168.10.40"}).attribute("hist", "own_address", "192.168.20.40", method);
    EXPECT_THAT(site.findings(), ElementsAre("dual-homed-host hist"));
    EXPECT_EQ(site.of("dual-homed-host", "confidence"), "45");
    EXPECT_THAT(site.of("dual-homed-host", "detail_en"), HasSubstr("as its own (" + method + "): 192.168.20.40."));
    site.attribute("hist", "own_address", "192.168.30.40", "nbns name answer");  // the surer word
    EXPECT_THAT(site.findings(), ElementsAre("dual-homed-host hist"));
    EXPECT_EQ(site.of("dual-homed-host", "confidence"), "65");
    EXPECT_THAT(site.of("dual-homed-host", "detail_en"), HasSubstr("own word (nbns name answer): 192.168.30.40."));
  }
}

TEST(DualHomed, IsNotAServerBehindATranslator) {
  Site site;
  site.host("hist", {.ip = "192.168.10.40"}).host("hmi", {.ip = "192.168.10.30"}).host("far", {.ip = "192.168.30.30"});
  site.attribute("hist", "own_address", "192.168.20.40", "opcua endpoints");
  const Talk opcua = {.protocol = "opcua", .domain = "ot", .port = 4840};
  site.link("far", "hist", opcua);
  site.set("link", "ttl_to_client_min", "63", "true");  // routed, as it must be
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("hist"));
  site.link("hmi", "hist", opcua);
  site.set("link", "ttl_to_client_min", "64", "client_id = 'hmi'");
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("hist"));
  site.set("link", "ttl_to_client_min", "63", "client_id = 'hmi'");
  EXPECT_THAT(site.subjects("dual-homed-host"), IsEmpty());
}

TEST(DualHomed, IsNotOneOfThoseThatShareACertificate) {
  Site site;
  site.host("a", {.ip = "192.168.10.40"}).host("b", {.ip = "192.168.10.41"});
  site.attribute("a", "own_address", "192.168.20.40", "certificate");
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("a"));
  site.attribute("a", "own_address", "192.168.10.41", "certificate");
  EXPECT_THAT(site.subjects("dual-homed-host"), IsEmpty());
  site.attribute("a", "own_address", "192.168.20.40", "smb network interfaces");  // not the certificate's word
  EXPECT_THAT(site.subjects("dual-homed-host"), ElementsAre("a"));
}

TEST(DualHomed, IsHintedAtByOneKeyOnTwoSubnets) {
  Site site;
  site.host("a", {.ip = "192.168.10.40"}).host("b", {.ip = "192.168.20.40"});
  for (const std::string host : {"a", "b"}) site.attribute(host, "fingerprint", "5d1f", "ja4");
  EXPECT_THAT(site.findings(), IsEmpty());  // how software speaks is no key
  for (const std::string host : {"a", "b"})
    site.attribute(host, "fingerprint", "77aa", "ssh host key")
        .attribute(host, "fingerprint", "0b0c", "smb server guid");
  EXPECT_THAT(site.findings(), ElementsAre("dual-homed-host a"));  // one machine, one finding
  EXPECT_EQ(site.of("dual-homed-host", "confidence"), "55");
  for (const std::string host : {"a", "b"}) site.attribute(host, "serial", "SN-0042");
  EXPECT_THAT(site.findings(), ElementsAre("dual-homed-host a"));
  EXPECT_EQ(site.of("dual-homed-host", "confidence"), "75");
}

TEST(DualHomed, IsNotACopiedMachineCellNorANameThatManyShare) {
  Site site;
  site.host("cell1", {.ip = "192.168.1.10", .vlan = 11}).attribute("cell1", "name", "PRESS-PLC");
  site.host("cell2", {.ip = "192.168.1.10", .vlan = 12}).attribute("cell2", "name", "PRESS-PLC");
  for (int i = 1; i <= 5; ++i) {
    const std::string n = std::to_string(i);
    site.host("cam" + n, {.ip = "10.0." + n + ".9"}).attribute("cam" + n, "name", "IPCAMERA");
  }
  EXPECT_THAT(site.findings(), IsEmpty());
}

}  // namespace
}  // namespace kakoi
