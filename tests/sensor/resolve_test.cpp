// Which device is which: the rules of DESIGN.md, "What an asset is".
#include "sensor/inventory/resolve.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "resolved.h"

namespace kakoi {
namespace {

using namespace test;

TEST(Resolve, HostsThatClaimTheirAddresses) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.talk(kHmi, kPlc, 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(ids(r), (std::vector<std::string>{"mac-0000bc000010", "mac-0000bc000020", "mac-ffffffffffff"}));
  EXPECT_EQ(addresses(r, "192.168.1.10"), "192.168.1.10 00:00:bc:00:00:10");
  EXPECT_EQ(entry(r, "192.168.1.10").bound_by, "arp reply");
  EXPECT_EQ(entry(r, "192.168.1.20").bound_by, "arp request");
  EXPECT_EQ(find(r, "192.168.1.10")->scope, Scope::local);
  EXPECT_EQ(find(r, "ff:ff:ff:ff:ff:ff")->scope, Scope::broadcast);
  EXPECT_FALSE(find(r, "192.168.1.10")->is_router);
}

TEST(Resolve, TwoHostsWithoutAnyClaim) {
  Traffic t;
  t.talk(kHmi, kPlc, 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(ids(r), (std::vector<std::string>{"mac-0000bc000010", "mac-0000bc000020"}));
  EXPECT_EQ(entry(r, "192.168.1.10").bound_by, "frame source");
}

TEST(Resolve, SilentServerIsStillAHost) {
  Traffic t;
  t.talk(kHmi, kPlc, 502, nullptr, LinkState::attempted);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.10"), "mac-0000bc000010");
  EXPECT_EQ(entry(r, "192.168.1.10").bound_by, "destination only");
}

TEST(Resolve, AddressesBehindARouterAreNotItsOwn) {
  Traffic t;
  t.arp(kPlc, kRouter);
  for (const char* remote : {"10.1.0.5", "10.2.0.5", "10.3.0.5"}) t.talk(behind(kRouter, remote, 127), kPlc, 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_TRUE(find(r, "192.168.1.1")->is_router);
  EXPECT_EQ(addresses(r, "192.168.1.1"), "192.168.1.1 00:00:0c:00:00:01");
  EXPECT_EQ(addresses(r, "10.2.0.5"), "10.2.0.5");
  EXPECT_EQ(id(r, "10.2.0.5"), "ip-10.2.0.5");
  EXPECT_EQ(find(r, "10.2.0.5")->scope, Scope::remote);
  EXPECT_EQ(entry(r, "10.2.0.5").bound_by, "behind router");
  ASSERT_EQ(r.segments().forwarders.size(), 1u);
  EXPECT_EQ(r.segments().forwarders[0].addresses, 3u);
  EXPECT_EQ(r.segments().forwarders[0].first.number(), 3u);  // after the two ARP packets
  EXPECT_EQ(r.segments().forwarders[0].last.number(), 7u);   // before the last answer, which it was sent
}

TEST(Resolve, ThreeAddressesFromElsewhereMakeARouterEvenWithUntouchedTtl) {
  Traffic t;
  t.arp(kPlc, kHmi);
  for (const char* remote : {"10.1.0.5", "10.2.0.5", "10.3.0.5"}) t.talk(behind(kRouter, remote, 64), kPlc, 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_TRUE(find(r, "00:00:0c:00:00:01")->is_router);
  EXPECT_EQ(id(r, "10.1.0.5"), "ip-10.1.0.5");
}

// nftables' "reject with tcp reset" answers for the host behind it, with a TTL of its own.
TEST(Resolve, AFilterThatResetsForAHostBehindItIsNotThatHost) {
  Traffic t;
  t.arp(kPlc, kRouter);
  t.talk(kPlc, behind(kRouter, "10.1.0.5", 63), 80);
  t.talk(kPlc, behind(kRouter, "10.1.0.5", 64), 22, nullptr, LinkState::refused);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_TRUE(find(r, "192.168.1.1")->is_router);
  EXPECT_EQ(id(r, "10.1.0.5"), "ip-10.1.0.5");
}

TEST(Resolve, OnePublicPeerMakesARouter) {
  Traffic t;
  t.arp(kPlc, kRouter);
  t.talk(kPlc, behind(kRouter, "93.184.216.34", 52), 443);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_TRUE(find(r, "192.168.1.1")->is_router);
  EXPECT_EQ(find(r, "93.184.216.34")->scope, Scope::internet);
  EXPECT_FALSE(entry(r, "93.184.216.34").is_squatted);
}

TEST(Resolve, PublicPeerThatNeverAnswersIsBehindTheMacItWasSentTo) {
  Traffic t;
  t.talk(kPlc, behind(kRouter, "8.8.8.8", 0), 53, nullptr, LinkState::attempted);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "8.8.8.8"), "ip-8.8.8.8");
  EXPECT_EQ(find(r, "8.8.8.8")->scope, Scope::internet);
  EXPECT_TRUE(find(r, "00:00:0c:00:00:01")->is_router);
}

TEST(Resolve, RouterIsKnownByWhatIsSentToIt) {
  Traffic t;
  t.arp(kPlc, kRouter);
  t.talk(kPlc, behind(kRouter, "10.9.0.1", 0), 102, nullptr, LinkState::attempted);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_TRUE(find(r, "192.168.1.1")->is_router);
  EXPECT_EQ(find(r, "10.9.0.1")->scope, Scope::remote);
}

TEST(Resolve, PublicAddressThatAnswersArpIsSquatted) {
  Traffic t;
  const Host plc = host("00:00:bc:00:00:10", "25.1.1.10"), hmi = host("00:00:bc:00:00:20", "25.1.1.20");
  t.arp(hmi, plc);
  t.talk(hmi, plc, 502);
  const Resolution r = Resolution::of(t.observed);
  for (const char* ip : {"25.1.1.10", "25.1.1.20"}) {
    EXPECT_EQ(find(r, ip)->scope, Scope::local);
    EXPECT_TRUE(entry(r, ip).is_squatted);
  }
}

TEST(Resolve, PublicAddressAloneOnItsMacWithUntouchedTtlIsSquatted) {
  Traffic t;
  t.talk(host("00:00:bc:00:00:20", "25.1.1.20"), host("00:00:bc:00:00:10", "25.1.1.10"), 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "25.1.1.10"), "mac-0000bc000010");
  EXPECT_TRUE(entry(r, "25.1.1.10").is_squatted);
  EXPECT_FALSE(find(r, "25.1.1.10")->is_router);
}

// S7-300 and S7-400 send with TTL 30: no ARP seen, public numbers of two ranges, and yet one segment.
TEST(Resolve, ControllersWithALowInitialTtlAreSquattedToo) {
  Traffic t;
  t.talk(host("00:0c:29:00:00:20", "134.249.62.202", 128), host("00:0e:8c:00:00:10", "134.249.61.182", 30), 102);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "134.249.61.182"), "mac-000e8c000010");
  EXPECT_TRUE(entry(r, "134.249.61.182").is_squatted);
  EXPECT_FALSE(find(r, "134.249.61.182")->is_router);
}

