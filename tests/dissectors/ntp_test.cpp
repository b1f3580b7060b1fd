#include "dissectors/ntp/ntp.h"

#include <gtest/gtest.h>

#include "tests/support/observe.h"

namespace kakoi {
namespace {

using test::client;
using test::hex;
using test::observe;
using test::server;

// zeek, ntp/NTP_sync.pcap: the first question and its answer.
constexpr std::string_view kQuestion =
    "23000000 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 cc2b0c4efb1abd7d";
constexpr std::string_view kAnswer =
    "240600ec 00000000 000002e3 7f7f0100 cc2b0c374b1a1279 cc2b0c4efb1abd7d cc2b0c4efa8a1cac cc2b0c4efa8b00e5";

bool fits(std::string_view bytes) { return ntp::protocol.frame(hex(bytes), Role::client).kind == Frame::Kind::whole; }

TEST(Ntp, StatesTheModeOfBothSides) {
  const auto seen = observe(ntp::protocol, {client(kQuestion), server(kAnswer)}, Transport::udp).all<Operation>();
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0].cls, OperationClass::time);
  EXPECT_EQ(seen[0].function_code, 3u);
  EXPECT_EQ(seen[1].function_code, 4u);
  EXPECT_EQ(ntp::protocol.function_name(4), "server");
}

TEST(Ntp, TellsWhoAsks) {
  EXPECT_EQ(ntp::protocol.speaker(hex(kQuestion)).role, Role::client);
  EXPECT_EQ(ntp::protocol.speaker(hex(kAnswer)).role, Role::server);
  EXPECT_FALSE(ntp::protocol.speaker(hex("25 00")).certain);  // broadcast
}

TEST(Ntp, ControlMessagesAreDiagnostic) {
  // ntpq -c rv: RFC 9327 §2, read variables of association 0.
  const auto seen = observe(ntp::protocol, {client("16 02 0001 0000 0000 0000 0000")}, Transport::udp).all<Operation>();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].cls, OperationClass::diagnostic);
  EXPECT_EQ(seen[0].function_code, 6u);
}

TEST(Ntp, RecognisesMonlist) {
  // ntpd's MON_GETLIST_1 (request 42), as used for amplification.
  EXPECT_TRUE(fits("17 00 03 2a 0000 0000"));
  EXPECT_FALSE(fits("17 00 09 2a 0000 0000"));
}

// suricata-verify, vxlan-decoder-03/vxlan.pcap, frame 1
TEST(Ntp, KnowsAClientThatHidesItsPrecision) {
  const auto asks = hex("230009200000000000000000000000000000000000000000000000000000000000000000000000006e7c1f1daa4d542f");
  EXPECT_EQ(ntp::protocol.frame(asks, Role::client).kind, Frame::Kind::whole);
  auto other = asks;
  other[1] = 2;  // a stratum, which such a client has not
  EXPECT_EQ(ntp::protocol.frame(other, Role::client).kind, Frame::Kind::foreign);
}

TEST(Ntp, LeavesNameLookupsAlone) {
  // suricata-verify, tests/smb2-ntlmssp-negotiateflags/input.pcap holds LLMNR whose random ids look like the first
  // octets of control and private messages; here such ids before a question for "wpad".
  constexpr std::string_view kLookup = "0000 0001 0000 0000 0000 04 77706164 00 0001 0001";
  for (const char* id : {"1602", "1e01", "1682", "1700", "9700"})
    EXPECT_FALSE(fits(std::string(id) + std::string(kLookup))) << id;
}

TEST(Ntp, RefusesWhatNoClockSends) {
  EXPECT_TRUE(fits(kQuestion));
  EXPECT_FALSE(fits(std::string_view(kQuestion).substr(0, 80)));  // 36 octets
  EXPECT_FALSE(fits(
      "23110000 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 cc2b0c4efb1abd7d"));  // stratum 17
  EXPECT_FALSE(fits(
      "2300FF7F 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 cc2b0c4efb1abd7d"));  // precision 2^127 s
  EXPECT_FALSE(fits(
      "20000000 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 cc2b0c4efb1abd7d"));  // mode 0
  EXPECT_FALSE(fits(
      "3B000000 00000000 00000000 00000000 0000000000000000 0000000000000000 0000000000000000 cc2b0c4efb1abd7d"));  // version 7
}

}  // namespace
}  // namespace kakoi
