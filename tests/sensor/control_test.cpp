// Messages are cut from public captures (named above each) and expected values read with tshark 4.0,
// or, where a test says so, written after the standard.
#include "sensor/control/control.h"

#include <gtest/gtest.h>

#include <vector>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::find;
using test::ip;
using test::Observer;
using test::over_udp;

// ── ARP ── ICS-Security-Tools MELSEC/melsoft_UDP_unclean_1 #1
TEST(Arp, ReplyBinds) {
  Observer frame("0001 0800 06 04 0002 c85b768b4c69 c0a803fa 847beb0dbdb7 c0a80365", "c8:5b:76:8b:4c:69",
                 "84:7b:eb:0d:bd:b7");
  const ArpSeen seen = frame.run(observe_arp);
  EXPECT_TRUE(seen.valid);
  EXPECT_FALSE(seen.is_request);
  EXPECT_FALSE(seen.is_gratuitous);
  EXPECT_EQ(seen.target_ip, ip("192.168.3.101"));
  const auto bindings = frame.recorder.all<Binding>();
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].mac, ip("c8:5b:76:8b:4c:69"));
  EXPECT_EQ(bindings[0].ip, ip("192.168.3.250"));
  EXPECT_EQ(bindings[0].kind, BindingKind::arp_reply);
}

// RFC 5227 §2.1.1: sender address 0.
TEST(Arp, ProbeClaimsNothing) {
  Observer frame("0001 0800 06 04 0001 00005e005301 00000000 000000000000 c0000207", "00:00:5e:00:53:01",
                 "ff:ff:ff:ff:ff:ff");
  const ArpSeen seen = frame.run(observe_arp);
  EXPECT_TRUE(seen.valid && seen.is_request);
  EXPECT_TRUE(seen.sender_ip.is_none());
  EXPECT_EQ(seen.target_ip, ip("192.0.2.7"));
  EXPECT_TRUE(frame.recorder.stated.empty());
}

// RFC 5798 §7.3: 00-00-5E-00-01-{VRID}.
TEST(Arp, VirtualRouterIsAGateway) {
  Observer frame("0001 0800 06 04 0001 00005e000105 c0000201 000000000000 c0000201", "00:00:5e:00:01:05",
                 "ff:ff:ff:ff:ff:ff");
  EXPECT_TRUE(frame.run(observe_arp).is_gratuitous);
  const auto routes = frame.recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].gateway, ip("192.0.2.1"));
  EXPECT_EQ(routes[0].detail, "VRRP");
}

TEST(Arp, OtherHardwareIsNotEthernet) {
  Observer frame("0006 0800 06 04 0002 c85b768b4c69 c0a803fa 847beb0dbdb7 c0a80365", "c8:5b:76:8b:4c:69",
                 "84:7b:eb:0d:bd:b7");
  EXPECT_FALSE(frame.run(observe_arp).valid);
  EXPECT_TRUE(frame.recorder.stated.empty());
}

// ── ICMP ── ICS-Security-Tools IEC61850/Sample_File_MMS_and_GOOSE #48
TEST(Icmp, UnreachableQuotesTheDatagram) {
  Observer frame("0303 15b4 00000000 45000054 1d710000 8011c428 ac100065 ac10007a 03a1 006f 0040 e2f8", "172.16.0.122",
                 "172.16.0.101");
  const IcmpSeen seen = frame.run(observe_icmp);
  ASSERT_TRUE(seen.unreachable);
  EXPECT_EQ(seen.code, 3);
  EXPECT_EQ(seen.original_source, ip("172.16.0.101"));
  EXPECT_EQ(seen.original_destination, ip("172.16.0.122"));
  EXPECT_EQ(seen.original_protocol, 17);
  EXPECT_EQ(seen.original_source_port, 929);
  EXPECT_EQ(seen.original_destination_port, 111);
}