TEST(Resolve, PublicAddressFourHopsAwayIsOnTheInternet) {
  Traffic t;
  t.talk(kPlc, {kRouter.mac, at("93.184.216.34"), 60}, 443);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(find(r, "93.184.216.34")->scope, Scope::internet);
  EXPECT_TRUE(find(r, "00:00:0c:00:00:01")->is_router);
}

TEST(Resolve, PublicAddressOfARouterIsItsOwnButNotSquatted) {
  Traffic t;
  const Host wan = host("00:00:0c:00:00:01", "203.0.114.1"), gateway = host("00:00:0c:00:00:02", "203.0.114.2");
  t.arp(gateway, wan);
  for (const char* remote : {"93.184.216.34", "8.8.8.8", "1.1.1.1"}) t.talk(gateway, behind(wan, remote, 55), 443);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "203.0.114.1"), "mac-00000c000001");
  EXPECT_FALSE(entry(r, "203.0.114.1").is_squatted);
}

TEST(Resolve, CopiedCellsAreTwoDevices) {
  Traffic t;
  const Host twin = host("00:00:bc:00:0a:10", "192.168.1.10");
  t.arp(kHmi, kPlc, 10);
  t.arp(host("00:00:bc:00:0a:20", "192.168.1.20"), twin, 20);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.10", 10), "mac-0000bc000010");
  EXPECT_EQ(id(r, "192.168.1.10", 20), "mac-0000bc000a10");
}

