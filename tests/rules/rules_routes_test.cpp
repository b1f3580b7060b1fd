#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Talk kNtp = {.protocol = "ntp", .domain = "shared", .port = 123, .transport = "udp", .state = "datagram"};
const Talk kDns = {.protocol = "dns", .domain = "shared", .port = 53, .transport = "udp", .state = "datagram"};
const Talk kTls = {.protocol = "tls", .domain = "it", .port = 443};
const Talk kHttp = {.protocol = "http", .domain = "it", .port = 80};

Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("hmi", {.ip = "192.168.10.30", .ot = true});
  site.host("infra", {.ip = "192.168.10.53"});
  site.host("cloud", {.ip = "8.8.4.4", .scope = "internet"}).host("cdn", {.ip = "1.1.1.1", .scope = "internet"});
  site.host("routers", {.ip = "224.0.0.5", .scope = "multicast"});
  return site;
}

Talk ip(int number) { return {.port = number, .transport = "ip", .state = "datagram"}; }
Talk udp(int port) { return {.port = port, .transport = "udp", .state = "datagram"}; }

TEST(TimeSyncExternal, IsGradedByTheAnswer) {
  Site site = plant();
  site.link("plc", "cloud", kNtp);
  EXPECT_THAT(site.subjects("time-sync-external"), ElementsAre("plc"));
  EXPECT_EQ(site.of("time-sync-external", "severity"), "medium");
  EXPECT_THAT(site.subjects("time-sync-external", "time_servers: [8.8.4.4]\n"), IsEmpty());
}

TEST(TimeSyncExternal, IsNotAnInsideServerNorAnotherProtocol) {
  Site site = plant();
  site.link("plc", "infra", kNtp);
  site.link("plc", "cloud", udp(123));
  EXPECT_THAT(site.subjects("time-sync-external"), IsEmpty());
}

TEST(RoutingProtocolHeard, IsOneFindingPerSpeakerAndProtocol) {
  Site site = plant();
  site.gateway("routing_protocol", "192.168.10.1", "infra", "infra", 7);
  site.gateway("routing_protocol", "192.168.10.1", "infra", "infra", 2);
  EXPECT_THAT(site.findings(), ElementsAre("routing-protocol-heard infra"));
  EXPECT_THAT(site.findings("gateways: [infra]\n"), IsEmpty());
}

TEST(RoutingProtocolHeard, IsNotAHandedOutGateway) {
  Site site = plant();
  site.gateway("dhcp_router", "192.168.10.1", "infra", "infra");
  EXPECT_THAT(site.findings(), ElementsAre("default-gateway-announced infra"));
}