// RFC 792, with the code of RFC 1812 §5.2.7.1: 192.0.2.1 may not pass on what 198.51.100.7 sent to 192.0.2.9:502.
TEST(Icmp, WhoRefusesWhatIsForOthersIsAFilter) {
  const std::string quoted = "4500003c 1c464000 4006 0000 c6336407 c0000209 c58801f6 00000000";
  const auto told = [&](std::string_view type_and_code, std::string_view speaker) {
    Observer o(std::string(type_and_code) + "0000 00000000" + quoted, speaker, "198.51.100.7");
    EXPECT_TRUE(o.run([](const Decoded& p, Bytes b, const Emit& e) { return observe_icmp(p, b, e); }).unreachable);
    return o.recorder.identity(Trait::role);
  };
  EXPECT_EQ(told("030d", "192.0.2.1"), "firewall");
  EXPECT_EQ(told("030a", "192.0.2.1"), "firewall");
  EXPECT_EQ(told("0301", "192.0.2.1"), "");  // cannot be reached
  EXPECT_EQ(told("030d", "192.0.2.9"), "");  // speaks for itself
}

// RFC 792: type 5, code 1 (host), gateway, then the datagram to 198.51.100.9.
TEST(Icmp, RedirectIsARoute) {
  Observer frame("0501 0000 c00002fe 45000054 00000000 4011 0000 c0000205 c6336409 1234 0035 0040 0000", "192.0.2.1",
                 "192.0.2.5");
  EXPECT_FALSE(frame.run(observe_icmp).unreachable);
  const auto routes = frame.recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].kind, RouteKind::icmp_redirect);
  EXPECT_EQ(routes[0].gateway, ip("192.0.2.254"));
  EXPECT_EQ(routes[0].destination, ip("198.51.100.9"));
}

// ── ICMPv6 ── arkime v6 #132
constexpr std::string_view kAdvertisement =
    "86004625 40000708 00007530 000003e8 01010060 970769ea 05010000 000005dc 030440c0 0036ee80 0036ee80 00000000"
    "3ffe0507 00000001 00000000 00000000";

TEST(Icmpv6, RouterAdvertisementIsARoute) {
  Observer frame(kAdvertisement, "fe80::260:97ff:fe07:69ea", "ff02::1");
  frame.run(observe_icmpv6);
  const auto routes = frame.recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].kind, RouteKind::router_advertisement);
  EXPECT_EQ(routes[0].gateway, ip("fe80::260:97ff:fe07:69ea"));
  const auto bindings = frame.recorder.all<Binding>();
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].mac, ip("00:60:97:07:69:ea"));
}

// RFC 4861 §4.2: lifetime 0 is no default router; §6.1.2: a hop limit below 255 came from afar.
TEST(Icmpv6, NoRouterWithoutLifetimeOrFromAfar) {
  std::string ended(kAdvertisement);
  ended.replace(ended.find("40000708"), 8, "40000000");
  Observer withdrawn(ended, "fe80::260:97ff:fe07:69ea", "ff02::1");
  withdrawn.run(observe_icmpv6);
  EXPECT_TRUE(withdrawn.recorder.all<Route>().empty());
  Observer routed(kAdvertisement, "fe80::260:97ff:fe07:69ea", "ff02::1");
  routed.packet.ttl = 64;
  routed.run(observe_icmpv6);
  EXPECT_TRUE(routed.recorder.all<Route>().empty());
  EXPECT_EQ(routed.recorder.all<Anomaly>().size(), 1u);
}

// ct-samples DLMS-COSEM/DLMSDirector #9
TEST(Icmpv6, NeighbourSolicitationAsksAndBinds) {
  Observer frame("870066d1 00000000 fe800000 00000000 1d81291f ef048947 0101c461 8b363ab7", "fe80::140b:1b13:d8f0:518",
                 "fe80::1d81:291f:ef04:8947");
  const Icmpv6Seen seen = frame.run(observe_icmpv6);
  ASSERT_TRUE(seen.neighbour.valid && seen.neighbour.is_request);
  EXPECT_EQ(seen.neighbour.sender_mac, ip("c4:61:8b:36:3a:b7"));
  EXPECT_EQ(seen.neighbour.target_ip, ip("fe80::1d81:291f:ef04:8947"));
  const auto bindings = frame.recorder.all<Binding>();
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].ip, ip("fe80::140b:1b13:d8f0:518"));
  EXPECT_EQ(bindings[0].kind, BindingKind::neighbour);
}