TEST(Resolve, CopiedCellsSeenFromAThirdVlanAreNeitherOfThem) {
  Traffic t;
  t.arp(kHmi, kPlc, 10);
  t.arp(host("00:00:bc:00:0a:20", "192.168.1.20"), host("00:00:bc:00:0a:10", "192.168.1.10"), 20);
  const Host station = host("00:00:bc:00:0b:01", "172.16.0.5"), router = host("00:00:0c:00:00:01", "172.16.0.1");
  t.arp(station, router, 30);
  t.talk(station, behind(router, "192.168.1.10", 63), 502, nullptr, LinkState::established, 30);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.10", 30), "ip-192.168.1.10-v30");
  EXPECT_EQ(find(r, "192.168.1.10", 30)->scope, Scope::remote);
}

TEST(Resolve, RoutedFlowMirroredInTwoVlansIsNotFourHosts) {
  for (const bool with_arp : {true, false}) {
    Traffic t;
    const Host a = host("00:00:bc:00:00:10", "10.0.10.5", 128), b = host("00:00:bc:00:00:20", "10.0.20.5", 64);
    const Host ra = host("00:00:0c:00:00:0a", "10.0.10.1"), rb = host("00:00:0c:00:00:0b", "10.0.20.1");
    if (with_arp) {
      t.arp(a, ra, 10);
      t.arp(rb, b, 20);
    }
    t.talk(a, behind(ra, "10.0.20.5", 63), 502, nullptr, LinkState::established, 10);
    t.talk(behind(rb, "10.0.10.5", 127), b, 502, nullptr, LinkState::established, 20);
    const Resolution r = Resolution::of(t.observed);
    EXPECT_EQ(id(r, "10.0.10.5", 10), "mac-0000bc000010") << with_arp;
    EXPECT_EQ(id(r, "10.0.10.5", 20), "mac-0000bc000010") << with_arp;
    EXPECT_EQ(id(r, "10.0.20.5", 10), "mac-0000bc000020") << with_arp;
    EXPECT_EQ(id(r, "10.0.20.5", 20), "mac-0000bc000020") << with_arp;
    EXPECT_EQ(addresses(r, "10.0.20.5", 10), "10.0.20.5@20 00:00:bc:00:00:20@20") << with_arp;
  }
}

TEST(Resolve, RoutedFlowMirroredWithoutTagsBelongsToTheHigherTtl) {
  Traffic t;
  const Host a = host("00:00:bc:00:00:10", "10.0.10.5", 64), b = host("00:00:bc:00:00:20", "10.0.20.5", 64);
  const Host ra = host("00:00:0c:00:00:0a", "10.0.10.1"), rb = host("00:00:0c:00:00:0b", "10.0.20.1");
  t.talk(a, behind(ra, "10.0.20.5", 63), 502);
  t.talk(behind(rb, "10.0.10.5", 63), b, 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "10.0.10.5"), "mac-0000bc000010");
  EXPECT_EQ(id(r, "10.0.20.5"), "mac-0000bc000020");
  EXPECT_TRUE(find(r, "00:00:0c:00:00:0a")->is_router);
  EXPECT_TRUE(find(r, "00:00:0c:00:00:0b")->is_router);
}

