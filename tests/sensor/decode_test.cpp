#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <sstream>

#include "sensor/capture/capture_file.h"
#include "sensor/decode/checksums.h"
#include "sensor/decode/decode.h"
#include "sensor/decode/fragments.h"
#include "tests/support/packets.h"

namespace kakoi::decode {
namespace {

using test::ByteVector;
using test::operator+;
using test::hex;

Decoded decoded(const ByteVector& frame, std::uint32_t link_type = 1, std::uint32_t original = 0) {
  static std::deque<ByteVector> kept;  // the payload lies in the frame
  RawPacket raw;
  raw.data = kept.emplace_back(frame);
  raw.original_length = original ? original : static_cast<std::uint32_t>(frame.size());
  raw.link_type = link_type;
  Decoded out;
  decode(raw, out);
  return out;
}
std::string text(Bytes bytes) { return std::string(as_text(bytes)); }

const ByteVector kSegment = test::tcp(40000, 502, 1000, 2000, 0x18, test::ascii("hello"));
const ByteVector kPacket = test::ipv4(1, 2, 6, kSegment);

void expect_hello(const Decoded& d) {
  EXPECT_FALSE(d.malformed);
  EXPECT_EQ(to_string(d.source), "10.0.0.1");
  EXPECT_EQ(to_string(d.destination), "10.0.0.2");
  EXPECT_TRUE(d.is_tcp());
  EXPECT_EQ(d.source_port, 40000);
  EXPECT_EQ(d.destination_port, 502);
  EXPECT_EQ(d.sequence, 1000u);
  EXPECT_EQ(d.acknowledgement, 2000u);
  EXPECT_EQ(d.tcp_flags, 0x18);
  EXPECT_EQ(d.ttl, 64);
  EXPECT_EQ(text(d.payload), "hello");
  EXPECT_EQ(d.payload_length, 5u);
}

TEST(LinkLayer, EthernetWithPadding) {
  ByteVector frame = test::ethernet(1, 2, 0x0800, kPacket);
  frame.resize(frame.size() + 7);  // padding behind the IP packet is not payload
  const Decoded d = decoded(frame);
  expect_hello(d);
  EXPECT_EQ(to_string(d.source_mac), "02:00:00:00:00:01");
  EXPECT_EQ(to_string(d.destination_mac), "02:00:00:00:00:02");
  EXPECT_EQ(d.vlan, 0u);
}
TEST(LinkLayer, OneTagAndTwo) {
  EXPECT_EQ(decoded(test::ethernet(1, 2, 0x8100, hex("6064 0800") + kPacket)).vlan, 100u);
  const Decoded d = decoded(test::ethernet(1, 2, 0x88A8, hex("00C8 8100 0064 0800") + kPacket));
  expect_hello(d);
  EXPECT_EQ(d.vlan, 200u * 4096 + 100);
}
TEST(LinkLayer, PriorityTagIsNoVlan) {
  EXPECT_EQ(decoded(test::ethernet(1, 2, 0x8100, hex("E000 0800") + kPacket)).vlan, 0u);
}
TEST(LinkLayer, LlcAndSnap) {
  const Decoded bpdu = decoded(test::ethernet(1, 2, 0x0026, hex("42 42 03 0000") + ByteVector(43)));
  EXPECT_TRUE(bpdu.is_llc);
  EXPECT_EQ(bpdu.ethertype, 0x42);
  EXPECT_EQ(bpdu.network, NetworkLayer::other);
  EXPECT_EQ(bpdu.payload.size(), 0x26u);
  expect_hello(decoded(
      test::ethernet(1, 2, static_cast<std::uint16_t>(8 + kPacket.size()), hex("AAAA03 000000 0800") + kPacket)));
}
TEST(LinkLayer, MplsAndPppoe) {
  expect_hello(decoded(test::ethernet(1, 2, 0x8847, hex("0001 0040 0001 1140") + kPacket)));
  expect_hello(decoded(test::ethernet(1, 2, 0x8864, hex("1100 0011 0035 0021") + kPacket)));
}
TEST(LinkLayer, CookedLoopbackPppAndRaw) {
  const Decoded v1 = decoded(hex("0000 0001 0006 020000000001 0000 0800") + kPacket, 113);
  expect_hello(v1);
  EXPECT_EQ(to_string(v1.source_mac), "02:00:00:00:00:01");
  const Decoded v2 = decoded(hex("0800 0000 00000002 0001 00 06 020000000001 0000") + kPacket, 276);
  expect_hello(v2);
  EXPECT_EQ(to_string(v2.source_mac), "02:00:00:00:00:01");
  expect_hello(decoded(hex("02000000") + kPacket, 0));
  expect_hello(decoded(hex("00000002") + kPacket, 108));
  expect_hello(decoded(hex("FF03 0021") + kPacket, 9));
  expect_hello(decoded(kPacket, 101));
}
TEST(LinkLayer, UnknownKindsAreUndecodedNotMalformed) {
  const Decoded d = decoded(kPacket, 147);
  EXPECT_TRUE(d.undecoded);
  EXPECT_FALSE(d.malformed);
}

TEST(Internet, OptionsOfIpv4AreSkipped) {
  ByteVector packet = kPacket;
  packet[0] = 0x46;
  packet[3] = static_cast<std::uint8_t>(packet[3] + 4);
  packet.insert(packet.begin() + 20, {1, 1, 1, 0});
  expect_hello(decoded(test::ethernet(1, 2, 0x0800, packet)));
}
TEST(Internet, ExtensionHeadersOfIpv6) {
  // hop-by-hop, destination options, then TCP
  ByteVector packet = hex("60000000 0029 00 40 20010db8000000000000000000000001 20010db8000000000000000000000002"
                          "3C00 010400000000 0600 010400000000") +
                      kSegment;
  packet[5] = static_cast<std::uint8_t>(16 + kSegment.size());
  const Decoded d = decoded(test::ethernet(1, 2, 0x86DD, packet));
  EXPECT_EQ(to_string(d.source), "2001:db8::1");
  EXPECT_EQ(d.protocol, 6);
  EXPECT_EQ(text(d.payload), "hello");
}
TEST(Internet, SnapLengthCutsPayloadNotItsLength) {
  ByteVector frame = test::ethernet(1, 2, 0x0800, kPacket);
  const auto original = static_cast<std::uint32_t>(frame.size());
  frame.resize(frame.size() - 3);
  const Decoded d = decoded(frame, 1, original);
  EXPECT_EQ(text(d.payload), "he");
  EXPECT_EQ(d.payload_length, 5u);
  EXPECT_EQ(d.frame_length, original);
}
TEST(Internet, LengthZeroOfOffloadedPackets) {
  ByteVector packet = kPacket;
  packet[2] = packet[3] = 0;
  expect_hello(decoded(test::ethernet(1, 2, 0x0800, packet)));
}
TEST(Internet, HeadersThatDoNotFitAreMalformed) {
  for (const auto& [at, value] :
       {std::pair<std::size_t, std::uint8_t>{0, 0x41}, {3, 19}, {20 + 12, 0x10}, {20 + 12, 0xF0}}) {
    ByteVector packet = kPacket;
    packet[at] = value;
    EXPECT_TRUE(decoded(test::ethernet(1, 2, 0x0800, packet)).malformed) << at;
  }
}
TEST(Internet, EveryTruncationAndEveryByteFlipIsSafe) {
  const ByteVector frame = test::ethernet(1, 2, 0x8100, hex("0064 0800") + kPacket);
  for (std::size_t size = 0; size < frame.size(); ++size)
    decoded(ByteVector(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)));
  for (std::size_t at = 0; at < frame.size(); ++at)
    for (int value = 0; value < 256; ++value) {
      ByteVector odd = frame;
      odd[at] = static_cast<std::uint8_t>(value);
      const Decoded d = decoded(odd);
      EXPECT_LE(d.payload.size(), odd.size());
    }
}

TEST(Tunnels, GreVxlanAndIpInIp) {
  for (const ByteVector& outer :
       {test::ipv4(8, 9, 47, hex("0000 0800") + kPacket),
        test::ipv4(8, 9, 47, hex("B000 0800 00000000 00000001 00000002") + kPacket), test::ipv4(8, 9, 4, kPacket),
        test::ipv4(8, 9, 17, test::udp(5000, 4789, hex("08000000 00002A00") + test::ethernet(3, 4, 0x0800, kPacket))),
        test::ipv4(8, 9, 47, hex("1000 88BE 00000001 1001000000000000") + test::ethernet(3, 4, 0x0800, kPacket))}) {
    const ByteVector frame = test::ethernet(1, 2, 0x0800, outer);
    const Decoded first = decoded(frame);
    EXPECT_EQ(to_string(first.source), "10.0.0.8");
    Decoded inner;
    ASSERT_TRUE(decapsulate(first, inner));
    expect_hello(inner);
    EXPECT_EQ(inner.depth, 1);
    EXPECT_EQ(inner.frame_length, frame.size());
    EXPECT_FALSE(decapsulate(inner, inner));
  }
}
TEST(Tunnels, NestingIsBounded) {
  ByteVector packet = kPacket;
  for (int i = 0; i < 10; ++i) packet = test::ipv4(8, 9, 4, packet);
  const ByteVector frame = test::ethernet(1, 2, 0x0800, packet);
  Decoded outer = decoded(frame), inner;
  int depth = 0;
  for (; decapsulate(outer, inner); outer = inner) ++depth;
  EXPECT_EQ(depth, kDeepest);
}

class Fragments : public testing::Test {
 protected:
  // A piece of kSegment's IP datagram.
  Decoded piece(std::size_t from, std::size_t size, bool more, std::uint8_t mark = 0) {
    ByteVector part(kSegment.begin() + static_cast<std::ptrdiff_t>(from),
                    kSegment.begin() + static_cast<std::ptrdiff_t>(from + size));
    if (mark) part.back() = mark;
    ByteVector packet = test::ipv4(1, 2, 6, part);
    packet[5] = 7;  // identification
    packet[6] = static_cast<std::uint8_t>((more ? 0x20 : 0) | from / 8 >> 8);
    packet[7] = static_cast<std::uint8_t>(from / 8);
    frames_.push_back(test::ethernet(1, 2, 0x0800, packet));
    return decoded(frames_.back());
  }
  std::deque<ByteVector> frames_;
  FragmentTable table_;
};

TEST_F(Fragments, ComeTogetherInAnyOrder) {
  for (const auto& order : {std::vector{0, 1, 2}, std::vector{2, 1, 0}, std::vector{1, 0, 2}}) {
    std::shared_ptr<const ByteVector> whole;
    Decoded last;
    for (const int i : order) {
      Decoded d = i == 0 ? piece(0, 8, true) : i == 1 ? piece(8, 16, true) : piece(24, 1, false);
      EXPECT_TRUE(d.is_fragment);
      EXPECT_FALSE(d.has_ports);
      EXPECT_FALSE(whole);
      whole = table_.offer(d, PacketRef{});
      last = d;
    }
    ASSERT_TRUE(whole);
    EXPECT_FALSE(last.is_fragment);
    expect_hello(last);
  }
}
TEST_F(Fragments, CopiesAreHarmlessAndOverlapsCounted) {
  Decoded a = piece(0, 16, true), copy = piece(0, 16, true), forged = piece(8, 16, true, 0x55),
          rest = piece(16, 9, false);
  EXPECT_FALSE(table_.offer(a, PacketRef{}));
  EXPECT_FALSE(table_.offer(copy, PacketRef{}));
  EXPECT_EQ(table_.overlaps(), 0u);
  EXPECT_FALSE(table_.offer(forged, PacketRef{}));
  EXPECT_EQ(table_.overlaps(), 1u);
  const auto whole = table_.offer(rest, PacketRef{});  // the payload lies in it
  ASSERT_TRUE(whole);
  expect_hello(rest);  // the first copy won
}
TEST_F(Fragments, OldPiecesDoNotMeetNewOnes) {
  Decoded a = piece(0, 16, true), rest = piece(16, 9, false);
  EXPECT_FALSE(table_.offer(a, PacketRef{}));
  EXPECT_FALSE(table_.offer(rest, PacketRef(FragmentTable::kTimeout + 1, 0, 0)));
  EXPECT_EQ(table_.given_up(), 1u);
}

TEST_F(Fragments, TheOldestGoWhenTheirBytesAreTooMany) {
  FragmentTable small(40);
  Decoded first = piece(0, 16, true);
  EXPECT_FALSE(small.offer(first, PacketRef(1, 0, 0)));
  for (std::uint8_t i = 0; i < 2; ++i) {
    Decoded other = piece(0, 16, true);
    other.fragment_id = 100u + i;
    EXPECT_FALSE(small.offer(other, PacketRef(2, 5, 0)));
  }
  EXPECT_EQ(small.given_up(), 1u);
  EXPECT_EQ(small.open(), (std::vector<std::uint32_t>{5, 5}));
  Decoded rest = piece(16, 9, false);
  EXPECT_FALSE(small.offer(rest, PacketRef(3, 0, 0)));
}
TEST_F(Fragments, PiecesThatReceiversDropGiveWay) {
  for (const bool forged_first : {true, false}) {
    Decoded good = piece(0, 16, true), forged = piece(0, 16, true, 0x55), rest = piece(16, 9, false);
    good.header_checksum = rest.header_checksum = Checksum::right;
    forged.header_checksum = Checksum::wrong;
    for (const bool forged_now : {forged_first, !forged_first})
      EXPECT_FALSE(table_.offer(forged_now ? forged : good, PacketRef{}));
    const auto whole = table_.offer(rest, PacketRef{});
    ASSERT_TRUE(whole);
    expect_hello(rest);
  }
}

Checksum transport_sum(const ByteVector& packet) {
  return checksum_of_transport(decoded(test::ethernet(1, 2, packet[0] >> 4 == 6 ? 0x86DD : 0x0800, packet)));
}
TEST(Checksums, OfEachTransportAndEachOctet) {
  for (const ByteVector& packet :
       {test::with_checksums(kPacket), test::with_checksums(test::ipv4(1, 2, 17, test::udp(1, 2, test::ascii("odd")))),
        test::with_checksums(test::ipv4(1, 2, 1, hex("0800 0000 0001 0001 61")))}) {
    const Decoded d = decoded(test::ethernet(1, 2, 0x0800, packet));
    EXPECT_EQ(d.header_checksum, Checksum::right);
    EXPECT_EQ(checksum_of_transport(d), Checksum::right);
    for (std::size_t at = 20; at < packet.size(); ++at) {
      ByteVector changed = packet;
      changed[at] ^= 0x40;
      const Checksum sum = transport_sum(changed);
      EXPECT_TRUE(sum == Checksum::wrong || sum == Checksum::none) << at;  // none: lengths that no longer fit
    }
    for (std::size_t at = 1; at < 20; ++at) {
      ByteVector changed = packet;
      changed[at] ^= 0x40;
      const Decoded c = decoded(test::ethernet(1, 2, 0x0800, changed));
      EXPECT_TRUE(c.header_checksum == Checksum::wrong || c.malformed) << at;
    }
  }
}
TEST(Checksums, WhatTheAdapterFillsInLaterIsDeferred) {
  ByteVector packet = test::with_checksums(kPacket);
  // 0A00 + 0001 + 0A00 + 0002 + 6, with the length of 25 and without
  for (const char* partial : {"1422", "1409", "0000"}) {
    packet[36] = hex(partial)[0], packet[37] = hex(partial)[1];
    EXPECT_EQ(transport_sum(packet), Checksum::deferred) << partial;
  }
  packet[10] = packet[11] = 0;
  EXPECT_EQ(decoded(test::ethernet(1, 2, 0x0800, packet)).header_checksum, Checksum::deferred);
  // longer than a frame can be: put together by the adapter that received it
  ByteVector merged = test::with_checksums(test::ipv4(1, 2, 6, test::tcp(1, 2, 3, 4, 0x10, ByteVector(3000, 7))));
  merged[36] ^= 1;
  EXPECT_EQ(transport_sum(merged), Checksum::deferred);
}
TEST(Checksums, NoneWhereThereIsNothingToCheck) {
  EXPECT_EQ(transport_sum(test::ipv4(1, 2, 17, test::udp(1, 2, test::ascii("none")))), Checksum::none);
  EXPECT_EQ(transport_sum(test::ipv4(1, 2, 47, hex("0000 0800"))), Checksum::none);
  ByteVector cut = test::ethernet(1, 2, 0x0800, test::with_checksums(kPacket));
  cut.pop_back();
  EXPECT_EQ(checksum_of_transport(decoded(cut, 1, 100)), Checksum::none);
  // a routing header, whose last address goes into the pseudo-header (RFC 8200 §8.1)
  ByteVector routed =
      hex("60000000 0020 2B 40") + ByteVector(32, 1) + hex("1100 0000 00000000") + test::udp(1, 2, ByteVector(16, 1));
  routed[48 + 6] = 0x12;
  EXPECT_EQ(transport_sum(routed), Checksum::none);
}

// KAKOI_CHECKSUMS names a file of captures, one a line: prints what the checksums of each packet are, for
// tests/conformance/checksums.py.
TEST(Checksums, OfGivenCaptures) {
  const char* const list = std::getenv("KAKOI_CHECKSUMS");
  if (!list) GTEST_SKIP();
  std::ifstream names(list);
  const auto sign = [](Checksum sum) { return "-+!~"[static_cast<int>(sum)]; };  // none, right, wrong, deferred
  for (std::string name; std::getline(names, name);) {
    std::unique_ptr<capture::CaptureFile> file;
    try {
      file = std::make_unique<capture::CaptureFile>(name);
    } catch (const capture::CaptureError&) {
      continue;
    }
    std::cout << "> " << name << "\n";
    for (unsigned number = 1; const RawPacket* raw = file->peek(); ++number, file->pop()) {
      Decoded packet, inner;
      decode(*raw, packet);
      std::cout << number;
      for (;;) {
        if (packet.source.is_ip() && packet.network != NetworkLayer::arp)
          std::cout << ' ' << sign(packet.header_checksum) << sign(checksum_of_transport(packet))
                    << unsigned{packet.protocol};
        if (decapsulate(packet, inner) == kNoTunnel) break;
        packet = inner;
      }
      std::cout << "\n";
    }
  }
}

}  // namespace
}  // namespace kakoi::decode
