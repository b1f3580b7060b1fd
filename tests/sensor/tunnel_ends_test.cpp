// Tunnels with the internet: which of the addresses inside are the plant's.
#include "sensor/inventory/tunnel_ends.h"

#include <gtest/gtest.h>

#include "resolved.h"

namespace kakoi {
namespace {

using namespace test;

const Host kBroker = behind(kRouter, "184.105.255.26", 248);

// The host's tunnel with a broker on the internet.
struct TunnelTraffic : Traffic {
  TunnelTraffic() {
    arp(kHmi, kRouter);
    talk(kHmi, kBroker, 41, nullptr, LinkState::datagram, 0, Transport::ip);
    talk(kBroker, kHmi, 41, nullptr, LinkState::datagram, 0, Transport::ip);
  }
  // A packet inside, in the sender's tunnel from `from` to `to`.
  TunnelTraffic& inside(std::string_view source, std::string_view destination, std::uint8_t ttl, const Address& from,
                        const Address& to) {
    const PacketRef ref = packet();
    LinkRow& row = link({at(source), at(destination), 443, Transport::tcp, 0});
    ++row.packets[0];
    row.seen.add(ref);
    TunnelledRow& sent = observed.tunnelled[{at(source), from, to, 0}];
    sent.sent.add(ref);
    sent.ttl.add(ttl);
    observed.tunnelled[{at(destination), to, from, 0}].received.add(ref);
    return *this;
  }
  TunnelTraffic& out(std::string_view source, std::string_view destination, std::uint8_t ttl = 64) {
    return inside(source, destination, ttl, kHmi.ip, kBroker.ip);
  }
  TunnelTraffic& in(std::string_view source, std::string_view destination, std::uint8_t ttl = 55) {
    return inside(source, destination, ttl, kBroker.ip, kHmi.ip);
  }
};

TEST(TunnelEnds, AHostsOwnAddressInItsTunnelIsThatHosts) {
  TunnelTraffic t;
  t.out("2001:470:1f16:13f::2", "2a03:2880:fffe::99").in("2a03:2880:fffe::99", "2001:470:1f16:13f::2");
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(addresses(r, "2001:470:1f16:13f::2"), "192.168.1.20 2001:470:1f16:13f::2 00:00:bc:00:00:20");
  EXPECT_EQ(entry(r, "2001:470:1f16:13f::2").bound_by, "tunnel");
  EXPECT_FALSE(entry(r, "2001:470:1f16:13f::2").is_squatted);
  EXPECT_EQ(find(r, "2a03:2880:fffe::99")->scope, Scope::internet);
}

TEST(TunnelEnds, WhatTheHostForwardsIsBehindIt) {
  TunnelTraffic t;
  t.out("2001:470:1f17:13f::4dec", "2a03:2880:fffe::99", 63);
  t.in("2a03:2880:fffe::99", "2001:470:1f17:13f::5");  // never heard
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "2001:470:1f17:13f::4dec"), "ip-2001:470:1f17:13f::4dec");
  EXPECT_EQ(find(r, "2001:470:1f17:13f::4dec")->scope, Scope::remote);
  EXPECT_EQ(entry(r, "2001:470:1f17:13f::4dec").bound_by, "tunnel");
  EXPECT_EQ(find(r, "2001:470:1f17:13f::5")->scope, Scope::remote);
}

// Teredo: the host asks its server for a router, and is answered.
TEST(TunnelEnds, LinkLocalNumbersAreOfTheirOwnEnds) {
  TunnelTraffic t;
  t.out("fe80::8000:ffff:ffff:fffd", "ff02::2", 255).in("fe80::8000:f227:bec8:61af", "fe80::8000:ffff:ffff:fffd", 255);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "fe80::8000:ffff:ffff:fffd"), "mac-0000bc000020");
  EXPECT_EQ(find(r, "fe80::8000:f227:bec8:61af")->scope, Scope::internet);
}

TEST(TunnelEnds, APublicIpv4NumberOfTheHost) {
  TunnelTraffic t;
  t.out("66.59.111.190", "172.28.2.3").in("172.28.2.3", "66.59.111.190", 63);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "66.59.111.190"), "mac-0000bc000020");
  EXPECT_EQ(find(r, "172.28.2.3")->scope, Scope::remote);  // a private range is another site's
  EXPECT_EQ(find(r, "66.59.111.190")->addresses.front().address, at("192.168.1.20"));
}

TEST(TunnelEnds, WhatPassesThroughStaysOutside) {
  TunnelTraffic t;
  t.in("2a03:2880::1", "2a03:2880::2").out("2a03:2880::1", "2a03:2880::2", 54);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(find(r, "2a03:2880::1")->scope, Scope::internet);
  EXPECT_EQ(find(r, "2a03:2880::2")->scope, Scope::internet);
}

// Whoever wraps packets of an outside address, or sends some to it, does not bring it in.
TEST(TunnelEnds, AnAddressThatIsSeenOutsideTooIsJudgedByThat) {
  TunnelTraffic t;
  t.talk(kHmi, behind(kRouter, "203.0.114.9", 52), 443);
  t.out("203.0.114.9", "2a03:2880::2").in("8.8.8.8", "203.0.114.9");
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(id(r, "203.0.114.9"), "ip-203.0.114.9");
  EXPECT_EQ(find(r, "203.0.114.9")->scope, Scope::internet);

  Traffic raw(101);  // no MACs: the packets outside are counted
  raw.talk(host("192.168.1.20"), host("203.0.114.9"), 443);
  raw.observed.tunnelled[{at("203.0.114.9"), at("192.168.1.20"), at("184.105.255.26"), 0}].sent.add(raw.packet());
  raw.talk(host("192.168.1.20"), host("184.105.255.26"), 41, nullptr, LinkState::datagram, 0, Transport::ip);
  EXPECT_EQ(find(Resolution::of(raw.observed), "203.0.114.9")->scope, Scope::internet);
}

// Between two sites, what is behind either end may be the internet that it leads to.
TEST(TunnelEnds, ATunnelWithinThePlantTellsNothing) {
  TunnelTraffic t;
  t.arp(kHmi, kPlc);
  t.inside("8.8.8.8", "10.9.0.1", 64, kPlc.ip, kHmi.ip);
  const Resolution r = Resolution::of(t.observed);
  EXPECT_EQ(find(r, "8.8.8.8")->scope, Scope::internet);
  EXPECT_EQ(id(r, "8.8.8.8"), "ip-8.8.8.8");
}

}  // namespace
}  // namespace kakoi