TEST(Resolve, MacInTwoVlansIsOneDevice) {
  Traffic t;
  const Host upper = host("00:00:bc:00:00:10", "192.168.1.10"), lower = host("00:00:bc:00:00:10", "10.0.0.10");
  t.arp(upper, host("00:00:bc:00:00:20", "192.168.1.20"), 10);
  t.arp(lower, host("00:00:bc:00:00:21", "10.0.0.20"), 20);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(addresses(r, "192.168.1.10", 10), "10.0.0.10@20 192.168.1.10@10 00:00:bc:00:00:10@10 00:00:bc:00:00:10@20");
  EXPECT_FALSE(find(r, "192.168.1.10", 10)->is_router);
}

TEST(Resolve, TwoClaimedAddressesAreOneDevice) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.arp(kHmi, host("00:00:bc:00:00:10", "10.0.0.10"));
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(addresses(r, "10.0.0.10"), "10.0.0.10 192.168.1.10 00:00:bc:00:00:10");
  EXPECT_FALSE(find(r, "10.0.0.10")->is_router);
}

TEST(Resolve, Ipv6AddressesOfOneMacAreOneDevice) {
  Traffic t;
  const char* mac = "00:00:bc:00:00:10";
  const Host router = host("00:00:0c:00:00:01", "fe80::1", 255);
  for (const char* ip : {"fe80::10", "2001:db8:1::10", "2001:db8:1::77", "2001:db8:1::78"})
    t.claim(host(mac, ip), BindingKind::neighbour, 0, t.frame(host(mac, ip), router));
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(addresses(r, "fe80::10"), "2001:db8:1::10 2001:db8:1::77 2001:db8:1::78 fe80::10 00:00:bc:00:00:10");
  EXPECT_FALSE(find(r, "fe80::10")->is_router);
}

TEST(Resolve, GlobalIpv6OnTheLinkIsNotSquatted) {
  Traffic t;
  const Host a = host("00:00:bc:00:00:10", "2400:cb00::10"), b = host("00:00:bc:00:00:20", "2400:cb00::20");
  t.claim(a, BindingKind::neighbour, 0, t.frame(a, b));
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(find(r, "2400:cb00::10")->scope, Scope::local);
  EXPECT_FALSE(entry(r, "2400:cb00::10").is_squatted);
}

void name_chassis(Traffic& t, const Host& port, std::string_view chassis, std::string_view method) {
  t.observed.macs[{port.mac, 0}].frames_sent = 1;
  t.identity(port.mac, Trait::fingerprint, chassis, method, 80);
}

// A switch in a substation: two ports that send RSTP, and the MAC of its management address.
TEST(Resolve, PortsOfOneBridgeAreOneDevice) {
  Traffic t;
  const Host bridge = host("00:0a:dc:06:19:5c", "192.168.1.5"), one = host("00:0a:dc:06:19:6b", "0.0.0.0"),
             two = host("00:0a:dc:06:19:6e", "0.0.0.0"), other = host("00:0a:dc:03:05:01", "0.0.0.0");
  t.arp(kHmi, bridge);
  name_chassis(t, one, "00:0a:dc:06:19:5c", "stp bridge");
  name_chassis(t, two, "00:0a:dc:06:19:5c", "stp bridge");
  name_chassis(t, other, "00:0a:dc:03:05:00", "stp bridge");
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "00:0a:dc:06:19:6e"), "mac-000adc06195c");
  EXPECT_EQ(addresses(r, "192.168.1.5"), "192.168.1.5 00:0a:dc:06:19:5c 00:0a:dc:06:19:6b 00:0a:dc:06:19:6e");
  EXPECT_EQ(addresses(r, "00:0a:dc:03:05:01"), "00:0a:dc:03:05:01");
}

TEST(Resolve, PortsOfAChassisThatIsNeverSeenBearTheLowestMac) {
  Traffic t;
  const Host one = host("00:0a:dc:06:19:6b", "192.168.1.5"), two = host("00:0a:dc:06:19:6e", "192.168.1.5");
  t.arp(kHmi, two);
  t.arp(kHmi, one);
  name_chassis(t, one, "00:0a:dc:06:19:5c", "lldp chassis");
  name_chassis(t, two, "00:0a:dc:06:19:5c", "lldp chassis");
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "00:0a:dc:06:19:6e"), "mac-000adc06196b");
  EXPECT_EQ(addresses(r, "192.168.1.5"), "192.168.1.5 00:0a:dc:06:19:6b 00:0a:dc:06:19:6e");
  EXPECT_TRUE(r.segments().duplicates.empty());  // both are its own
}

