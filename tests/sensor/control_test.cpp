// Messages are cut from public captures (named above each) and expected values read with tshark 4.0,
// or, where a test says so, written after the standard.
#include "sensor/control/control.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "observe_control.h"

namespace kakoi {
namespace {

using test::client;
using test::expect_safe_truncation;
using test::find;
using test::frame_of;
using test::hex;
using test::ip;
using test::Observer;
using test::over_udp;
using test::Recorder;
using test::server;

// ── DHCP ── the fixed part, with `sname` and `file` empty
std::string dhcp_message(std::string_view upto_chaddr, std::string_view options) {
  return std::string(upto_chaddr) + std::string(2 * (10 + 64 + 128), '0') + "63825363" + std::string(options);
}

// ICS-Security-Tools openics/EIP-IPAddressChangeAttempt #2948 (the server's sname left out)
const std::string kAck = dhcp_message("02010600 abcd0014 00000000 00000000 c0a80a83 c0a80a69 00000000 00e062603 5d0",
                                      "350105 0104ffffff00 3a04ffffffff 3b04ffffffff 3304ffffffff 3604c0a80a69 "
                                      "0304c0a80a01 0c094b6f796f444c343035 ff 0000");

TEST(Dhcp, AckGrantsLeaseNameAndGateway) {
  ASSERT_EQ(frame_of(dhcp_protocol, kAck), Frame::Kind::whole);
  const Recorder recorder = over_udp(dhcp_protocol, {server(kAck)});
  const Address mac = ip("00:e0:62:60:35:d0");
  const auto leases = recorder.all<Lease>();
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_TRUE(leases[0].granted);
  EXPECT_EQ(leases[0].client_mac, mac);
  EXPECT_EQ(leases[0].client, ip("192.168.10.131"));
  EXPECT_EQ(leases[0].server, ip("192.168.10.105"));
  EXPECT_EQ(leases[0].prefix_length, 24);
  ASSERT_EQ(leases[0].routers.size(), 1u);
  EXPECT_EQ(leases[0].host_name, "KoyoDL405");

  const auto bindings = recorder.all<Binding>();
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].mac, mac);
  EXPECT_EQ(bindings[0].ip, ip("192.168.10.131"));
  EXPECT_EQ(bindings[0].kind, BindingKind::dhcp);

  const auto routes = recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].kind, RouteKind::dhcp_router);
  EXPECT_EQ(routes[0].gateway, ip("192.168.10.1"));
  EXPECT_TRUE(routes[0].destination.is_none());

  const auto claims = recorder.all<Identity>();
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].text, "KoyoDL405");
  EXPECT_EQ(claims[0].method, "dhcp option 12");
  EXPECT_EQ(claims[0].subject, (Subject{Who::address, mac}));
}

// ICS-Security-Tools openics/EIP-IPAddressChangeAttempt #3359: BOOTP, without a message type.
TEST(Dhcp, BootpReplyGrants) {
  const Recorder recorder = over_udp(
      dhcp_protocol, {server(dhcp_message("02010600 57dc3bb2 00000000 00000000 c0a80a78 c0a80a69 00000000 0000bc3eebe4",
                                          "0104ffffff00 0304c0a80a01 0c09436f6e4c6778454950 ff 00000000"))});
  const auto leases = recorder.all<Lease>();
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_TRUE(leases[0].granted);
  EXPECT_EQ(leases[0].client, ip("192.168.10.120"));
  EXPECT_EQ(recorder.identity(Trait::name), "ConLgxEIP");
  ASSERT_EQ(recorder.all<Route>().size(), 1u);
  EXPECT_EQ(recorder.all<Binding>().size(), 1u);
}