// RFC 4861 §4.5: type 137, reserved, target (the better first hop), destination.
TEST(Icmpv6, RedirectIsARouteUnlessOnLink) {
  const std::string head = "8900 0000 00000000", target = "fe800000 00000000 00000000 000000fe";
  Observer routed(head + target + "20010db8 00000000 00000000 00000009", "fe80::1", "fe80::5");
  routed.run(observe_icmpv6);
  const auto routes = routed.recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].kind, RouteKind::icmp_redirect);
  EXPECT_EQ(routes[0].gateway, ip("fe80::fe"));
  EXPECT_EQ(routes[0].destination, ip("2001:db8::9"));
  Observer on_link(head + target + target, "fe80::1", "fe80::5");
  on_link.run(observe_icmpv6);
  EXPECT_TRUE(on_link.recorder.all<Route>().empty());
}

// RFC 4861 §4.6: an option of length 0 must be discarded, and would hang a careless loop.
TEST(Icmpv6, OptionOfLengthZeroIsAnAnomaly) {
  Observer frame("87000000 00000000 fe800000 00000000 1d81291f ef048947 0100c461 8b363ab7", "fe80::1", "ff02::1");
  EXPECT_FALSE(frame.run(observe_icmpv6).neighbour.valid);
  EXPECT_EQ(frame.recorder.all<Anomaly>().size(), 1u);
  EXPECT_TRUE(frame.recorder.all<Binding>().empty());
}

// RFC 4443 §3.1: type 1 code 4, quoting UDP from port 4660 to 53 behind a hop-by-hop header.
TEST(Icmpv6, UnreachableQuotesThePacket) {
  Observer frame(
      "0104 0000 00000000 60000000 0010 00 40 20010db8 00000000 00000000 00000001 20010db8 00000000 00000000 00000002"
      "11 00 0000 00000000 1234 0035 0008 0000",
      "2001:db8::2", "2001:db8::1");
  const IcmpSeen seen = frame.run(observe_icmpv6).error;
  ASSERT_TRUE(seen.unreachable);
  EXPECT_EQ(seen.original_source, ip("2001:db8::1"));
  EXPECT_EQ(seen.original_protocol, 17);
  EXPECT_EQ(seen.original_destination_port, 53);
}

// ── Routing ──
struct Announced {
  std::string_view detail;
  Address gateway;
};
std::vector<Announced> routing(Observer& frame, std::uint8_t protocol, std::uint16_t port = 0) {
  frame.packet.protocol = protocol;
  frame.packet.has_ports = port != 0;
  frame.packet.source_port = frame.packet.destination_port = port;
  frame.run([](const Decoded& packet, Bytes, const Emit& emit) { observe_routing(packet, emit); });
  std::vector<Announced> found;
  for (const Route& r : frame.recorder.all<Route>()) found.push_back({r.detail, r.gateway});
  return found;
}

// PcapPlusPlus VRRP-V2 #1: three virtual addresses.
TEST(Routing, VrrpAnnouncesVirtualAddresses) {
  Observer frame("21016403 000138fa c0a80001 c0a80002 c0a80003", "192.168.0.30", "224.0.0.18");
  const auto seen = routing(frame, 112);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].detail, "VRRP");
  EXPECT_EQ(seen[0].gateway, ip("192.168.0.1"));
  EXPECT_EQ(seen[2].gateway, ip("192.168.0.3"));
  EXPECT_EQ(control_protocol_of(frame.packet), &vrrp_protocol);
}

