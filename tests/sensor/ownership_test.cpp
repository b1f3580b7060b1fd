// Who has an address, and who only claims or forwards it.
#include <gtest/gtest.h>

#include "resolved.h"

namespace kakoi {
namespace {

using namespace test;

TEST(Ownership, DuplicateAddress) {
  Traffic t;
  const Host thief = host("00:00:bc:00:00:66", "192.168.1.10");
  t.arp(kHmi, kPlc);
  t.arp(kHmi, thief);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.10"), "mac-0000bc000010");  // the first claimant
  EXPECT_EQ(addresses(r, "00:00:bc:00:00:66"), "00:00:bc:00:00:66");
  ASSERT_EQ(r.segments().duplicates.size(), 2u);
  EXPECT_EQ(r.segments().duplicates[0].mac, kPlc.mac);
  EXPECT_EQ(r.segments().duplicates[0].others, std::vector<Address>{thief.mac});
  EXPECT_EQ(r.segments().duplicates[1].mac, thief.mac);
}

TEST(Ownership, LeaseGivenToTheNextClientIsNoDuplicate) {
  Traffic t;
  const Host first = host("00:00:bc:00:00:66", "192.168.1.10"), next = host("00:00:bc:00:00:67", "192.168.1.10");
  for (const Host& client : {first, next}) {
    t.claim(client, BindingKind::dhcp, 0, t.frame(client, kHmi));
    t.arp_request(client, "192.168.1.1");
  }
  EXPECT_TRUE(Resolution::of(t.observed).segments().duplicates.empty());
}

TEST(Ownership, VirtualRouterIsNoDuplicateOfItsMaster) {
  Traffic t;
  const Host master = host("00:00:0c:00:00:01", "192.168.1.1"),
             virtual_router = host("00:00:5e:00:01:07", "192.168.1.1");
  t.arp(kPlc, master);
  t.arp(kPlc, virtual_router);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_TRUE(r.segments().duplicates.empty());
  EXPECT_TRUE(find(r, "00:00:5e:00:01:07")->is_router);
}

TEST(Ownership, ProxyArpDoesNotOwnWhatItForwards) {
  Traffic t;
  t.arp(kPlc, kRouter);
  t.arp(kPlc, behind(kRouter, "10.1.0.5", 63));
  t.talk(kPlc, behind(kRouter, "10.1.0.5", 63), 102);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.1"), "mac-00000c000001");
  EXPECT_EQ(id(r, "10.1.0.5"), "ip-10.1.0.5");
  EXPECT_TRUE(find(r, "192.168.1.1")->is_router);
}

// icsnpp-synchrophasor's c37_pmu_unclean.pcap: the PMU never speaks ARP; somebody answers for it and passes its packets on.
TEST(Ownership, WhoStepsInBetweenDoesNotHaveTheAddress) {
  Traffic t;
  const Host pmu = host("00:00:bc:00:00:18", "192.168.1.18", 64), thief = host("00:00:bc:00:00:66", "192.168.1.66", 64);
  t.arp(kHmi, thief);
  for (int i = 0; i < 3; ++i) t.arp_reply(behind(thief, "192.168.1.18", 64), kHmi);
  t.frame(pmu, kHmi);
  t.talk(kHmi, behind(thief, "192.168.1.18", 63), 4712);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "192.168.1.18"), "mac-0000bc000018");
  EXPECT_EQ(addresses(r, "00:00:bc:00:00:66"), "192.168.1.66 00:00:bc:00:00:66");
  EXPECT_TRUE(find(r, "192.168.1.66")->is_router);
  EXPECT_EQ(r.segments().duplicates.size(), 2u);
}

// arkime's no-syn-ack.pcap, wireshark's RDP-003.pcap: nothing but packets on their way.
TEST(Ownership, WhatARouterOfTheWayBackPassesOnIsNotThatOfTheWayThere) {
  Traffic t;
  const Host there = host("00:22:83:3f:17:c5", "10.12.12.12", 64);
  t.frame(kHmi, there);
  t.frame(host("2c:6b:f5:d6:17:c5", "10.12.12.12", 123), kHmi);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "10.12.12.12"), "ip-10.12.12.12");
}

TEST(Ownership, WhoIsReachedThroughAVirtualRouterIsBehindOne) {
  Traffic t;
  t.frame(kHmi, host("00:00:0c:07:ac:1d", "10.226.29.74", 0));
  t.frame(host("00:1b:0d:63:c2:26", "10.226.29.74", 127), kHmi);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "10.226.29.74"), "ip-10.226.29.74");
}

// What speaks under a virtual MAC is the router itself.
TEST(Ownership, HellosOfAVirtualRouterAreNotForwarded) {
  Traffic t;
  const Host hello = host("00:00:5e:00:01:33", "10.199.245.2", 255),
             link_local = host("00:05:73:a0:00:10", "fe80::1", 255);
  for (const Host& from : {hello, link_local}) {
    const PacketRef ref = t.frame(from, host("01:00:5e:00:00:12", "224.0.0.18"));
    t.observed.routes[{RouteKind::first_hop_redundancy, from.ip, from.mac, from.ip, {}, "VRRP", 0}].add(ref);
  }
  const Resolution r = Resolution::of(t.observed);
  EXPECT_TRUE(find(r, "00:00:5e:00:01:33")->is_router);
  EXPECT_TRUE(r.segments().forwarders.empty());
}

// nDPI's tunnelbear.pcap: a virtual machine behind VirtualBox's NAT, and the one server that it talks to.
TEST(Ownership, AGatewayThatRenewsTheTtlIsNotTheHostBehindIt) {
  Traffic t;
  t.talk(host("08:00:27:00:00:15", "10.0.2.15"), host("52:54:00:12:35:02", "142.93.78.79", 64), 443);
  EXPECT_EQ(find(Resolution::of(t.observed), "142.93.78.79")->scope, Scope::internet);
  Traffic squatters;
  squatters.talk(host("08:00:27:00:00:15", "142.93.78.15"), host("52:54:00:12:35:02", "142.93.78.79", 64), 502);
  EXPECT_EQ(find(Resolution::of(squatters.observed), "142.93.78.79")->scope, Scope::local);
}

}  // namespace
}  // namespace kakoi