TEST(ConnectivityProbe, IsTheFixedNameAlone) {
  Site site = plant();
  const auto dns = site.link("hmi", "infra", kDns);
  site.lookup(dns, "www.microsoft.com", true, 0);
  EXPECT_THAT(site.subjects("connectivity-probe"), IsEmpty());
  site.lookup(dns, "www.msftconnecttest.com", true, 0);
  EXPECT_THAT(site.subjects("connectivity-probe"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("connectivity-probe", "severity"), "low");
  site.lookup(dns, "dns.msftncsi.com", true, 1);
  site.findings();
  EXPECT_EQ(site.of("connectivity-probe", "severity"), "medium");
}

TEST(UpdateTraffic, IsGradedFromAskedToReached) {
  Site site = plant();
  const auto dns = site.link("hmi", "infra", kDns);
  site.lookup(dns, "ctldl.windowsupdate.com", true, 0);
  EXPECT_THAT(site.subjects("update-traffic-leaves"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("update-traffic-leaves", "severity"), "low");
  site.lookup(dns, "download.windowsupdate.com", true, 1, 0, "8.8.4.4");
  site.findings();
  EXPECT_EQ(site.of("update-traffic-leaves", "severity"), "medium");
  site.link("hmi", "cloud", kHttp);
  site.attribute("cloud", "name", "download.windowsupdate.com", "http host");
  site.findings();
  EXPECT_EQ(site.of("update-traffic-leaves", "severity"), "high");
}

TEST(UpdateTraffic, IsNotAnotherHostsNameOnASharedServer) {
  Site site = plant();
  site.lookup(site.link("hmi", "infra", kDns), "download.windowsupdate.com", true, 1, 0, "8.8.4.4");
  site.lookup(site.link("plc", "infra", kDns), "www.example.com", true, 1, 0, "8.8.4.4");
  site.link("plc", "cloud", kHttp);
  site.attribute("cloud", "name", "download.windowsupdate.com", "http host");
  EXPECT_THAT(site.subjects("update-traffic-leaves"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("update-traffic-leaves", "severity"), "medium");
}

TEST(UpdateTraffic, IsACertificateCheckToo) {
  Site site = plant();
  site.lookup(site.link("hmi", "infra", kDns), "crl3.digicert.com", true, 0);
  site.lookup(site.link("plc", "infra", kDns), "www.digicert.com", true, 0);  // a web page
  EXPECT_THAT(site.subjects("update-traffic-leaves"), ElementsAre("hmi"));
  EXPECT_THAT(site.of("update-traffic-leaves", "detail_en"), HasSubstr("OCSP/CRL (crl3.digicert.com)"));
}

TEST(UpdateTraffic, IsNotANameThatEndsLikeOne) {
  Site site = plant();
  const auto dns = site.link("hmi", "infra", kDns);
  site.lookup(dns, "notwindowsupdate.com", true, 1).lookup(dns, "windowsupdate.com.example.net", true, 1);
  EXPECT_THAT(site.subjects("update-traffic-leaves"), IsEmpty());
}

// suricata-verify's output-eve-ftp-data: the host speaks NBNS from packet 10 on, and asks for 'wpad' from packet 28 on.
TEST(NamesAskedFor, AreSeenWhenTheyWereAskedNotWhileTheResolverWas) {
  Site site = plant();
  const auto dns = site.link("hmi", "infra", kDns), of_plc = site.link("plc", "infra", kDns);
  site.lookup(dns, "wpad", false, 0).lookup(dns, "www.msftconnecttest.com", true, 1);
  site.lookup(dns, "download.windowsupdate.com", true, 1).lookup(dns, "plant7.azure-devices.net", true, 1);
  site.lookup(dns, "router15.teamviewer.com", true, 1).lookup(dns, "tunnel.us.ngrok-agent.com", true, 1);
  site.lookup(of_plc, "www.example.com", true, 0, 1);
  EXPECT_THAT(site.findings(), ElementsAre("cloud-service-use hmi", "connectivity-probe hmi", "proxy-autodiscovery hmi",
                                           "public-dns-answered hmi", "public-dns-unanswered plc",
                                           "remote-access-tool hmi", "tunnel-tool hmi", "update-traffic-leaves hmi"));
  EXPECT_EQ(
      site.db.text("select count(*) from finding f where not exists (select 1 from name_lookup n where "
                   "n.first_ts = f.first_ts) or not exists (select 1 from name_lookup n where n.last_ts = f.last_ts)"),
      "0");
}

TEST(CloudService, IsToldByTheTlsServerName) {
  Site site = plant();
  site.tls(site.link("hmi", "cloud", kTls), 772, "plant7.azure-devices.net");
  site.tls(site.link("plc", "cdn", kTls), 772, "www.example.com");
  EXPECT_THAT(site.subjects("cloud-service-use"), ElementsAre("hmi"));
  EXPECT_THAT(site.of("cloud-service-use", "detail_en"), HasSubstr("Microsoft Azure (plant7.azure-devices.net"));
  EXPECT_THAT(site.subjects("cloud-service-use", "allowed_external: [{name: iot, cidr: 8.8.4.4}]\n"), IsEmpty());
}

TEST(CloudService, IsNotANameThatChecksAReverseLookup) {
  const std::string caller = "ec2-18-196-145-224.eu-central-1.compute.amazonaws.com";
  Site site = plant();
  const auto of_hmi = site.link("hmi", "infra", kDns), of_plc = site.link("plc", "infra", kDns);
  site.lookup(of_hmi, "224.145.196.18.in-addr.arpa", true, 1).set("name_lookup", "type", "12", "1");
  site.lookup(of_hmi, caller, true, 1, 0, "172.31.17.188");
  EXPECT_THAT(site.subjects("cloud-service-use"), IsEmpty());
  site.lookup(of_plc, caller, true, 1, 0, "172.31.17.188");  // which asked for no address
  EXPECT_THAT(site.subjects("cloud-service-use"), ElementsAre("plc"));
  site.lookup(of_hmi, "s3-1-w.amazonaws.com", true, 1, 0, "52.216.8.9");
  EXPECT_THAT(site.subjects("cloud-service-use"), ElementsAre("hmi", "plc"));
  EXPECT_THAT(site.db.text("select detail_en from finding where rule_id = 'cloud-service-use' and subject_id = 'hmi'"),
              HasSubstr("(s3-1-w.amazonaws.com)"));
}

TEST(RemoteAccessTool, IsToldByItsRelaysNames) {
  Site site = plant();
  site.tls(site.link("hmi", "cloud", kTls), 771, "relay-9f3a.net.anydesk.com");
  site.lookup(site.link("plc", "infra", kDns), "router1.teamviewer.com", true, 0);
  EXPECT_THAT(site.subjects("remote-access-tool"), ElementsAre("hmi", "plc"));
}

TEST(RemoteAccessTool, IsNotAnInsideServerOfThatName) {
  Site site = plant();
  site.tls(site.link("hmi", "infra", kTls), 771, "rustdesk.com");
  site.tls(site.link("hmi", "cloud", kTls), 771, "anydesk.com.example.net");
  EXPECT_THAT(site.subjects("remote-access-tool"), IsEmpty());
}

// The names in AnyDesk's certificates are public: nmap and others tell it by them.
TEST(RemoteAccessTool, IsToldByItsCertificateInsideAndByItsPort) {
  Site site = plant();
  const auto session = site.link("infra", "hmi", {.protocol = "tls", .domain = "shared", .port = 7070});
  EXPECT_EQ(site.subjects("remote-access-tool").size(), 1u);
  EXPECT_EQ(site.of("remote-access-tool", "confidence"), "50");
  site.tls(session, 771, "");
  site.set("tls_session", "subject", "'CN=AnyDesk Client'", "1 = 1");
  EXPECT_THAT(site.subjects("remote-access-tool"), ElementsAre("hmi"));  // who is reached
  EXPECT_EQ(site.of("remote-access-tool", "confidence"), "85");
  EXPECT_THAT(site.of("remote-access-tool", "detail_en"), HasSubstr("CN=AnyDesk Client"));
  Site out = plant();
  out.link("hmi", "cloud", {.port = 5938});
  EXPECT_THAT(out.subjects("remote-access-tool"), ElementsAre("hmi"));  // who goes out
  EXPECT_THAT(out.of("remote-access-tool", "detail_en"), HasSubstr("TeamViewer (tcp/5938)"));
  out.link("plc", "cloud", unanswered(5938));
  out.link("plc", "cloud", {.protocol = "http", .domain = "it", .port = 5938});
  EXPECT_THAT(out.subjects("remote-access-tool"), ElementsAre("hmi"));
}

TEST(VpnTunnel, IsProvedByTheIpHeaderAndHintedByThePort) {
  Site site = plant();
  site.link("hmi", "cloud", ip(47));
  EXPECT_THAT(site.subjects("vpn-tunnel"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("vpn-tunnel", "severity"), "critical");
  Site other = plant();
  other.link("hmi", "infra", udp(51820));
  EXPECT_THAT(other.subjects("vpn-tunnel"), ElementsAre("hmi"));
  EXPECT_EQ(other.of("vpn-tunnel", "confidence"), "45");
}

TEST(VpnTunnel, IsProvedByTheHandshakeOnAnyPort) {
  Talk handshake = udp(443);
  handshake.protocol = "wireguard";
  Site site = plant();
  site.link("hmi", "cloud", handshake);
  EXPECT_THAT(site.subjects("vpn-tunnel"), ElementsAre("hmi"));
  EXPECT_EQ(site.of("vpn-tunnel", "confidence"), "90");
  EXPECT_THAT(site.of("vpn-tunnel", "detail_en"), HasSubstr("WireGuard, udp/443"));
  EXPECT_THAT(site.subjects("vpn-tunnel", "allowed_external: [{name: hub, cidr: 8.8.4.4, protocol: wireguard}]\n"),
              IsEmpty());
  Site silent = plant();
  handshake.to_client = handshake.payload_to_client = 0;
  silent.link("hmi", "cloud", handshake);
  EXPECT_THAT(silent.subjects("vpn-tunnel"), IsEmpty());
}

TEST(VpnTunnel, DoesNotRunWhereOneSideAloneWasHeard) {
  Talk sent = ip(47), received = ip(47);
  sent.to_client = sent.payload_to_client = 0;
  received.to_server = received.payload_to_server = 0;
  const auto told = [](const char* client, const char* server, const Talk& talk) {
    Site site = plant();
    site.link(client, server, talk);
    site.findings();
    EXPECT_THAT(site.of("vpn-tunnel", "detail_en"), HasSubstr("whether the tunnel stands is not known"));
    EXPECT_THAT(site.of("vpn-tunnel", "detail_ja"), HasSubstr("成立しているかは判断できません"));
    return site.of("vpn-tunnel", "severity") + ": " + site.of("vpn-tunnel", "detail_en");
  };
  EXPECT_THAT(told("hmi", "cloud", sent),
              HasSubstr("high: hmi (192.168.10.30) sends packets of a tunnel to an address outside"));
  EXPECT_THAT(told("cloud", "hmi", received),
              HasSubstr("high: hmi (192.168.10.30) sends packets of a tunnel to an address outside"));
  EXPECT_THAT(told("hmi", "cloud", received), HasSubstr("GRE, 180 bytes) reach hmi (192.168.10.30)"));
  EXPECT_THAT(told("cloud", "hmi", sent), HasSubstr("GRE, 180 bytes) reach hmi (192.168.10.30)"));
  EXPECT_THAT(told("hmi", "infra", sent), HasSubstr("medium: hmi (192.168.10.30) sends packets of a tunnel to infra"));
  EXPECT_THAT(told("hmi", "infra", received),
              HasSubstr("medium: infra (192.168.10.53) sends packets of a tunnel to hmi"));
}

TEST(VpnTunnel, IsNotMulticastNorARecognisedProtocolNorUnanswered) {
  Site site = plant();
  site.link("hmi", "routers", ip(51));
  site.link("hmi", "infra", {.protocol = "tls", .port = 1194});
  Talk silent = udp(500);
  silent.to_client = silent.payload_to_client = 0;
  site.link("hmi", "infra", silent);
  EXPECT_THAT(site.subjects("vpn-tunnel"), IsEmpty());
}

TEST(ProxyAutodiscovery, IsTheNameWpad) {
  Site site = plant();
  const auto dns = site.link("hmi", "infra", kDns);
  site.lookup(dns, "wpad.plant.local", false, 0);
  site.lookup(site.link("plc", "infra", kDns), "wpadded.plant.local", false, 0);
  EXPECT_THAT(site.findings(), ElementsAre("proxy-autodiscovery hmi"));
}

TEST(Ipv6Global, IsInUseOnTheSegment) {
  Site site = plant();
  site.address("plc", "fd00:10::20").address("plc", "fe80::20");
  EXPECT_THAT(site.subjects("ipv6-global-in-use"), IsEmpty());
  site.address("hmi", "2400:cb00:1::30");
  EXPECT_THAT(site.subjects("ipv6-global-in-use"), ElementsAre("2400:cb00:1::/64"));
}

TEST(UnencryptedOverWan, IsAWideAreaZoneThatIsDeclared) {
  const Talk dnp3 = {.protocol = "dnp3", .domain = "ot", .port = 20000};
  const std::string zones =
      "zones:\n"
      "  - {id: control, kind: ot, members: [{cidr: 192.168.10.0/24}]}\n"
      "  - {id: line, kind: wan, members: [{cidr: 10.200.0.0/16}]}\n"
      "conduits: [{from: control, to: line}]\n";
  Site site = plant();
  site.host("outstation", {.ip = "10.200.1.5", .scope = "remote", .ot = true});
  site.link("hmi", "plc", dnp3);
  EXPECT_THAT(site.findings(zones), IsEmpty());
  site.link("hmi", "outstation", dnp3);
  EXPECT_THAT(site.findings(zones), ElementsAre("unencrypted-ot-over-wan hmi"));
}

}  // namespace
}  // namespace kakoi