// As in gre-within-gre.pcap of zeek, whose routers speak RIP to each other within a tunnel.
TEST(Routing, WithinATunnelOfIpNobodyElseHearsIt) {
  Observer frame("21016403 000138fa c0a80001 c0a80002 c0a80003", "192.168.0.30", "224.0.0.18");
  frame.packet.depth = 1;
  EXPECT_FALSE(routing(frame, 112).empty());  // frames, as VXLAN carries them
  Observer bare("21016403 000138fa c0a80001 c0a80002 c0a80003", "192.168.0.30", "224.0.0.18");
  bare.packet.depth = 1;
  bare.packet.source_mac = bare.packet.destination_mac = {};
  EXPECT_TRUE(routing(bare, 112).empty());
}

// nDPI hsrp0 #1 and hsrp2 #1
TEST(Routing, HsrpAnnouncesVirtualAddress) {
  Observer first("00001003 0a5a0a00 63697363 6f000000 0a1ca8fe", "10.28.168.253", "224.0.0.2");
  const auto version0 = routing(first, 17, 1985);
  ASSERT_EQ(version0.size(), 1u);
  EXPECT_EQ(version0[0].gateway, ip("10.28.168.254"));
  Observer second(
      "01280200 05040398 700f6aef f5bf0000 005a0000 0bb80000 27100a34 dc7e0000 00000000 00000000 0000"
      "0308 63697363 6f000000",
      "10.52.220.125", "224.0.0.102");
  const auto version2 = routing(second, 17, 1985);
  ASSERT_EQ(version2.size(), 1u);
  EXPECT_EQ(version2[0].detail, "HSRP");
  EXPECT_EQ(version2[0].gateway, ip("10.52.220.126"));
}

// RFC 2453 §4: a request (1) tells nothing about routes, a response (2) does; other versions are not RIP.
TEST(Routing, OnlyRipResponsesAreRouters) {
  const std::string entry = "00020000 0a000000 ff000000 00000000 00000001";
  Observer response("0202 0000" + entry, "10.0.0.20", "224.0.0.9"),
      request("0102 0000" + entry, "10.0.0.20", "224.0.0.9"), unknown("0207 0000" + entry, "10.0.0.20", "224.0.0.9");
  EXPECT_EQ(routing(response, 17, 520).size(), 1u);
  EXPECT_TRUE(routing(request, 17, 520).empty());
  EXPECT_TRUE(routing(unknown, 17, 520).empty());
}

// ── All of them ──
TEST(ControlProtocols, AreWholeAndRefuseShortInput) {
  for (const Protocol* protocol : control_protocols()) {
    EXPECT_NE(protocol->open(), nullptr);
    EXPECT_FALSE(protocol->ports.empty());
    EXPECT_NE(protocol->over_tcp, protocol->over_udp) << protocol->name;
    if (protocol->over_udp) {
      EXPECT_EQ(protocol->frame({}, Role::client).kind, Frame::Kind::foreign) << protocol->name;
    }
  }
}

// suricata-verify, tests/output-eve-smb-01, frame 1 (Samba on Linux); tests/smb-version-keyword, frame 1 (Windows 10).
TEST(Syn, TellsFamiliesOfStacksApart) {
  const auto about = [](std::string_view options, std::uint8_t ttl, std::uint16_t window) {
    Observer o(options, "192.0.2.1", "192.0.2.2");
    o.packet.ttl = ttl;
    o.packet.window = window;
    o.run([](const Decoded& p, Bytes b, const Emit& emit) { observe_syn(p, b, emit); });
    for (const Identity& i : o.recorder.all<Identity>()) EXPECT_EQ(i.confidence, 30);
    return o.recorder.identity(Trait::fingerprint) + ' ' + o.recorder.identity(Trait::os);
  };
  EXPECT_EQ(about("020405b4 0402 080a3766e9a600000000 01 030307", 64, 29200), "64:MSTNW7:1460:29200 Linux");
  EXPECT_EQ(about("020405b4 01 030308 01 01 0402", 127, 64240), "128:MNW8NNS:1460:64240 Windows");
  EXPECT_EQ(about("020405b4", 255, 4096), "255:M:1460:4096 ");
  EXPECT_EQ(about("0204", 64, 1), "64::0:1 ");  // cut
  EXPECT_EQ(about("0200", 64, 1), "64::0:1 ");  // a length that does not fit
}

}  // namespace
}  // namespace kakoi