// suricata-verify output-eve-ftp-data #8
TEST(Dhcp, RequestTellsNameAndVendorClass) {
  const Recorder recorder = over_udp(
      dhcp_protocol,
      {client(dhcp_message("01010600 0ee46f71 00000000 00000000 00000000 00000000 00000000 685d438bf9de",
                           "350103 3d0701685d438bf9de 3204c0a8000d 0c0b6a61656b757279752d4850"
                           "510e0000006a61656b757279752d4850 3c084d53465420352e30 370c010f03062c2e2f1f2179f92b ff"))});
  const auto leases = recorder.all<Lease>();
  ASSERT_EQ(leases.size(), 1u);
  EXPECT_FALSE(leases[0].granted);
  EXPECT_EQ(leases[0].client, ip("192.168.0.13"));
  EXPECT_EQ(leases[0].vendor_class, "MSFT 5.0");
  const auto claims = recorder.all<Identity>();
  ASSERT_NE(find(claims, Trait::name, "jaekuryu-HP"), nullptr);
  ASSERT_NE(find(claims, Trait::os, "Windows"), nullptr);
  EXPECT_EQ(find(claims, Trait::os, "Windows")->method, "dhcp option 60");
  ASSERT_NE(find(claims, Trait::fingerprint, "1,15,3,6,44,46,47,31,33,121,249,43"), nullptr);
  EXPECT_EQ(recorder.identity(Trait::fingerprint), "1,15,3,6,44,46,47,31,33,121,249,43");  // its id is its MAC
  EXPECT_TRUE(recorder.all<Binding>().empty());  // a requested address is not yet its own
  EXPECT_TRUE(recorder.all<Route>().empty());
}

// RFC 2132 §9.14, RFC 3004, RFC 3046: an id of text, a user class, and what the relay on port Gi0/7 adds.
TEST(Dhcp, TellsIdUserClassAndTheRelaysPort) {
  const Recorder recorder = over_udp(
      dhcp_protocol,
      {client(dhcp_message("01010600 00000001 00000000 00000000 00000000 00000000 c0000201 00005e005301",
                           "350101 3d0600504c432d31 4d04686d6931 520f 0105 4769302f37 0206 00005e0053fe ff"))});
  const auto claims = recorder.all<Identity>();
  EXPECT_NE(find(claims, Trait::fingerprint, "PLC-1"), nullptr);
  EXPECT_NE(find(claims, Trait::description, "hmi1"), nullptr);
  ASSERT_NE(find(claims, Trait::location, "Gi0/7"), nullptr);
  EXPECT_EQ(find(claims, Trait::location, "Gi0/7")->method, "dhcp option 82 circuit");
  EXPECT_EQ(find(claims, Trait::location, "Gi0/7")->subject.address, ip("00:00:5e:00:53:01"));
  EXPECT_NE(find(claims, Trait::location, "00005e0053fe"), nullptr);
}

// RFC 3442: width 8 for 10/8, and width 0, the default route.
TEST(Dhcp, ClasslessDefaultRoute) {
  const Recorder recorder = over_udp(
      dhcp_protocol, {server(dhcp_message("02010600 00000001 00000000 00000000 c0000205 00000000 00000000 00005e005301",
                                          "350105 790b 08 0a c0000201 00 c00002fe ff"))});
  const auto routes = recorder.all<Route>();
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].gateway, ip("192.0.2.254"));
}

// RFC 2132 §3.2: nothing behind END is an option; an option that runs out of the message is.
TEST(Dhcp, GarbageBehindEndIsIgnoredAndTruncationCounted) {
  const std::string head = "02010600 00000001 00000000 00000000 c0000205 00000000 00000000 00005e005301";
  const Recorder padded = over_udp(dhcp_protocol, {server(dhcp_message(head, "350105 ff 0cff41"))});
  EXPECT_EQ(padded.all<Lease>().size(), 1u);
  EXPECT_TRUE(padded.all<Anomaly>().empty());
  const Recorder cut = over_udp(dhcp_protocol, {server(dhcp_message(head, "350105 0cff41"))});
  EXPECT_TRUE(cut.all<Lease>().empty());
  ASSERT_EQ(cut.all<Anomaly>().size(), 1u);
  EXPECT_EQ(cut.all<Anomaly>()[0].fault, Fault::truncated);
}

