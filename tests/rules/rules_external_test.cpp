#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true});
  site.host("hmi", {.ip = "192.168.10.30", .ot = true});
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"});
  site.host("cdn", {.ip = "1.1.1.1", .scope = "internet"});
  site.host("group", {.ip = "239.255.255.250", .scope = "multicast"});
  return site;
}

TEST(ExternalRoute, IsEstablishedWhenDataWentBothWays) {
  Site site = plant();
  site.link("hmi", "cloud", {.protocol = "tls", .domain = "it", .port = 443});
  EXPECT_THAT(site.findings(), ElementsAre("external-route-established hmi"));
  EXPECT_EQ(site.of("external-route-established", "severity"), "critical");
  EXPECT_THAT(site.of("external-route-established", "detail_en"), HasSubstr("hmi (192.168.10.30) talks to 1 outside"));
  EXPECT_THAT(site.of("external-route-established", "detail_en"), HasSubstr("8.8.4.4 by tcp/443 (tls)"));
}

TEST(ExternalRoute, IsOneFindingForAllPeersOfAHost) {
  Site site = plant();
  site.link("hmi", "cloud", {.port = 443});
  site.link("hmi", "cdn", {.port = 443});
  EXPECT_THAT(site.findings(), ElementsAre("external-route-established hmi"));
  EXPECT_THAT(site.of("external-route-established", "detail_ja"), HasSubstr("外部アドレス2件"));
  EXPECT_THAT(site.of("external-route-established", "detail_ja"), HasSubstr("1.1.1.1、8.8.4.4"));
}

TEST(ExternalRoute, IsAnsweredWhenOnlyTheHandshakeWasSeen) {
  Site site = plant();
  site.link("hmi", "cloud", shaken_hands(443));
  EXPECT_THAT(site.findings(), ElementsAre("external-route-answered hmi"));
}

TEST(ExternalRoute, OfAZoneThatIsNotClosedIsNotCalledThat) {
  const auto declared = [](const std::string& zone) {
    return "zones: [{id: z, " + zone + ", members: [{cidr: 192.168.10.0/24}]}]\n";
  };
  Site site = plant();
  site.link("hmi", "cloud", {.port = 443});
  for (const auto& [zone, severity] : {std::pair<std::string, std::string>("kind: it", "medium"),
                                       {"kind: it, closed: true", "critical"},
                                       {"kind: ot", "critical"}}) {
    EXPECT_THAT(site.subjects("external-route-established", declared(zone)), ElementsAre("hmi")) << zone;
    EXPECT_EQ(site.of("external-route-established", "severity"), severity) << zone;
    EXPECT_EQ(site.of("external-route-established", "title_en").find("Closed network") == 0, severity == "critical");
  }
  EXPECT_THAT(site.subjects("external-route-established",
                            declared("kind: it") + "allowed_external: [{name: web, cidr: 0.0.0.0/0, port: 443}]\n"),
              IsEmpty());
  Site answered = plant();
  answered.link("hmi", "cloud", shaken_hands(443));
  EXPECT_THAT(answered.subjects("external-route-answered", declared("kind: it")), ElementsAre("hmi"));
  EXPECT_EQ(answered.of("external-route-answered", "severity"), "low");
}

TEST(ExternalRoute, IsAnsweredByAPing) {
  Site site = plant();
  site.link("hmi", "cloud", {.transport = "icmp", .state = "datagram", .payload_to_server = 0, .payload_to_client = 0});
  EXPECT_THAT(site.findings(), ElementsAre("external-route-answered hmi"));
}

TEST(ExternalRoute, IsAnsweredWithLessConfidenceWhereOneDirectionWasCaptured) {
  Site site = plant();
  site.link("hmi", "cloud", {.port = 443, .state = "one_way", .to_client = 0, .payload_to_client = 0});
  EXPECT_THAT(site.findings(), ElementsAre("external-route-answered hmi"));
  EXPECT_EQ(site.of("external-route-answered", "confidence"), "65");
}

TEST(ExternalRoute, IsAttemptedWithoutAnAnswerOrWithARefusal) {
  Site site = plant();
  site.link("hmi", "cloud", unanswered(443));
  site.link("hmi", "cdn", refused(80));
  EXPECT_THAT(site.findings(), ElementsAre("external-route-attempted hmi"));
  EXPECT_THAT(
      site.of("external-route-attempted", "detail_en"),
      HasSubstr("2 outside address(es); nothing in the capture shows that it succeeded (no answer captured, refused)"));
}

