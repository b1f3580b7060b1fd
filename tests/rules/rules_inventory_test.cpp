#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Talk kModbus = {.protocol = "modbus", .domain = "ot", .port = 502};
const Talk kMdns = {.protocol = "mdns",
                    .domain = "it",
                    .port = 5353,
                    .transport = "udp",
                    .state = "datagram",
                    .to_client = 0,
                    .payload_to_client = 0};

Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("hmi", {.ip = "192.168.10.30", .ot = true});
  site.host("box", {.ip = "192.168.10.40"}).host("group", {.ip = "224.0.0.251", .scope = "multicast"});
  return site;
}

TEST(ConsumerDevice, IsGradedByWhatItDoes) {
  Site site = plant();
  site.attribute("hmi", "vendor", "BUFFALO.INC", "oui").attribute("plc", "vendor", "Mitsubishi Electric", "oui");
  EXPECT_THAT(site.findings(), ElementsAre("consumer-network-device hmi"));
  EXPECT_EQ(site.of("consumer-network-device", "severity"), "low");
  site.lease("hmi", "192.168.10.30");
  site.findings();
  EXPECT_EQ(site.of("consumer-network-device", "severity"), "high");
  EXPECT_THAT(site.subjects("consumer-network-device", "gateways: [192.168.10.30]\n"), IsEmpty());
}

TEST(SeveralDhcpServers, AreOnOneSegment) {
  Site site = plant();
  site.lease("hmi", "192.168.10.30", 10).lease("box", "192.168.20.40", 20).lease("hmi", "192.168.10.30", 10);
  EXPECT_THAT(site.findings(), IsEmpty());
  site.lease("box", "192.168.10.40", 10);
  EXPECT_THAT(site.findings(), ElementsAre("several-dhcp-servers VLAN 10"));
}

TEST(DuplicateAddress, IsOneFindingPerAddress) {
  Site site = plant();
  site.address("box", "192.168.10.20");
  EXPECT_THAT(site.findings(), IsEmpty());
  for (const char* host : {"plc", "box"})
    site.db.execute(std::string("insert into anomaly values ('") + host +
                    "', null, 'arp', 'duplicate_ip', '192.168.10.20 is also claimed by 00:00:5e:00:53:01', 4, 1)");
  EXPECT_THAT(site.findings(), ElementsAre("duplicate-address box"));
  EXPECT_THAT(site.of("duplicate-address", "detail_en"), HasSubstr("8 claim(s) of the address 192.168.10.20"));
}

TEST(DuplicateAddress, OfWhoGetsBetweenTwoDevicesIsOneFinding) {
  const auto site_with = [](const char* second_rival) {
    Site site;
    site.host("plc", {.ip = "192.168.10.20"}).host("hmi", {.ip = "192.168.10.30"}).host("pc", {.ip = "192.168.10.41"});
    const auto claim = [&](const std::string& host, const std::string& address, int count) {
      site.db.execute("insert into anomaly values ('" + host + "', null, 'arp', 'duplicate_ip', '" + address +
                      " is also claimed by 00:00:5e:00:53:01', " + std::to_string(count) + ", 1)");
    };
    claim("plc", "192.168.10.20", 4);
    claim("pc", "192.168.10.20", 230);
    claim(second_rival, "192.168.10.30", 4);
    claim("pc", "192.168.10.30", 230);
    return site;
  };
  Site site = site_with("hmi");
  EXPECT_THAT(site.subjects("duplicate-address"), ElementsAre("pc"));
  EXPECT_EQ(site.of("duplicate-address", "severity"), "high");
  EXPECT_THAT(site.of("duplicate-address", "detail_en"), HasSubstr("192.168.10.20 pc ×230, 192.168.10.20 plc ×4"));
  // as many questions: a router may answer for others
  site.db.execute("insert into asked_for values ('hmi', '192.168.10.20', 'plc', null, 200, 1)");
  EXPECT_THAT(site.subjects("duplicate-address"), ElementsAre("hmi", "plc"));
  // the same two for both addresses: a pair for failover
  EXPECT_THAT(site_with("plc").subjects("duplicate-address"), ElementsAre("hmi", "plc"));
}

// icsnpp-synchrophasor, c37_pmu_unclean.pcap: the claims go to one side alone.
TEST(DuplicateAddress, OfWhoPassesOnWhatItGotByItsClaims) {
  Site site;
  site.host("plc", {.ip = "192.168.10.20"}).host("hmi", {.ip = "192.168.10.30"}).host("pc", {.ip = "192.168.10.41"});
  site.db.execute(
      "insert into anomaly values"
      " ('plc', null, 'arp', 'duplicate_ip', '192.168.10.20 is also claimed by 00:00:5e:00:53:01', 4, 1),"
      " ('pc', null, 'arp', 'duplicate_ip', '192.168.10.20 is also claimed by 00:00:5e:00:53:02', 50, 1)");
  EXPECT_THAT(site.subjects("duplicate-address"), ElementsAre("plc"));
  site.db.execute("insert into anomaly values ('pc', null, 'ip', 'relayed_ip', '192.168.10.20', 4718, 1)");
  EXPECT_THAT(site.subjects("duplicate-address"), ElementsAre("pc"));
  EXPECT_EQ(site.of("duplicate-address", "severity"), "high");
  EXPECT_THAT(site.of("duplicate-address", "detail_en"), HasSubstr("4718 packet(s) from that address"));
  // as many questions: a router that answers within the segment passes the packets on, too
  site.db.execute("insert into asked_for values ('hmi', '192.168.10.20', 'plc', null, 40, 1)");
  EXPECT_THAT(site.subjects("duplicate-address"), ElementsAre("plc"));
}