TEST(Resolve, NobodyBecomesPartOfAVirtualRouter) {
  Traffic t;
  name_chassis(t, host("00:0a:dc:06:19:6b", "0.0.0.0"), "00:00:5e:00:01:07", "lldp chassis");
  name_chassis(t, host("00:0a:dc:06:19:6e", "0.0.0.0"), "00:00:5e:00:01:07", "lldp chassis");
  const Resolution r = Resolution::of(t.observed);
  EXPECT_NE(id(r, "00:0a:dc:06:19:6b"), id(r, "00:0a:dc:06:19:6e"));
}

// A public number that a switch manages itself by, and sends from: no peer on the internet.
TEST(Resolve, ManagementAddressThatAPortSendsFromIsItsOwn) {
  Traffic t;
  const Host port = host("00:21:91:06:f1:66", "208.73.217.142", 1),
             group = host("01:00:5e:7f:ff:64", "239.255.255.100");
  t.arp(kHmi, kPlc);
  t.frame(port, group);
  EXPECT_EQ(id(Resolution::of(t.observed), "208.73.217.142"), "ip-208.73.217.142");
  name_chassis(t, port, "00:21:91:06:f1:66", "lldp chassis");
  t.identity(port.ip, Trait::fingerprint, "00:21:91:06:f1:66", "lldp chassis", 80);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(addresses(r, "208.73.217.142"), "208.73.217.142 00:21:91:06:f1:66");
  EXPECT_FALSE(find(r, "208.73.217.142")->is_router);
}

// icsnpp-synchrophasor, c37118_1100_unclean.pcap: a forged ARP answer, again and again, while the PMU itself talks.
TEST(Resolve, WhoSendsFromAnAddressHasItWhateverOthersClaim) {
  Traffic t;
  const Host thief = host("74:86:7a:07:28:94", "192.168.1.66"), forged = host("74:86:7a:07:28:94", "192.168.1.10");
  t.arp(kHmi, thief);
  for (int i = 0; i < 3; ++i) t.arp_reply(forged, kHmi);
  t.talk(kHmi, kPlc, 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(addresses(r, "192.168.1.10"), "192.168.1.10 00:00:bc:00:00:10");
  EXPECT_EQ(addresses(r, "192.168.1.66"), "192.168.1.66 74:86:7a:07:28:94");
  EXPECT_FALSE(find(r, "192.168.1.10")->is_router);
  ASSERT_EQ(r.segments().duplicates.size(), 2u);
  EXPECT_EQ(r.segments().duplicates[0].others, std::vector<Address>{thief.mac});
}

TEST(Resolve, RouterThatPassesOnWhatAHostClaimsDoesNotHaveIt) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.talk(kHmi, behind(kRouter, "192.168.1.10", 63), 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.10"), "mac-0000bc000010");
  EXPECT_TRUE(r.segments().duplicates.empty());
}

// arkime, ospf.pcap: no ARP, and more addresses behind the router than of its own.
TEST(Resolve, RouterSpeaksOspfFromItsOwnAddress) {
  Traffic t;
  const Host router = host("00:00:0c:00:00:01", "10.0.0.1", 1);
  t.frame(router, host("01:00:5e:00:00:05", "224.0.0.5"));
  for (const char* remote : {"172.16.0.1", "172.17.0.3", "172.18.0.3"}) t.talk(behind(router, remote, 254), kPlc, 502);
  EXPECT_EQ(addresses(Resolution::of(t.observed), "00:00:0c:00:00:01"), "00:00:0c:00:00:01");
  t.observed.routes[{RouteKind::routing_protocol, router.ip, router.mac, router.ip, {}, "OSPF", 0}].add(t.packet());
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(addresses(r, "10.0.0.1"), "10.0.0.1 00:00:0c:00:00:01");
  EXPECT_TRUE(find(r, "10.0.0.1")->is_router);
}

TEST(Resolve, CaptureWithoutMacs) {
  Traffic t(101);  // LINKTYPE_RAW
  t.talk(host("192.168.1.20"), host("192.168.1.10"), 502);
  t.talk(host("192.168.1.20"), host("8.8.8.8"), 53, nullptr, LinkState::datagram, 0, Transport::udp);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(ids(r), (std::vector<std::string>{"ip-192.168.1.10", "ip-192.168.1.20", "ip-8.8.8.8"}));
  EXPECT_EQ(find(r, "192.168.1.10")->scope, Scope::local);
  EXPECT_EQ(find(r, "8.8.8.8")->scope, Scope::internet);
  EXPECT_EQ(entry(r, "8.8.8.8").bound_by, "ip only");
}

TEST(Resolve, LoopbackFramesWithoutMacsDoNotMergeHosts) {
  Traffic t;
  t.talk(host("00:00:00:00:00:00", "10.0.0.1"), host("00:00:00:00:00:00", "10.0.0.2"), 502);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_NE(id(r, "10.0.0.1"), id(r, "10.0.0.2"));
  EXPECT_EQ(id(r, "00:00:00:00:00:00"), "mac-000000000000");
  EXPECT_EQ(find(r, "00:00:00:00:00:00")->scope, Scope::broadcast);  // no device
}

TEST(Resolve, InsideOfATunnelIsNotOnTheSegment) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.link({at("10.50.0.1"), at("10.50.0.2"), 502, Transport::tcp, 0}).seen.add(t.packet());
  EXPECT_EQ(find(Resolution::of(t.observed), "10.50.0.1")->scope, Scope::remote);
}