// ── DHCPv6 ── icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #160
TEST(Dhcpv6, SolicitTellsNameAndVendorClass) {
  const std::string_view solicit =
      "01317d40 00080002 0000 0001000e 0001000118ec ed2c00a0 456dd344 0003000c 0e00a045 00000000 00000000"
      "0027000a 00086b77 2d564c49 5043 0010000e 00000137 00084d53 46542035 2e30 00060008 00180017 00110027";
  ASSERT_EQ(frame_of(dhcpv6_protocol, solicit), Frame::Kind::whole);
  EXPECT_EQ(frame_of(dhcpv6_protocol, std::string(solicit) + "00"), Frame::Kind::foreign);
  const Recorder recorder = over_udp(dhcpv6_protocol, {client(solicit)});
  const auto claims = recorder.all<Identity>();
  EXPECT_NE(find(claims, Trait::name, "kw-VLIPC"), nullptr);
  EXPECT_NE(find(claims, Trait::description, "MSFT 5.0"), nullptr);
  EXPECT_EQ(recorder.identity(Trait::fingerprint), "0001000118eced2c00a0456dd344");
}

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

// ── Ethernet ──
void ethernet(const Decoded& packet, Bytes, const Emit& emit) { observe_ethernet(packet, emit); }

// icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #38
TEST(Ethernet, LldpNamesPortAndManagementAddress) {
  Observer frame(
      "020f0776 65727361 6d61782d 706e7331 31040907 706f7274 2d303031 06020014 100c0501 c0a80102 02000000 0100fe08"
      "000ecf02 00000000 fe0a000e cf050009 9143e067 fe090012 0f01036c 00001000 00",
      "00:09:91:43:e0:68", "01:80:c2:00:00:0e");
  frame.packet.ethertype = 0x88CC;
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  ASSERT_EQ(claims.size(), 4u);
  const Subject port{Who::address, ip("00:09:91:43:e0:68")}, managed{Who::address, ip("192.168.1.2")};
  for (std::size_t i = 0; i < claims.size(); ++i) {
    // the PROFINET chassis MAC is another than the port's
    EXPECT_EQ(claims[i].text, i < 2 ? "versamax-pns11" : "00:09:91:43:e0:67");
    EXPECT_EQ(claims[i].method, i < 2 ? "lldp" : "lldp chassis");
    EXPECT_EQ(claims[i].subject, i % 2 == 0 ? port : managed);
  }
}

// ICS-Security-Tools openics/EIP-IPAddressChangeAttempt #256
TEST(Ethernet, LldpNamesItsChassisByMac) {
  Observer frame("02070400 219106f1 66040301 31390602 0078100c 0501d049 d98e0200 00000000 0000", "00:21:91:06:f1:66",
                 "01:80:c2:00:00:0e");
  frame.packet.ethertype = 0x88CC;
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  ASSERT_EQ(claims.size(), 2u);
  for (const Identity& claim : claims) {
    EXPECT_EQ(claim.trait, Trait::fingerprint);
    EXPECT_EQ(claim.text, "00:21:91:06:f1:66");
    EXPECT_EQ(claim.method, "lldp chassis");
  }
  EXPECT_EQ(claims[1].subject, (Subject{Who::address, ip("208.73.217.142")}));
}

