// Packets that the mirror port shows more than once, in one VLAN or in two.
#include "script.h"

namespace kakoi {
namespace {

using namespace test;

TEST(Mirror, CopyOfEveryPacketCountsOnce) {
  Script s;
  s.handshake().client(kAck, kRequest).server(kAck, kAnswer);
  std::vector<Record> twice;
  for (const Record& r : s.records()) twice.push_back(r), twice.push_back({r.ts + 1000, r.bytes});
  const Observed o = observed({pcap(twice)});
  EXPECT_EQ(o.operations.at(0).from_client, 1u);
  EXPECT_EQ(only_tcp(o).packets[0], 3u);
  EXPECT_EQ(only_tcp(o).packets[1], 2u);
  EXPECT_EQ(o.captures.at(0).packets, 10u);
  EXPECT_EQ(o.captures.at(0).duplicates, 5u);
}
ByteVector tagged(const ByteVector& frame, std::uint8_t vlan) {
  ByteVector out(frame.begin(), frame.begin() + 12);
  out = out + ByteVector{0x81, 0x00, 0x00, vlan};
  out.insert(out.end(), frame.begin() + 12, frame.end());
  return out;
}
Script polls() {
  Script s;
  s.handshake();
  for (int i = 0; i < 20; ++i) s.client(kAck, kRequest).server(kAck, kAnswer);
  return s;
}
std::uint64_t messages(const Observed& o) {
  std::uint64_t sum = 0;
  for (const OperationRow& row : o.operations) sum += row.from_client + row.from_server;
  return sum;
}

TEST(Mirror, AConversationMirroredInTwoVlansCountsOnce) {
  const std::vector<Record> poll = polls().records();
  std::vector<Record> both;
  for (const Record& r : poll) {
    both.push_back(r);
    both.push_back({r.ts + 100'000, tagged(r.bytes, 5)});
  }
  const Observed o = observed({pcap(both)});
  EXPECT_EQ(messages(o), 40u);
  EXPECT_EQ(only_tcp(o).packets, (std::array<std::uint64_t, 2>{22, 21}));
}

// Requests come first in the one, answers in the other.
TEST(Mirror, AConversationMirroredInTwoVlansStaysOne) {
  const std::vector<Record> poll = polls().records();
  std::vector<Record> both;
  for (const Record& r : poll) {
    const bool asks = r.bytes[11] == poll[0].bytes[11];
    both.push_back({r.ts, asks ? r.bytes : tagged(r.bytes, 5)});
    both.push_back({r.ts + 100'000, asks ? tagged(r.bytes, 5) : r.bytes});
  }
  const Observed o = observed({pcap(both)});
  EXPECT_EQ(messages(o), 40u);
  EXPECT_EQ(only_tcp(o).packets, (std::array<std::uint64_t, 2>{22, 21}));
}

// Requests pass a router between two VLANs, answers take the second alone.
TEST(Mirror, AnswersOfAnotherVlanBelongToTheConversation) {
  const std::vector<Record> poll = polls().records();
  std::vector<Record> both;
  for (const Record& r : poll) {
    if (r.bytes[11] == poll[0].bytes[11]) both.push_back(r);
    ByteVector behind = r.bytes;
    behind[11] = 9;   // the router's MAC
    behind[22] = 63;  // one router further
    both.push_back({r.ts + 100'000, tagged(r.bytes[11] == poll[0].bytes[11] ? behind : r.bytes, 5)});
  }
  const Observed o = observed({pcap(both)});
  EXPECT_EQ(messages(o), 40u);
  const LinkRow link = only_tcp(o);
  EXPECT_EQ(link.packets, (std::array<std::uint64_t, 2>{22, 21}));
  EXPECT_EQ(link.state, LinkState::established);
  const auto sent = [&](std::uint32_t vlan) {
    return o.bindings.at({Address::mac(hex("020000000002")), Address::ipv4(0x0A000002), vlan}).as_source.count;
  };
  EXPECT_EQ(sent(0), 0u);
  EXPECT_EQ(sent(5), 21u);
}

// Somebody sends the first packet in another VLAN, too, so that all that follows passes for a copy.
TEST(Mirror, ATwinHidesNoConversation) {
  const std::vector<Record> poll = polls().records();
  std::vector<Record> sent = {poll[0]};
  for (const Record& r : poll) sent.push_back({r.ts + 100'000, tagged(r.bytes, 5)});
  EXPECT_EQ(messages(observed({pcap(sent)})), 40u);
}

}  // namespace
}  // namespace kakoi
