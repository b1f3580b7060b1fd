// From landmark to landmark a reader meets the same packets as one that reads everything.
#include <gtest/gtest.h>

#include "sensor/capture/capture_set.h"
#include "tests/support/packets.h"

namespace kakoi::capture {
namespace {

using test::ByteVector;

struct Met {
  std::int64_t ts;
  std::uint64_t number;
  std::uint32_t link_type;
  ByteVector data;
  bool operator==(const Met&) const = default;
};
Met met(const RawPacket& p) {
  return {p.ref.ts, p.ref.number(), p.link_type, ByteVector(p.data.begin(), p.data.end())};
}

struct Read {
  std::vector<Met> packets;
  std::vector<Landmark> landmarks;
};
Read read_all(const std::filesystem::path& path, std::uint64_t octets) {
  CaptureFile file(path);
  file.mark_every(octets);
  Read all;
  for (; const RawPacket* p = file.peek(); file.pop()) all.packets.push_back(met(*p));
  all.landmarks = std::move(file).landmarks();
  return all;
}

// After `first` packets straight to packet `wanted`: how many were read besides, or −1 if it was another one.
int reads_until(const std::filesystem::path& path, const Read& all, std::size_t first, std::size_t wanted) {
  CaptureFile file(path, Hashing::no);
  for (std::size_t i = 0; i < first; ++i) {
    file.peek();
    file.pop();
  }
  for (int besides = 0;; ++besides) {
    file.skip_towards(static_cast<std::uint32_t>(wanted), all.landmarks);
    const RawPacket* p = file.peek();
    if (!p || p->ref.number() > wanted) return -1;
    if (p->ref.number() == wanted) return met(*p) == all.packets[wanted - 1] ? besides : -1;
    file.pop();
  }
}

// The most packets that were read on the way from any packet to any behind it.
int most_between(const std::filesystem::path& path, const Read& all) {
  int most = 0;
  for (std::size_t first = 0; first < all.packets.size(); ++first)
    for (std::size_t wanted = first + 1; wanted <= all.packets.size(); ++wanted) {
      const int besides = reads_until(path, all, first, wanted);
      if (besides < 0) return -1;
      most = std::max(most, besides);
    }
  return most;
}

std::vector<test::Record> records(int n) {
  std::vector<test::Record> out;
  for (int i = 0; i < n; ++i) {
    const std::size_t length = 20u + static_cast<unsigned>(i) % 7;
    out.push_back({1'700'000'000'000'000'000 + i * 1'000'000'000LL,
                   test::ethernet(1, 2, 0x88B5, ByteVector(length, static_cast<std::uint8_t>(i)))});
  }
  return out;
}

TEST(Landmarks, LeadToTheSamePackets) {
  const test::TemporaryFolder folder;
  const auto path = folder.write("a.pcap", test::pcap(records(60)));
  const Read all = read_all(path, 200);
  ASSERT_EQ(all.packets.size(), 60u);
  EXPECT_EQ(all.landmarks.size(), 15u);  // records of 50 to 56 octets: one behind each fourth
  EXPECT_EQ(most_between(path, all), 3);
}

TEST(Landmarks, LeadAroundDamage) {
  const test::TemporaryFolder folder;
  ByteVector bytes = test::pcap(records(40));
  for (const unsigned at : {500u, 501u, 502u, 900u, 1300u})
    for (std::size_t i = at; i < at + 60; ++i) bytes[i] = 0xFF;
  const auto path = folder.write("damaged.pcap", bytes);
  const Read all = read_all(path, 64);
  ASSERT_GT(all.packets.size(), 25u);
  ASSERT_LT(all.packets.size(), 40u);
  EXPECT_GE(most_between(path, all), 0);
}

// A reader that has not met the second interface yet can't begin behind it.
TEST(Landmarks, WaitForTheInterfacesThatCameBefore) {
  const ByteVector section = test::hex("0A0D0D0A 1C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 1C000000");
  const ByteVector ethernet = test::hex("01000000 14000000 0100 0000 00000400 14000000");
  const ByteVector raw = test::hex("01000000 14000000 6500 0000 00000400 14000000");
  const auto packet = [](std::uint8_t interface, std::uint8_t mark) {
    ByteVector block = test::hex("06000000 24000000 00000000 00000000 E8030000 03000000 03000000 AABBCC00 24000000");
    block[8] = interface, block[28] = mark;
    return block;
  };
  using test::operator+;
  ByteVector bytes = section + ethernet;
  for (std::uint8_t i = 0; i < 20; ++i) bytes = bytes + packet(0, i);
  bytes = bytes + raw;
  for (std::uint8_t i = 20; i < 40; ++i) bytes = bytes + packet(i % 2, i);
  bytes = bytes + section + raw;
  for (std::uint8_t i = 40; i < 50; ++i) bytes = bytes + packet(0, i);
  const test::TemporaryFolder folder;
  const auto path = folder.write("a.pcapng", bytes);
  const Read all = read_all(path, 100);
  ASSERT_EQ(all.packets.size(), 50u);
  EXPECT_LT(reads_until(path, all, 1, 20), 3);
  EXPECT_EQ(reads_until(path, all, 0, 20), reads_until(path, all, 1, 20) + 1);  // to meet the first interface
  EXPECT_GE(reads_until(path, all, 1, 30), 20);
  EXPECT_LT(reads_until(path, all, 21, 30), 3);
  EXPECT_GE(most_between(path, all), 0);
}

TEST(Landmarks, AreFewInASetOfAnySize) {
  const test::TemporaryFolder folder;
  std::vector<test::Record> many = records(4);
  for (test::Record& record : many) record.bytes.resize(200 << 10);
  CaptureSet set({folder.write("large.pcap", test::pcap(many)), folder.write("small.pcap", test::pcap(records(9)))});
  while (set.next()) {
  }
  EXPECT_EQ(set.landmarks(0).size() + set.landmarks(1).size(), 4u);
}

}  // namespace
}  // namespace kakoi::capture