TEST(ExternalRoute, OfUdpIsAttemptedWithoutReply) {
  Site site = plant();
  site.link("plc", "cloud",
            {.protocol = "ntp",
             .domain = "shared",
             .port = 123,
             .transport = "udp",
             .state = "datagram",
             .to_client = 0,
             .payload_to_client = 0});
  EXPECT_THAT(site.findings(), ElementsAre("external-route-attempted plc", "time-sync-external plc"));
}

TEST(ExternalRoute, IsNoFailedAttemptWhereNoAnswerIsWaitedFor) {
  const Talk syslog = {.protocol = "syslog",
                       .domain = "shared",
                       .port = 514,
                       .transport = "udp",
                       .state = "datagram",
                       .to_client = 0,
                       .payload_to_client = 0};
  Site site = plant();
  site.link("plc", "cloud", syslog);
  EXPECT_THAT(site.findings(), ElementsAre("external-route-attempted plc"));
  EXPECT_EQ(site.of("external-route-attempted", "severity"), "high");
  EXPECT_THAT(site.of("external-route-attempted", "detail_en"),
              HasSubstr("plc (192.168.10.20) sent 180 bytes to 1 outside address(es)"));
  const std::string office = "zones: [{id: z, kind: it, members: [{cidr: 192.168.10.0/24}]}]\n";
  EXPECT_THAT(site.subjects("external-route-attempted", office), ElementsAre("plc"));
  EXPECT_EQ(site.of("external-route-attempted", "severity"), "medium");
  site.link("plc", "cdn", unanswered(443));
  EXPECT_THAT(site.findings(), ElementsAre("external-route-attempted plc", "external-route-attempted plc"));
  site.set("link", "state", "'refused'", "1");  // "port unreachable"
  EXPECT_THAT(site.findings(), ElementsAre("external-route-attempted plc"));
  EXPECT_EQ(site.of("external-route-attempted", "severity"), "medium");
}

TEST(ExternalRoute, ReportsAPairOnceByItsStrongestLink) {
  Site site = plant();
  site.link("hmi", "cloud", {.port = 443});
  site.link("hmi", "cloud", shaken_hands(8443));
  site.link("hmi", "cloud", unanswered(80));
  EXPECT_THAT(site.findings(), ElementsAre("external-route-established hmi"));
}

