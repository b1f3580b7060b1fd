// Bytes of TCP that must have been sent, for the other side acknowledged them or later ones came (RFC 9293 §3.4).
#include "sensor/flow/unseen.h"

#include <gtest/gtest.h>

namespace kakoi::flow {
namespace {

constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

struct Talk {
  Unseen unseen;
  Talk& segment(std::size_t side, std::uint8_t flags, std::uint32_t sequence, std::uint32_t acknowledgement,
                std::uint32_t length = 0) {
    Decoded p;
    p.tcp_flags = flags;
    p.sequence = sequence;
    p.acknowledgement = acknowledgement;
    p.payload_length = length;
    unseen.segment(side, p);
    return *this;
  }
  // Side 0 begins at `a`, side 1 at `b`.
  Talk& handshake(std::uint32_t a, std::uint32_t b) {
    return segment(0, kSyn, a, 0).segment(1, kSyn | kAck, b, a + 1).segment(0, kAck, a + 1, b + 1);
  }
  std::uint64_t total() const { return unseen.total(); }
};

TEST(Unseen, NothingInAWholeConversation) {
  Talk t;
  t.handshake(100, 900).segment(0, kAck, 101, 901, 12).segment(1, kAck, 901, 113, 11).segment(0, kAck, 113, 912);
  t.segment(0, kFin | kAck, 113, 912).segment(1, kFin | kAck, 912, 114).segment(0, kAck, 114, 913);
  EXPECT_EQ(t.total(), 0u);
}
TEST(Unseen, AcknowledgedButNotSeen) {
  EXPECT_EQ(Talk().handshake(100, 900).segment(1, kAck, 901, 101 + 12).total(), 12u);
}
TEST(Unseen, PassedOverByLaterData) {
  EXPECT_EQ(Talk().handshake(100, 900).segment(0, kAck, 121, 901, 10).total(), 20u);
}
TEST(Unseen, WhatComesLateFillsTheHole) {
  Talk t;
  t.handshake(100, 900).segment(0, kAck, 121, 901, 10).segment(0, kAck, 101, 901, 5);
  EXPECT_EQ(t.total(), 15u);
  EXPECT_EQ(t.segment(0, kAck, 106, 901, 15).total(), 0u);
}
TEST(Unseen, RetransmissionsAndKeepAlivesChangeNothing) {
  Talk t;
  t.handshake(100, 900).segment(0, kAck, 101, 901, 12).segment(0, kAck, 101, 901, 12).segment(0, kAck, 112, 901, 1);
  EXPECT_EQ(t.segment(1, kAck, 901, 113).total(), 0u);
}
TEST(Unseen, SeveralHolesAddUp) {
  Talk t;
  t.handshake(100, 900).segment(0, kAck, 111, 901, 10).segment(0, kAck, 131, 901, 10).segment(1, kAck, 901, 146);
  EXPECT_EQ(t.total(), 10u + 10u + 5u);
}
TEST(Unseen, ACaptureThatBeginsInTheMiddleMissesNothing) {
  EXPECT_EQ(Talk().segment(1, kAck, 50'000, 70'000, 10).segment(0, kAck, 70'000, 50'010, 5).total(), 0u);
}
TEST(Unseen, SequenceNumbersWrap) {
  const std::uint32_t a = 0xFFFF'FFF0;
  Talk t;
  t.handshake(a, 900).segment(0, kAck, a + 1, 901, 10).segment(0, kAck, a + 31, 901, 10).segment(1, kAck, 901, a + 41);
  EXPECT_EQ(t.total(), 20u);
}
TEST(Unseen, ResetsAndWildNumbersDoNotCount) {
  Talk t;
  t.handshake(100, 900).segment(0, kRst, 5'000'000, 0).segment(1, kAck, 901, 101 + (100 << 20));
  EXPECT_EQ(t.total(), 0u);
}

}  // namespace
}  // namespace kakoi::flow