TEST(Resolve, GroupAndBroadcastAddressesAreEndsOfLinks) {
  Traffic t;
  t.talk(kPlc, host("01:00:5e:00:00:fb", "224.0.0.251"), 5353, nullptr, LinkState::datagram, 0, Transport::udp);
  t.talk(kPlc, host("ff:ff:ff:ff:ff:ff", "192.168.1.255"), 137, nullptr, LinkState::datagram, 0, Transport::udp);
  t.talk(kPlc, host("ff:ff:ff:ff:ff:ff", "255.255.255.255"), 67, nullptr, LinkState::datagram, 0, Transport::udp);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(find(r, "224.0.0.251")->scope, Scope::multicast);
  EXPECT_EQ(find(r, "01:00:5e:00:00:fb")->scope, Scope::multicast);
  EXPECT_EQ(find(r, "192.168.1.255")->scope, Scope::broadcast);
  EXPECT_EQ(find(r, "255.255.255.255")->scope, Scope::broadcast);
  EXPECT_EQ(id(r, "192.168.1.10"), "mac-0000bc000010");
}

// icsnpp-bacnet, bacnet_example.pcap: hosts behind a router call their own segment, and the answer to all of it passes.
TEST(Resolve, BroadcastAddressBehindARouter) {
  Traffic t;
  t.arp(kPlc, kRouter);
  for (const char* remote : {"10.1.0.5", "10.1.0.6", "10.1.0.7"}) t.talk(behind(kRouter, remote, 127), kPlc, 502);
  t.talk(kPlc, behind(kRouter, "10.1.0.255", 0), 47808, nullptr, LinkState::datagram, 0, Transport::udp);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(find(r, "10.1.0.255")->scope, Scope::broadcast);
  EXPECT_EQ(find(r, "10.1.0.5")->scope, Scope::remote);
}

TEST(Resolve, LastAddressOfAWideRangeIsAHostInTheMiddle) {
  Traffic t;
  t.arp(kHmi, host("00:00:bc:00:00:30", "192.168.1.255"));
  EXPECT_EQ(id(Resolution::of(t.observed), "192.168.1.255"), "mac-0000bc000030");
}