TEST(UndeclaredAsset, NeedsARegisterThatNamesHalfOfTheRange) {
  const std::string one = "assets:\n  - {name: PLC, address: 192.168.10.20}\n";
  const std::string two = one + "  - {name: HMI, address: 192.168.10.30}\n";
  Site site = plant();
  EXPECT_THAT(site.findings(), IsEmpty());
  EXPECT_THAT(site.findings(one), IsEmpty());
  EXPECT_THAT(site.findings(two), ElementsAre("undeclared-asset box"));
  EXPECT_THAT(site.findings(two + "gateways: [192.168.10.40]\n"), IsEmpty());
}

TEST(DeclaredAsset, IsNotSeen) {
  Site site = plant();
  const std::string policy = "assets:\n  - {name: SIS, address: 192.168.99.9}\n";
  EXPECT_THAT(site.findings(policy), ElementsAre("declared-asset-not-seen SIS"));
  site.host("sis", {.ip = "192.168.99.9"});
  EXPECT_THAT(site.findings(policy), IsEmpty());
}

TEST(UnknownProtocol, IsBetweenControlHostsOnPortsOfNoKnownUse) {
  Site site = plant();
  site.link("hmi", "plc", {.port = 443});
  site.link("box", "plc", {.port = 9600});
  site.link("hmi", "plc", unanswered(9600));
  EXPECT_THAT(site.findings(), IsEmpty());
  site.link("hmi", "plc", {.port = 9600});
  EXPECT_THAT(site.findings(), ElementsAre("unknown-protocol-in-control plc"));
  site.link("plc", "hmi", {.protocol = "ftp", .port = 21});  // then it may be its data connection
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(Discovery, MattersWhereAControllerAnswers) {
  Site site = plant();
  site.link("box", "group", kMdns);
  EXPECT_THAT(site.findings(), IsEmpty());
  site.link("hmi", "plc", kModbus);
  EXPECT_THAT(site.findings(), ElementsAre("discovery-in-control-segment untagged"));
}

// ICS-Security-Tools' melsoft_UDP_unclean_1.pcap: VIPLAV, beside the controller, looks about by all four (packets 716,
// 1616, 1660 and by WS-Discovery).
TEST(Discovery, IsAlsoNetBiosSsdpAndWsDiscovery) {
  Site site = plant();
  site.link("hmi", "plc", kModbus);
  for (const char* protocol : {"nbdgm", "ssdp", "wsd", "mdns"}) {
    Talk talk = kMdns;
    talk.protocol = protocol;
    site.link("box", "group", talk);
  }
  EXPECT_THAT(site.findings(), ElementsAre("discovery-in-control-segment untagged"));
  EXPECT_THAT(site.of("discovery-in-control-segment", "detail_en"),
              HasSubstr("by NetBIOS, SSDP, WS-Discovery, mDNS: "));
}

TEST(BlindSpot, IsOneFindingPerMeasureThatIsNotGood) {
  Site site = plant();
  site.db.execute(
      "insert into coverage values ('one_way_share', 0.01, 'ok', '', '', '', '', ''),"
      " ('unseen_share', 0.2, 'blind', '', 'A fifth is missing.', 'ja', '', ''),"
      " ('clock_steps', null, 'unknown', '', '', '', '', '')");
  EXPECT_THAT(site.findings(), ElementsAre("capture-blind-spot unseen_share"));
  EXPECT_EQ(site.of("capture-blind-spot", "severity"), "low");
}

// ICS-Security-Tools' control4-sample.pcap: 407 frames of ZigBee, all of them captured and none read. That says nothing
// of what the site's own monitoring sees, so no control is judged by it.
TEST(BlindSpot, WhatIsNotReadIsNoGapOfTheCapture) {
  Site site = plant();
  site.db.execute("insert into coverage values ('undecoded_share', 1, 'blind', '', 'Not read.', 'ja', '', '')");
  EXPECT_THAT(site.findings(), ElementsAre("capture-blind-spot undecoded_share"));
  EXPECT_EQ(site.of("capture-blind-spot", "severity"), "low");
  EXPECT_EQ(site.of("capture-blind-spot", "title_en"), "The capture holds much that is not read");
  EXPECT_EQ(site.of("capture-blind-spot", "confidence"), "45");  // below 50 it is a hint, and decides no verdict
}

}  // namespace
}  // namespace kakoi