// ICS-Security-Tools openics/EIP-ChangeTimeAttempt #40, with the software text cut to its first line
TEST(Ethernet, CdpTellsDevicePlatformAndSoftware) {
  Observer frame(
      "aaaa0300 000c2000 02b40ab0 0001 0009 4e733567 74 0005 0019 43697363 6f20494f 5320536f 66747761 72652c20 43"
      "0006 0017 63697363 6f205753 2d434535 30302d32 345454"
      "0002 0011 00000001 0101cc00 04c0a80a fd 0004 0008 00000028 0016 0011 00000001 0101cc00 04c0a80a fd",
      "00:1e:f6:73:59:81", "01:00:0c:cc:cc:cc");
  frame.packet.is_llc = true;
  frame.packet.ethertype = 0xAA;
  EXPECT_EQ(control_protocol_of(frame.packet), &cdp_protocol);
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  ASSERT_NE(find(claims, Trait::name, "Ns5gt"), nullptr);
  EXPECT_EQ(find(claims, Trait::name, "Ns5gt")->subject, (Subject{Who::address, ip("00:1e:f6:73:59:81")}));
  EXPECT_NE(find(claims, Trait::product, "cisco WS-CE500-24TT"), nullptr);
  EXPECT_NE(find(claims, Trait::firmware, "Cisco IOS Software, C"), nullptr);
  EXPECT_NE(find(claims, Trait::role, "switch"), nullptr);
  EXPECT_EQ(claims.size(), 8u);  // four claims about the port, four about 192.168.10.253
  EXPECT_TRUE(frame.recorder.all<Anomaly>().empty());
}

// icsnpp-profinet-io-cm profinet_io_cm_mixed_1 #466
TEST(Ethernet, DcpIdentifyResponseNamesStation) {
  Observer frame(
      "feff0501 00000001 00000064 02020010 00007665 7273616d 61782d70 6e733131 0205000e 00000102 02010202 02030204"
      "06010201 000d0000 49433230 30504e53 30303100 02030006 0000015a 00030204 00040000 01000102 000e0001 c0a80102"
      "ffffff00 c0a80102 06010004 00000001",
      "00:09:91:43:e0:67", "00:a0:45:6d:d3:43");
  frame.packet.ethertype = 0x8892;
  frame.run(ethernet);
  const auto claims = frame.recorder.all<Identity>();
  EXPECT_NE(find(claims, Trait::name, "versamax-pns11"), nullptr);
  EXPECT_NE(find(claims, Trait::product, "IC200PNS001"), nullptr);
  EXPECT_NE(find(claims, Trait::description, "PROFINET vendor 0x015A, device 0x0003"), nullptr);
  EXPECT_NE(find(claims, Trait::role, "ot_device"), nullptr);  // an IO device
  const auto bindings = frame.recorder.all<Binding>();
  ASSERT_EQ(bindings.size(), 1u);
  EXPECT_EQ(bindings[0].mac, ip("00:09:91:43:e0:67"));
  EXPECT_EQ(bindings[0].ip, ip("192.168.1.2"));
}

