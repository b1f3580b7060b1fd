// The same packet in every wrapping, and what wrappings can do wrong. tshark 4.0 dissects these frames to the
// table's packets (ports 8472 and label 17 named to it); tcpdump 4.99 those with the tags of switch chips. By their
// standards alone: nflog-big, mpacket, l2tpv3 without its control messages.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <fstream>

#include "sensor/decode/mirror.h"
#include "sensor/decode/redundancy.h"
#include "tests/sensor/decode_cases.h"

namespace kakoi::decode {
namespace {

using test::ByteVector;
using test::operator+;
using test::hex;

Decoded decoded(const ByteVector& frame, std::uint32_t link_type = 1) {
  static std::deque<ByteVector> kept;  // the payload lies in the frame
  RawPacket raw;
  raw.data = kept.emplace_back(frame);
  raw.original_length = static_cast<std::uint32_t>(frame.size());
  raw.link_type = link_type;
  Decoded out;
  decode(raw, out);
  return out;
}
Decoded innermost(Decoded d) {
  Decoded inner;
  while (decapsulate(d, inner)) d = inner;
  return d;
}

class Encapsulation : public testing::TestWithParam<test::DecodeCase> {};
INSTANTIATE_TEST_SUITE_P(Cases, Encapsulation, testing::ValuesIn(test::decode_cases()), [](const auto& p) {
  std::string name = p.param.name;
  for (char& c : name)
    if (c == '-' || c == '.') c = '_';
  return name;
});

TEST_P(Encapsulation, GivesThePacketInside) {
  const Decoded d = innermost(decoded(GetParam().frame, GetParam().link_type));
  EXPECT_FALSE(d.malformed);
  EXPECT_FALSE(d.undecoded);
  EXPECT_EQ(to_string(d.source), "10.0.0.1");
  EXPECT_EQ(to_string(d.destination), "10.0.0.2");
  EXPECT_TRUE(d.is_tcp());
  EXPECT_EQ(d.source_port, 40000);
  EXPECT_EQ(d.destination_port, 502);
  EXPECT_EQ(as_text(d.payload), "hello");
  EXPECT_EQ(d.payload_length, 5u);
  EXPECT_EQ(d.vlan, GetParam().vlan);
  EXPECT_EQ(d.depth, GetParam().depth);
  // the MAC of the frame just around, where there is one
  EXPECT_TRUE(d.source_mac.is_none() || to_string(d.source_mac) == "02:00:00:00:00:03");
}

TEST_P(Encapsulation, IsSafeWhereverItIsCut) {
  const ByteVector& frame = GetParam().frame;
  for (std::size_t size = 0; size < frame.size(); ++size) {
    const Decoded d = innermost(
        decoded(ByteVector(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)), GetParam().link_type));
    EXPECT_LE(d.payload.size(), size);
    EXPECT_TRUE(!d.is_tcp() || std::string_view("hello").starts_with(as_text(d.payload))) << size;
  }
}

// KAKOI_CASES names a folder: writes a capture for each case there, for tests/conformance/encapsulations.py.
TEST(Cases, AsFiles) {
  const char* const folder = std::getenv("KAKOI_CASES");
  if (!folder) GTEST_SKIP();
  for (const test::DecodeCase& c : test::decode_cases()) {
    const ByteVector file = test::pcap({{1'700'000'000'000'000'000, c.frame}}, true, false, c.link_type);
    std::ofstream out(std::string(folder) + "/" + c.name + ".pcap", std::ios::binary);
    out.write(reinterpret_cast<const char*>(file.data()), static_cast<std::streamsize>(file.size()));
  }
}

TEST(Macsec, WhatIsEncryptedIsUndecodedNotMalformed) {
  const Decoded d =
      decoded(test::ethernet(1, 2, 0x88E5, hex("2C 00 00000001 0200000000010001") + ByteVector(60, 0xA7)));
  EXPECT_TRUE(d.undecoded);
  EXPECT_FALSE(d.malformed);
  EXPECT_EQ(d.ethertype, 0x88E5);
  EXPECT_EQ(to_string(d.source_mac), "02:00:00:00:00:01");
}
TEST(Wireless, WhatIsProtectedOrTheRestOfAFragmentIsUndecoded) {
  for (const char* head : {"0841", "8841 0000"}) {
    const Decoded d = decoded(test::wifi(head, test::kHelloLlc), 105);
    EXPECT_TRUE(d.undecoded);
    EXPECT_EQ(to_string(d.source_mac), "02:00:00:00:00:03");
  }
  ByteVector fragment = test::wifi("0801", test::kHelloPacket);
  fragment[22] = 1;
  EXPECT_TRUE(decoded(fragment, 105).undecoded);
  // a frame that the controller numbers 1, as some do in CAPWAP
  fragment = test::wifi("0801", test::kHelloLlc);
  fragment[22] = 1;
  EXPECT_EQ(decoded(fragment, 105).destination_port, 502);
}

// IEC 62439-3: the size in the trailer is 0x33 here: 45 octets of IP packet and the trailer's own 6.
TEST(Redundancy, ATrailerNeedsItsSizeAndLan) {
  const Decoded a = decoded(test::kHelloFrame + hex("0007 A033 88FB"));
  EXPECT_EQ(a.redundancy, Redundancy::prp);
  EXPECT_EQ(a.redundancy_sequence, 7);
  EXPECT_EQ(decoded(test::kHelloFrame + ByteVector(9) + hex("0007 B03C 88FB")).redundancy,
            Redundancy::prp);  // behind padding
  for (const char* no : {"0007 A034 88FB", "0007 C033 88FB", "0007 A033 88FC"})
    EXPECT_EQ(decoded(test::kHelloFrame + hex(no)).redundancy, Redundancy::none) << no;
  const Decoded ring = decoded(test::ethernet(3, 4, 0x892F, hex("0033 0009 0800") + test::kHelloPacket));
  EXPECT_EQ(ring.redundancy, Redundancy::hsr);
  EXPECT_EQ(ring.redundancy_sequence, 9);
}
TEST(Redundancy, TheTrailerIsNoPayload) {
  const Decoded d = decoded(test::ethernet(1, 2, 0x88B8, hex("0001 000A 0000 0000 6100") + hex("0007 A010 88FB")));
  EXPECT_EQ(d.redundancy, Redundancy::prp);
  EXPECT_EQ(d.payload.size(), 10u);
}
TEST(Redundancy, TheSecondCopyWithinTheWindowIsOne) {
  DuplicateFilter filter;
  const auto copy = [&](std::uint8_t from, const char* trailer, std::int64_t ts) {
    return filter.is_copy(decoded(test::ethernet(from, 2, 0x0800, test::kHelloPacket) + hex(trailer)), ts);
  };
  EXPECT_FALSE(copy(1, "0007 A033 88FB", 0));
  EXPECT_TRUE(copy(1, "0007 B033 88FB", 100'000));
  EXPECT_FALSE(copy(1, "0008 B033 88FB", 200'000));
  EXPECT_TRUE(copy(1, "0008 A033 88FB", 190'000));  // merged captures may swap them
  EXPECT_FALSE(copy(5, "0007 B033 88FB", 200'000));
  EXPECT_FALSE(copy(1, "0007 A033 88FB", DuplicateFilter::kForget + 1));
}

TEST(Mirror, SessionsHideTheirEndsAndOverlaysDoNot) {
  const auto outer = [](const ByteVector& payload, std::uint8_t from, std::uint8_t to, std::uint8_t protocol) {
    return decoded(test::ethernet(1, 2, 0x0800, test::ipv4(from, to, protocol, payload)));
  };
  const auto hides = [](MirrorTable& table, const Decoded& packet) {
    Decoded inner;
    return table.hides(packet, decapsulate(packet, inner));
  };
  const ByteVector erspan = hex("1000 88BE 00000001 1001000100000000") + test::kHelloFrame;
  const ByteVector vxlan = test::udp(50000, 4789, hex("08000000 00002A00") + test::kHelloFrame);
  const ByteVector tzsp = test::udp(50000, 37008, hex("01 00 0001 01") + test::kHelloFrame);
  MirrorTable table;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(hides(table, outer(erspan, 8, 9, 47)));
    EXPECT_TRUE(hides(table, outer(tzsp, 8, 9, 17)));
    EXPECT_TRUE(hides(table, outer(vxlan, 8, 9, 17)));
    EXPECT_FALSE(hides(table, outer(hex("0000 0800") + test::kHelloPacket, 8, 9, 47)));
  }
  const auto piece = [&](std::uint8_t from, std::uint8_t to, std::uint8_t protocol) {
    Decoded p = outer(hex("1000 88BE"), from, to, protocol);
    p.is_fragment = true;
    return p;
  };
  EXPECT_TRUE(hides(table, piece(8, 9, 47)));
  EXPECT_FALSE(hides(table, piece(9, 8, 47)));
  EXPECT_FALSE(hides(table, piece(8, 9, 6)));
  EXPECT_FALSE(hides(table, outer(vxlan, 9, 8, 17)));  // an answer: an overlay
  EXPECT_FALSE(hides(table, piece(8, 9, 47)));
  EXPECT_FALSE(hides(table, outer(vxlan, 8, 9, 17)));
}

TEST(Tunnels, WhatIsNoTunnelIsNone) {
  for (const ByteVector& frame :
       {test::carried(47, hex("2000 0000 00000000")),                                   // GRE keepalive
        test::carried(47, hex("4000 0800") + test::kHelloPacket),                       // source routes
        test::carried_udp(2152, hex("3001 0004 00000000 00000000")),                    // GTP echo
        test::carried_udp(1701, hex("C802 0014 0001 0000 0000 0001") + ByteVector(8)),  // L2TP control
        test::carried_udp(37008, hex("01 04 0001 01") + test::kHelloFrame),             // TZSP keepalive
        test::carried_udp(4789, hex("00000000 00002A00") + test::kHelloFrame),
        test::carried_udp(5247, ByteVector(40, 0xFF))}) {
    Decoded inner;
    EXPECT_FALSE(decapsulate(decoded(frame), inner));
  }
}

// zeek/zeek, testing/btest/Traces/tunnels/Teredo.pcap, packets 29 (a bubble) and 34 (a SYN), to a relay's port of chance.
TEST(Tunnels, TeredoToARelayIsKnownByItsAddresses) {
  const ByteVector bubble = hex("6000000000003B15 2001000041379E508000F12AB9C82815 20014860000020010000000000000068");
  ByteVector syn =
      hex("6000000000180680 2001000041379E508000F12AB9C82815 20014860000020010000000000000068"
          "050600507C7B6B46000000006002400090A20000020404C4");
  EXPECT_EQ(innermost(decoded(test::carried_udp(32900, bubble))).protocol, 59);
  const Decoded d = innermost(decoded(test::carried_udp(32900, syn)));
  EXPECT_EQ(to_string(d.source), "2001:0:4137:9e50:8000:f12a:b9c8:2815");
  EXPECT_EQ(d.destination_port, 80);
  EXPECT_EQ(d.depth, 1);
  EXPECT_EQ(innermost(decoded(test::carried_udp(32900, syn + ByteVector(1)))).depth, 0);  // more than it says
  syn[9] = 0xFF;
  EXPECT_EQ(innermost(decoded(test::carried_udp(32900, syn))).depth, 0);  // not Teredo's addresses
}

// A megabyte of tags inside each other must not cost a megabyte of stack.
TEST(LinkLayer, TagsInsideTagsAreBounded) {
  for (const char* tag : {"0033 0009 892F", "AAAA03 000000 0004"}) {
    ByteVector nested;
    const ByteVector one = hex(tag);
    while (nested.size() < 400'000) nested.insert(nested.end(), one.begin(), one.end());
    EXPECT_TRUE(decoded(test::ethernet(1, 2, tag[0] == 'A' ? 1500 : 0x892F, nested)).malformed || tag[0] == 'A');
  }
  ByteVector bridged;
  for (int i = 0; i < 20'000; ++i) {
    const ByteVector one = test::ethernet(1, 2, 0x6558, {});
    bridged.insert(bridged.end(), one.begin(), one.end());
  }
  EXPECT_TRUE(decoded(bridged).malformed);
}

}  // namespace
}  // namespace kakoi::decode
