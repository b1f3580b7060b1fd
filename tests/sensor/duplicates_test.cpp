// Which packets are copies of one that was there before, by the bytes on the wire.
#include "sensor/pipeline/duplicates.h"

#include <gtest/gtest.h>

#include <memory>

#include "sensor/decode/decode.h"
#include "tests/support/packets.h"

namespace kakoi::pipeline {
namespace {

using test::ByteVector;
using test::hex;

constexpr std::int64_t kMicrosecond = 1'000, kMillisecond = 1'000'000, kSecond = 1'000'000'000;
constexpr std::uint8_t kRst = 4;

// A Modbus request from a plant's capture: 192.168.50.10 to .31, identification 4B1A, TTL 128.
const ByteVector kRequest =
    hex("28E98E665031 001697115010 0800"
        "4500 0034 4B1A 4000 80 06 0000 C0A8320A C0A8321F"
        "9C40 01F6 00001000 00002000 5018 FAF0 1234 0000"
        "0001 0000 0006 01 03 0000 000A");
constexpr std::size_t kMacs = 0, kId = 18, kTtl = 22, kChecksum = 24, kSequence = 38, kData = 54;

ByteVector with(ByteVector bytes, std::size_t at, const ByteVector& change) {
  std::copy(change.begin(), change.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
  return bytes;
}
ByteVector tagged(ByteVector bytes, const ByteVector& tag) {
  bytes.insert(bytes.begin() + 12, tag.begin(), tag.end());
  return bytes;
}
// Without identification, as Linux sends it: what follows a packet for which there is no connection any more.
const ByteVector kReset = test::ethernet(1, 2, 0x0800, test::ipv4(1, 2, 6, test::tcp(40000, 502, 1000, 0, kRst)));

class Duplicates : public ::testing::Test {
 protected:
  Copy at(std::int64_t ts, const ByteVector& bytes, std::uint32_t capture = 0) {
    const auto memory = std::make_shared<const ByteVector>(bytes);
    RawPacket raw;
    raw.data = *memory;
    raw.original_length = static_cast<std::uint32_t>(bytes.size());
    raw.link_type = 1;
    raw.ref = {ts, capture, ++number_};
    Decoded decoded;
    decode::decode(raw, decoded);
    sighting_ = table_.look_up(decoded, raw.ref, memory);
    return sighting_.copy;
  }
  // Packets of all kinds, each once.
  void singles(std::int64_t ts, std::uint32_t packets, std::uint32_t capture = 0) {
    for (std::uint32_t i = 0; i < packets; ++i) {
      const auto id = static_cast<std::uint16_t>(++id_);
      const ByteVector bytes{static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)};
      EXPECT_EQ(at(ts, with(kRequest, kId, bytes), capture), Copy::none);
    }
  }
  DuplicateTable table_;
  Sighting sighting_;
  std::uint32_t number_ = 0, id_ = 0x5000;
};

TEST_F(Duplicates, TheSameWithinAMillisecond) {
  EXPECT_EQ(at(0, kRequest), Copy::none);
  EXPECT_EQ(at(2 * kMicrosecond, kRequest), Copy::exact);
  EXPECT_EQ(at(kMillisecond, kRequest), Copy::exact);
  EXPECT_EQ(at(kMillisecond + 1, kRequest), Copy::none);
}
// A ring file that was copied twice: the same record has the same time, or was written in microseconds.
TEST_F(Duplicates, OneRecordInTwoCapturesIsOne) {
  table_.expect(2);
  EXPECT_EQ(at(5 * kMicrosecond + 400, kRequest, 0), Copy::none);
  EXPECT_EQ(at(5 * kMicrosecond, kRequest, 1), Copy::recorded);
  // its copy by the mirror is in both files, too
  EXPECT_EQ(at(9 * kMicrosecond, kRequest, 0), Copy::exact);
  EXPECT_EQ(at(9 * kMicrosecond, kRequest, 1), Copy::exact);
  // forwarded at that instant: another frame
  EXPECT_EQ(at(5 * kMicrosecond + 400, with(kRequest, kTtl, hex("7F")), 1), Copy::routed);
}
// Two recorders of one mirror: their clocks differ, so that both count, and it is told.
TEST_F(Duplicates, AnotherRecordersPacketIsToldAndCounts) {
  table_.expect(2);
  EXPECT_EQ(at(0, kRequest, 0), Copy::none);
  EXPECT_FALSE(sighting_.near_other);
  EXPECT_EQ(at(500 * kMicrosecond, kRequest, 1), Copy::none);
  EXPECT_TRUE(sighting_.near_other);
  EXPECT_EQ(at(3 * kMillisecond, kRequest, 1), Copy::none);
  EXPECT_FALSE(sighting_.near_other);
}
TEST_F(Duplicates, ALittleOutOfOrder) {
  EXPECT_EQ(at(10 * kMicrosecond, kRequest), Copy::none);
  EXPECT_EQ(at(0, kRequest), Copy::exact);
}
TEST_F(Duplicates, ARetransmissionIsAPacketOfItsOwn) {
  EXPECT_EQ(at(0, kRequest), Copy::none);
  EXPECT_EQ(at(100 * kMicrosecond, with(kRequest, kId, hex("4B1B"))), Copy::none);
  EXPECT_EQ(at(200 * kMillisecond, kRequest), Copy::none);
}
TEST_F(Duplicates, OtherContentIsAnotherPacket) {
  EXPECT_EQ(at(0, kRequest), Copy::none);
  EXPECT_EQ(at(1, with(kRequest, kSequence, hex("00001001"))), Copy::none);
  EXPECT_EQ(at(2, with(with(kRequest, 50, hex("1235")), kData + 11, hex("0B"))), Copy::none);
}
TEST_F(Duplicates, RoutedIsTtlAndMacs) {
  EXPECT_EQ(at(0, kRequest), Copy::none);
  const ByteVector behind =
      with(with(with(kRequest, kMacs, hex("02AA00000001 02AA00000002")), kTtl, hex("7F")), kChecksum, hex("CB2F"));
  EXPECT_EQ(at(5 * kMicrosecond, behind), Copy::routed);
  EXPECT_FALSE(sighting_.elsewhere);
  EXPECT_EQ(at(6 * kMicrosecond, behind), Copy::exact);  // and that twice
  EXPECT_EQ(at(7 * kMicrosecond, kRequest), Copy::exact);
}
TEST_F(Duplicates, RoutedIntoAnotherVlan) {
  EXPECT_EQ(at(0, tagged(kRequest, hex("8100 000A"))), Copy::none);
  const ByteVector behind = with(with(kRequest, kMacs, hex("02AA00000001 02AA00000002")), kTtl, hex("7F"));
  EXPECT_EQ(at(5 * kMicrosecond, tagged(behind, hex("8100 0014"))), Copy::routed);
  EXPECT_TRUE(sighting_.elsewhere);
}
TEST_F(Duplicates, AnotherTagAndNothingElse) {
  EXPECT_EQ(at(0, kRequest), Copy::none);
  EXPECT_EQ(at(kMicrosecond, tagged(kRequest, hex("8100 000A"))), Copy::vlan);
}
TEST_F(Duplicates, CopiedMachineCellsAreNoCopies) {
  EXPECT_EQ(at(0, tagged(kRequest, hex("8100 000A"))), Copy::none);
  EXPECT_EQ(at(kMicrosecond, tagged(with(kRequest, kMacs, hex("02AA00000001 02AA00000002")), hex("8100 0014"))),
            Copy::none);
}
TEST_F(Duplicates, CapturesAreApart) {
  EXPECT_EQ(at(0, kRequest, 0), Copy::none);
  EXPECT_EQ(at(1, kRequest, 1), Copy::none);
  EXPECT_EQ(at(2, kRequest, 0), Copy::exact);
}
// Sent first, to be taken for the packet: the head and its checksum are those of the true one, the rest is not.
TEST_F(Duplicates, AForgedPacketHidesNothing) {
  const ByteVector packet = test::with_checksums(
      test::ipv4(1, 2, 6, test::tcp(40000, 502, 1000, 0, 24, hex("0001 0000 000B 11 10 006B 0002 04 0001 0002"))));
  const ByteVector plain = test::ethernet(1, 2, 0x0800, packet);
  ByteVector forged = plain, other_way = plain, damaged = plain;
  forged.back() ^= 0xFF;
  other_way.back() ^= 0xFF;
  --other_way[kTtl];  // as if a router stood between
  damaged[kChecksum] ^= 0xFF;
  for (const ByteVector& first : {forged, other_way, damaged}) {
    const std::int64_t begin = number_ * kSecond;
    EXPECT_EQ(at(begin, first), Copy::none);
    EXPECT_EQ(at(begin + 1, plain), Copy::none);
    EXPECT_EQ(at(begin + 2, plain), Copy::exact);
  }
  EXPECT_EQ(at(100 * kSecond, damaged), Copy::none);  // what the mirror delivers twice is one all the same
  EXPECT_EQ(at(100 * kSecond + 1, damaged), Copy::exact);
}
// Pieces of memory are numbered with 16 bits; those whose numbers come again are others.
TEST_F(Duplicates, MemoryIsFollowedForLong) {
  for (std::uint32_t i = 0; i < 70000; ++i) {
    const auto id = static_cast<std::uint16_t>(i);
    EXPECT_EQ(at(i, with(kRequest, kId, {static_cast<std::uint8_t>(id >> 8), static_cast<std::uint8_t>(id)})),
              Copy::none);
  }
  EXPECT_EQ(at(kSecond, kRequest), Copy::none);
  EXPECT_EQ(at(kSecond, kRequest), Copy::exact);
}
TEST_F(Duplicates, PaddingOfTheFrameIsNoContent) {
  ByteVector shorter = kRequest;
  EXPECT_EQ(at(0, kRequest), Copy::none);
  shorter.insert(shorter.end(), 6, 0);  // as the network card of another port pads it
  EXPECT_EQ(at(1, shorter), Copy::exact);
}

// RFC 9293 §3.10.7.1: each segment to a closed connection is answered by a RST, which looks the same each time.
TEST_F(Duplicates, TwoResetsAreTwo) {
  singles(0, DuplicateTable::kUndecided);
  EXPECT_EQ(at(kMillisecond, kReset), Copy::none);
  EXPECT_EQ(at(kMillisecond + 60 * kMicrosecond, kReset), Copy::none);
}
TEST_F(Duplicates, TwoResetsAreOneWhereAllIsDeliveredTwice) {
  singles(0, DuplicateTable::kUndecided);
  at(kMillisecond, kRequest);
  EXPECT_EQ(at(kMillisecond + 1, kRequest), Copy::exact);
  EXPECT_EQ(at(kMillisecond + 2, kReset), Copy::none);
  EXPECT_EQ(at(kMillisecond + 3, kReset), Copy::exact);
  EXPECT_EQ(at(kMillisecond + 4, kReset, 1), Copy::none);
  singles(kMillisecond + 5, DuplicateTable::kUndecided, 1);
  EXPECT_EQ(at(kMillisecond + 6, kReset, 1), Copy::none);  // of another capture this says nothing
}
TEST_F(Duplicates, WhatWasOnceTrueIsForgotten) {
  at(0, kRequest);
  EXPECT_EQ(at(1, kRequest), Copy::exact);
  singles(2, DuplicateTable::kRemembered);
  at(kSecond, kReset);
  EXPECT_EQ(at(kSecond + 1, kReset), Copy::exact);
  at(2 * kSecond, kReset);
  EXPECT_EQ(at(2 * kSecond + 1, kReset), Copy::none);
}
TEST_F(Duplicates, AQuietCaptureRemembers) {
  at(0, kRequest);
  EXPECT_EQ(at(1, kRequest), Copy::exact);
  at(3600 * kSecond, kReset);
  EXPECT_EQ(at(3600 * kSecond + 1, kReset), Copy::exact);
}

// Profinet, EtherCAT and the like: frames of equal content follow each other every 125 µs and more.
TEST_F(Duplicates, CyclicFramesAreNotCopies) {
  const ByteVector frame = test::ethernet(1, 2, 0x88A4, hex("0E10 0001 0203 0405 0607 0809 0A0B 0C0D 0E0F"));
  at(0, kRequest);
  EXPECT_EQ(at(1, kRequest), Copy::exact);
  EXPECT_EQ(at(1000 * kMicrosecond, frame), Copy::none);
  EXPECT_EQ(at(1125 * kMicrosecond, frame), Copy::none);
  EXPECT_EQ(at(1127 * kMicrosecond, frame), Copy::exact);
}
TEST_F(Duplicates, ShortAndBrokenPacketsAreSafe) {
  for (std::size_t length = 0; length <= kRequest.size(); ++length) {
    const ByteVector cut(kRequest.begin(), kRequest.begin() + static_cast<std::ptrdiff_t>(length));
    at(0, cut);
    at(1, cut);
  }
}

}  // namespace
}  // namespace kakoi::pipeline