TEST(Resolve, HostWithoutAnAddressYetIsItsMac) {
  Traffic t;
  t.talk(host("00:00:bc:00:00:10", "0.0.0.0"), host("ff:ff:ff:ff:ff:ff", "255.255.255.255"), 67, nullptr,
         LinkState::datagram, 0, Transport::udp);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "0.0.0.0"), "mac-0000bc000010");
  EXPECT_EQ(addresses(r, "00:00:bc:00:00:10"), "00:00:bc:00:00:10");
}

TEST(Resolve, RelayedLeaseBindsNobodyHere) {
  Traffic t;
  t.arp(kHmi, kPlc);
  LeaseKey lease;
  lease.client_mac = at("00:00:bc:00:00:99");
  lease.client = at("10.7.0.9");
  lease.server = kPlc.ip;
  lease.granted = true;
  t.observed.leases[lease].add(t.packet());
  EXPECT_EQ(id(Resolution::of(t.observed), "10.7.0.9"), "none");
}

TEST(Resolve, LeaseBindsItsClientAndTellsTheRange) {
  Traffic t;
  const Host client = host("00:00:bc:00:00:99", "10.7.0.9");
  t.talk(host("00:00:bc:00:00:99", "0.0.0.0"), host("ff:ff:ff:ff:ff:ff", "255.255.255.255"), 67, nullptr,
         LinkState::datagram, 0, Transport::udp);
  LeaseKey lease;
  lease.client_mac = client.mac;
  lease.client = client.ip;
  lease.prefix_length = 16;
  lease.granted = true;
  t.observed.leases[lease].add(t.packet());
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "10.7.0.9"), "mac-0000bc000099");
  EXPECT_EQ(entry(r, "10.7.0.9").bound_by, "dhcp");
  EXPECT_EQ(to_string(r.segments().subnets.around(0, at("10.7.200.1"))), "10.7.0.0/16");
}

// PROFINET DCP's IP parameter block. A server's word comes first, and what reaches beyond /16 is a mistake.
TEST(Resolve, DeviceTellsItsRange) {
  const auto range = [](unsigned stated, std::uint8_t leased) {
    Traffic t;
    const Host device = host("00:1b:1b:00:00:99", "10.7.0.9");
    t.arp(kHmi, device);
    t.observed.bindings[{device.mac, device.ip, 0}].prefixes = std::uint64_t{1} << stated;
    if (leased != 0) {
      LeaseKey lease;
      lease.client_mac = device.mac;
      lease.client = device.ip;
      lease.prefix_length = leased;
      lease.granted = true;
      t.observed.leases[lease].add(t.packet());
    }
    const Resolution r = Resolution::of(t.observed);
    return to_string(r.segments().subnets.around(0, at("10.7.0.200")));
  };
  EXPECT_EQ(range(0, 0), "10.7.0.0/24");
  EXPECT_EQ(range(20, 0), "10.7.0.0/20");
  EXPECT_EQ(range(8, 0), "10.7.0.0/24");
  EXPECT_EQ(range(25, 22), "10.7.0.0/22");
}

TEST(Resolve, ContainersBehindAHostsOwnAddressAreThatHost) {
  Traffic t;
  t.arp(kHmi, kPlc);
  t.talk({kPlc.mac, kPlc.ip, 63}, kHmi, 443);  // forwarded inside the machine
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.10"), "mac-0000bc000010");
  EXPECT_FALSE(find(r, "192.168.1.10")->is_router);
}

TEST(Resolve, LinkLayerConversationsEndAtMacs) {
  Traffic t;
  t.link({at("00:00:bc:00:00:10"), at("01:80:c2:00:00:0e"), 0x88CC, Transport::ethernet, 0}).seen.add(t.packet());
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "00:00:bc:00:00:10"), "mac-0000bc000010");
  EXPECT_EQ(find(r, "01:80:c2:00:00:0e")->scope, Scope::multicast);
}

}  // namespace
}  // namespace kakoi