// PROFINET's cyclic data shares the EtherType and must cost nothing.
TEST(Ethernet, CyclicDataIsNotDcp) {
  Observer frame("8000 00000000 00000000 35008000", "00:09:91:43:e0:67", "00:a0:45:6d:d3:43");
  frame.packet.ethertype = 0x8892;
  frame.run(ethernet);
  EXPECT_TRUE(frame.recorder.stated.empty());
  EXPECT_EQ(control_protocol_of(frame.packet), nullptr);
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

TEST(ControlProtocols, TruncatedDhcpIsSafe) { expect_safe_truncation(dhcp_protocol, kAck); }

// ICS-Security-Tools, openics/EIP-SoftwareDownloadFailure.pcap, frame 2: a root bridge, rapid spanning tree.
TEST(Stp, NamesBridgeAndRoot) {
  Observer port("424203 00000202 3c 8003001ef6735980 00000000 8003001ef6735980 8001 0000 1400 0200 0f00 00",
                "00:1e:f6:73:59:81", "01:80:c2:00:00:00");
  port.packet.is_llc = true;
  port.packet.ethertype = 0x42;
  port.packet.source_mac = ip("00:1e:f6:73:59:81");
  EXPECT_EQ(control_protocol_of(port.packet), &stp_protocol);
  port.run([](const Decoded& p, Bytes, const Emit& emit) { observe_ethernet(p, emit); });
  const auto all = port.recorder.all<Identity>();
  ASSERT_EQ(all.size(), 4u);
  EXPECT_TRUE(find(all, Trait::role, "switch"));
  EXPECT_TRUE(find(all, Trait::fingerprint, "00:1e:f6:73:59:80"));
  EXPECT_TRUE(find(all, Trait::description, "32768/00:1e:f6:73:59:80"));
  EXPECT_EQ(all[1].subject.address, ip("00:1e:f6:73:59:81"));
  EXPECT_EQ(all[3].subject.address, ip("00:1e:f6:73:59:80"));
  Observer cut("424203 00000202 3c 8003001ef673", "00:1e:f6:73:59:81", "01:80:c2:00:00:00");
  cut.packet.is_llc = true;
  cut.packet.ethertype = 0x42;
  cut.run([](const Decoded& p, Bytes, const Emit& emit) { observe_ethernet(p, emit); });
  EXPECT_TRUE(cut.recorder.stated.empty());
}

// Linux 6.1's bonding driver, 802.3ad, in two virtual machines back to back: the second port of one of them, before and
// after the other has answered.
Observer lacp(std::string_view partner) {
  Observer port("0101 0114 ffff 001b1b000001 0009 00ff 0002 c7 000000 " + std::string(partner) +
                    " 0310 0000 000000000000000000000000",
                "00:1b:1b:00:00:02", "01:80:c2:00:00:02");
  port.packet.ethertype = 0x8809;
  return port;
}
TEST(Lacp, NamesTheSystemThatThePortIsOf) {
  Observer alone = lacp("0214 ffff 000000000000 0001 00ff 0001 02 000000");
  EXPECT_EQ(control_protocol_of(alone.packet), &lacp_protocol);
  alone.run([](const Decoded& p, Bytes, const Emit& emit) { observe_ethernet(p, emit); });
  auto all = alone.recorder.all<Identity>();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].method, "lacp system");
  EXPECT_EQ(all[0].text, "00:1b:1b:00:00:01");
  EXPECT_EQ(all[0].subject.address, ip("00:1b:1b:00:00:02"));
  EXPECT_EQ(all[1].text, "aggregated port 2, key 9");

  Observer answered = lacp("0214 ffff 001b1b000011 0009 00ff 0002 0f 000000");
  answered.run([](const Decoded& p, Bytes, const Emit& emit) { observe_ethernet(p, emit); });
  all = answered.recorder.all<Identity>();
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[2].text, "partner 00:1b:1b:00:00:11 port 2, key 9");
}

TEST(Lacp, OtherSlowProtocolsAndCutFramesTellNothing) {
  // IEEE 802.3 annex 57B: an organisation's own slow protocol; 802.1AX §6.5: a marker
  for (const std::string_view payload : {"0a 0019a7 00", "0201 0110 0001 001b1b000001 00000001 0000"}) {
    Observer other(payload, "00:1b:1b:00:00:02", "01:80:c2:00:00:02");
    other.packet.ethertype = 0x8809;
    EXPECT_EQ(control_protocol_of(other.packet), nullptr);
  }
  Observer whole = lacp("0214 ffff 001b1b000011 0009 00ff 0002 0f 000000");
  for (std::size_t n = 0; n < 42; ++n) {  // up to the partner's last octet
    Observer cut = whole;
    cut.bytes.resize(n);
    cut.packet.payload = cut.bytes;
    cut.run([](const Decoded& p, Bytes, const Emit& emit) { observe_ethernet(p, emit); });
    EXPECT_TRUE(cut.recorder.stated.empty()) << n;
  }
  Observer multicast(
      "0101 0114 ffff 011b1b000001 0009 00ff 0002 c7 000000 0214 ffff 000000000000 0001 00ff 0001 02 000000",
      "00:1b:1b:00:00:02", "01:80:c2:00:00:02");
  multicast.packet.ethertype = 0x8809;
  multicast.run([](const Decoded& p, Bytes, const Emit& emit) { observe_ethernet(p, emit); });
  EXPECT_TRUE(multicast.recorder.stated.empty());
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