TEST(ExternalRoute, IsNotMulticastNorAnotherPrivateNetwork) {
  Site site = plant();
  site.host("office", {.ip = "192.168.99.5", .scope = "local"});
  site.link("hmi", "group", {.port = 1900, .transport = "udp", .state = "datagram"});
  site.link("hmi", "office", {.port = 443});
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(ExternalRoute, IsAllowedByAddressProtocolAndPort) {
  const std::string policy = "allowed_external:\n  - {name: vendor, cidr: 8.8.4.0/24, protocol: tls, port: 443}\n";
  Site site = plant();
  site.link("hmi", "cloud", {.protocol = "tls", .port = 443});
  EXPECT_THAT(site.findings(policy), IsEmpty());
  site.link("plc", "cloud", {.protocol = "http", .port = 443});
  EXPECT_THAT(site.findings(policy), ElementsAre("external-route-established plc"));
}

TEST(ExternalRoute, IsAllowedToADeclaredTimeServerForTimeAlone) {
  const std::string policy = "time_servers: [8.8.4.4]\n";
  Site site = plant();
  site.link("plc", "cloud", {.protocol = "ntp", .port = 123, .transport = "udp", .state = "datagram"});
  EXPECT_THAT(site.findings(policy), IsEmpty());
  site.link("plc", "cloud", {.protocol = "tls", .port = 443});
  EXPECT_THAT(site.findings(policy), ElementsAre("external-route-established plc"));
}

TEST(ExternalInbound, IsNotAnOutboundRouteToo) {
  Site site = plant();
  site.link("cloud", "hmi", {.protocol = "http", .port = 80});
  EXPECT_THAT(site.findings(), ElementsAre("external-inbound hmi"));
  EXPECT_EQ(site.of("external-inbound", "severity"), "critical");
}

TEST(ExternalInbound, TellsUnansweredProbesFromUse) {
  Site site = plant();
  site.link("cloud", "hmi", unanswered(502));
  EXPECT_THAT(site.findings(), ElementsAre("controller-port-from-outside hmi", "external-inbound hmi"));
  EXPECT_EQ(site.of("external-inbound", "severity"), "high");
  EXPECT_THAT(site.of("external-inbound", "detail_en"), HasSubstr("were not answered"));
}

TEST(ExternalInbound, TellsARefusalFromSilence) {
  Site site = plant();
  site.link("cloud", "hmi", refused(8810));
  EXPECT_THAT(site.findings(), ElementsAre("external-inbound hmi"));
  EXPECT_EQ(site.of("external-inbound", "severity"), "high");
  EXPECT_THAT(site.of("external-inbound", "detail_en"), HasSubstr("were refused (reset or unreachable): 8.8.4.4"));
  EXPECT_THAT(site.of("external-inbound", "detail_ja"), HasSubstr("拒否"));
}

TEST(ExternalInbound, IsOneSideOfATunnelFromOutsideAndNoAnswer) {
  const Talk gre = {.port = 47, .transport = "ip", .state = "datagram", .to_server = 0, .payload_to_server = 0};
  Site site = plant();
  site.link("hmi", "cloud", gre);
  site.set("link", "client_known", "0", "1");
  EXPECT_THAT(site.subjects("external-inbound"), ElementsAre("hmi"));
  EXPECT_THAT(site.subjects("external-route-answered"), IsEmpty());
  EXPECT_THAT(site.of("external-inbound", "detail_en"), HasSubstr("No packet to there was captured"));
  site.set("link", "client_known", "1", "1");
  EXPECT_THAT(site.subjects("external-inbound"), IsEmpty());
  EXPECT_THAT(site.subjects("external-route-answered"), ElementsAre("hmi"));
}

TEST(ExternalRoute, SaysWhereWhoBeganWasNotSeen) {
  const Talk stun = {.port = 3478, .transport = "udp", .state = "datagram"};
  const auto detail = [](Site& site, const char* rule, const std::string& language) {
    site.findings();
    return site.of(rule, "detail_" + language);
  };
  Site site = plant();
  site.link("hmi", "cloud", stun);
  EXPECT_THAT(detail(site, "external-route-established", "en"), HasSubstr("by udp/3478; 180 bytes out"));
  site.set("link", "client_known", "0", "1");
  EXPECT_THAT(detail(site, "external-route-established", "en"), HasSubstr("by udp/3478 [who began not seen]; 180"));
  EXPECT_THAT(detail(site, "external-route-established", "ja"), HasSubstr("udp/3478［開始側は不明］"));

  Site shaken = plant();
  shaken.link("hmi", "cloud", shaken_hands(5223));
  EXPECT_THAT(detail(shaken, "external-route-answered", "en"), HasSubstr("got answers"));
  shaken.set("link", "client_known", "0", "1");
  EXPECT_THAT(detail(shaken, "external-route-answered", "en"), HasSubstr("Packets went both ways between hmi"));
  shaken.set("link", "client_known", "1", "1");
  const std::int64_t other = shaken.link("hmi", "cdn", shaken_hands(7000));
  shaken.set("link", "client_known", "0", "link_id = " + std::to_string(other));
  EXPECT_THAT(detail(shaken, "external-route-answered", "en"), HasSubstr("got answers from 2 outside address(es)"));
  EXPECT_THAT(detail(shaken, "external-route-answered", "en"), HasSubstr("tcp/7000 [who began not seen]"));

  Talk silent = stun;
  silent.to_client = silent.payload_to_client = 0;
  Site sent = plant();
  sent.link("hmi", "cloud", silent);
  EXPECT_THAT(detail(sent, "external-route-attempted", "en"), HasSubstr("called 1 outside"));
  sent.set("link", "client_known", "0", "1");
  EXPECT_THAT(detail(sent, "external-route-attempted", "en"), HasSubstr("nothing tells which side began"));
  EXPECT_EQ(sent.of("external-route-attempted", "confidence"), "60");
}

TEST(ExternalRoute, IsTheSameWhoeverTheOrderOfAddressesNamesTheClient) {
  for (const bool inside_first : {false, true}) {
    Site site = plant();
    site.link(inside_first ? "hmi" : "cloud", inside_first ? "cloud" : "hmi", {.port = 50000});
    site.set("link", "client_known", "0", "1");
    EXPECT_THAT(site.findings(), ElementsAre("external-route-established hmi")) << inside_first;
    EXPECT_THAT(site.of("external-route-established", "detail_en"),
                HasSubstr("8.8.4.4 by tcp/50000 [who began not seen]"));
  }
}

TEST(ExternalInbound, IsNotAnErrorMessageOfARouterOnTheWay) {
  Site site = plant();
  site.link("cloud", "hmi", {.transport = "icmp", .state = "datagram", .to_client = 0});
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(PublicDns, IsAnsweredByAnInsideResolver) {
  Site site = plant();
  site.host("dns", {.ip = "192.168.10.53"});
  const auto link = site.link("hmi", "dns", {.protocol = "dns", .port = 53, .transport = "udp", .state = "datagram"});
  site.lookup(link, "update.example.com", true, 1).lookup(link, "hmi.plant.local", false, 1);
  EXPECT_THAT(site.findings(), ElementsAre("public-dns-answered hmi"));
  EXPECT_THAT(site.of("public-dns-answered", "detail_en"),
              HasSubstr("1 public name(s) and got answers: update.example.com."));
}

TEST(PublicDns, UnansweredIsOneFindingPerHostAndNoneBesideAnAnswer) {
  Site site = plant();
  site.host("dns", {.ip = "192.168.10.53"});
  const Talk dns = {.protocol = "dns", .port = 53, .transport = "udp", .state = "datagram"};
  const auto of_hmi = site.link("hmi", "dns", dns), of_plc = site.link("plc", "dns", dns);
  site.lookup(of_hmi, "a.example.com", true, 1).lookup(of_hmi, "b.example.com", true, 0);
  site.lookup(of_plc, "c.example.com", true, 0).lookup(of_plc, "d.example.com", true, 0, 1);
  EXPECT_THAT(site.findings(), ElementsAre("public-dns-answered hmi", "public-dns-unanswered plc"));
  EXPECT_THAT(site.of("public-dns-unanswered", "detail_en"), HasSubstr("none was resolved (no answer, no such name)"));
  site.set("link", "state", "'refused'", "client_id = 'plc'");
  site.findings();
  EXPECT_THAT(site.of("public-dns-unanswered", "detail_en"), HasSubstr("none was resolved (no such name, refused)"));
}

TEST(PublicDns, IsSilentForInsideNames) {
  Site site = plant();
  site.host("dns", {.ip = "192.168.10.53"});
  const auto link = site.link("hmi", "dns", {.protocol = "dns", .port = 53, .transport = "udp", .state = "datagram"});
  site.lookup(link, "plc.plant.local", false, 0);
  EXPECT_THAT(site.findings(), IsEmpty());
}

TEST(PublicDns, AtAnOutsideResolverIsARouteAsWell) {
  Site site = plant();
  const auto link = site.link("hmi", "cloud", {.protocol = "dns", .port = 53, .transport = "udp", .state = "datagram"});
  site.lookup(link, "update.example.com", true, 1);
  EXPECT_THAT(site.findings(), ElementsAre("external-route-established hmi", "public-dns-answered hmi"));
  EXPECT_THAT(site.findings("allowed_external:\n  - {name: dns, cidr: 8.8.4.4, protocol: dns}\n"), IsEmpty());
}

TEST(DefaultGateway, IsReportedUnlessDeclared) {
  Site site = plant();
  site.host("router", {.ip = "192.168.10.1"});
  site.gateway("dhcp_router", "192.168.10.1", "router", "router");
  EXPECT_THAT(site.findings(), ElementsAre("default-gateway-announced router"));
  EXPECT_THAT(site.findings("gateways: [192.168.10.1]\n"), IsEmpty());
  EXPECT_THAT(site.findings("assets:\n  - {name: r1, address: 192.168.10.1, role: router}\n"), IsEmpty());
}

TEST(DefaultGateway, ThatNeverSpokeIsDeclaredByItsAddress) {
  Site site = plant();
  site.gateway("dhcp_router", "192.168.10.254", "", "hmi").gateway("icmp_redirect", "192.168.10.254", "", "hmi");
  EXPECT_THAT(site.findings(), ElementsAre("default-gateway-announced hmi"));
  EXPECT_THAT(site.of("default-gateway-announced", "detail_en"),
              HasSubstr("192.168.10.254 (DHCP, ICMP redirect, announced by hmi"));
  EXPECT_THAT(site.findings("gateways: [192.168.10.254]\n"), IsEmpty());
}

TEST(DefaultGateway, IsGuessedWhereManyAskForASilentAddress) {
  Site site = plant();
  site.host("pc", {.ip = "192.168.10.31"});
  const auto ask = [&](const std::string& asker, const std::string& target, const std::string& known = "null") {
    site.db.execute("insert into asked_for values ('" + asker + "', '" + target + "', " + known + ", null, 1, 1)");
  };
  ask("plc", "192.168.10.254"), ask("hmi", "192.168.10.254");
  EXPECT_THAT(site.findings(), IsEmpty());
  ask("pc", "192.168.10.254");
  EXPECT_THAT(site.findings(), ElementsAre("default-gateway-announced 192.168.10.254"));
  EXPECT_EQ(site.of("default-gateway-announced", "confidence"), "40");
  EXPECT_THAT(site.of("default-gateway-announced", "detail_en"), HasSubstr("192.168.10.254, and nobody answered"));
  EXPECT_THAT(site.findings("gateways: [192.168.10.254]\n"), IsEmpty());
  site.host("box", {.ip = "192.168.10.254"});
  site.set("asked_for", "target_id", "'box'", "1 = 1");
  EXPECT_THAT(site.findings(), ElementsAre("default-gateway-announced box"));
  EXPECT_THAT(site.of("default-gateway-announced", "detail_en"), HasSubstr("which answers"));
  site.link("hmi", "box", {.protocol = "modbus", .domain = "ot", .port = 502});  // a controller with that number
  EXPECT_THAT(site.findings(), IsEmpty());
  for (const std::string asker : {"plc", "hmi", "pc"}) ask(asker, "192.168.10.77");
  EXPECT_THAT(site.findings(), IsEmpty());  // no number that gateways have
}

TEST(SquattedRange, IsOneFindingPerRangeAndNoRoute) {
  Site site = plant();
  site.host("a", {.ip = "203.0.114.10", .ot = true, .squatted = true});
  site.host("b", {.ip = "203.0.114.11", .ot = true, .squatted = true});
  site.host("c", {.ip = "203.0.115.11", .ot = true, .squatted = true});
  site.link("hmi", "a", {.protocol = "modbus", .domain = "ot", .port = 502});
  EXPECT_THAT(site.findings(),
              ElementsAre("squatted-public-range 203.0.114.0/24", "squatted-public-range 203.0.115.0/24"));
  EXPECT_THAT(site.findings("internal_public_ranges: [203.0.114.0/23]\n"), IsEmpty());
  // the policy gone, the observation is back
  EXPECT_THAT(site.subjects("squatted-public-range"), ElementsAre("203.0.114.0/24", "203.0.115.0/24"));
}

TEST(SquattedRange, IsOneFindingWhereHostsAskAcrossRanges) {
  Site site = plant();
  site.host("a", {.ip = "203.0.114.10", .squatted = true}).host("b", {.ip = "203.0.115.11", .squatted = true});
  site.host("c", {.ip = "203.0.116.11", .vlan = 20, .squatted = true});
  const auto ask = [&](const std::string& asker, const std::string& target) {
    site.db.execute("insert into asked_for values ('" + asker + "', '" + target + "', null, null, 1, 1)");
  };
  ask("a", "203.0.114.77");
  ask("b", "192.168.10.20");
  EXPECT_THAT(site.subjects("squatted-public-range"),
              ElementsAre("203.0.114.0/24", "203.0.115.0/24", "203.0.116.0/24"));
  ask("a", "203.0.117.77");  // where nobody is
  EXPECT_THAT(site.subjects("squatted-public-range"),
              ElementsAre("203.0.114.0/24", "203.0.115.0/24", "203.0.116.0/24"));
  ask("a", "203.0.115.77");
  EXPECT_THAT(site.subjects("squatted-public-range"), ElementsAre("203.0.0.0/16", "203.0.116.0/24"));
  site.address("a", "203.0.115.10").set("address", "is_squatted", "1", "value = '203.0.115.10'");  // it has both
  EXPECT_THAT(site.subjects("squatted-public-range"),
              ElementsAre("203.0.114.0/24", "203.0.115.0/24", "203.0.116.0/24"));
}

TEST(InternalPublicRange, BehindARouterIsNoExternalRoute) {
  Site site = plant();
  site.link("hmi", "cloud", {.port = 443});
  EXPECT_THAT(site.findings("internal_public_ranges: [8.8.4.0/24]\n"), IsEmpty());
  EXPECT_EQ(site.db.text("select scope from asset where asset_id = 'cloud'"), "remote");
  EXPECT_THAT(site.findings(), ElementsAre("external-route-established hmi"));
  EXPECT_EQ(site.db.text("select scope from asset where asset_id = 'cloud'"), "internet");
}

}  // namespace
}  // namespace kakoi
