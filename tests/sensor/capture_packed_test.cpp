// Compressed captures: the packers' own output of one and the same file.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "sensor/capture/capture_set.h"
#include "tests/support/packets.h"

namespace kakoi::capture {
namespace {

using test::ByteVector;
using test::operator+;

// 3000 packets of which the last byte counts up, in 300 KiB that do not pack too well.
ByteVector capture() {
  std::vector<test::Record> records;
  std::uint32_t noise = 1;
  for (std::uint32_t i = 0; i < 3000; ++i) {
    ByteVector payload(80);
    for (std::uint8_t& b : payload) b = static_cast<std::uint8_t>((noise = noise * 1664525 + 1013904223) >> 28);
    payload.back() = static_cast<std::uint8_t>(i);
    records.push_back({1'700'000'000'000'000'000 + std::int64_t{i} * 1000, test::ethernet(1, 2, 0x88B5, payload)});
  }
  return test::pcap(records);
}
ByteVector contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return ByteVector((std::istreambuf_iterator<char>(in)), {});
}

// What `command` makes of the file; by name $0, its output to standard output.
ByteVector packed(const std::string& command, const ByteVector& bytes) {
  const test::TemporaryFolder folder;
  const auto in = folder.write("in", bytes), out = folder.path() / "out";
  const std::string line = command + " <'" + in.string() + "' >'" + out.string() + "'";
  EXPECT_EQ(std::system(line.c_str()), 0) << line;
  return contents(out);
}

struct Read {
  std::size_t packets = 0, sound = 0;  // sound: those before the first that is not what it should be
  CaptureInfo info;
};
Read read(const ByteVector& bytes) {
  const test::TemporaryFolder folder;
  CaptureSet set({folder.write("no-telling-name", bytes)});
  Read result;
  while (const RawPacket* p = set.next()) {
    if (result.sound == result.packets && p->data.back() == static_cast<std::uint8_t>(result.packets)) ++result.sound;
    ++result.packets;
  }
  EXPECT_EQ(set.size(), 1u);
  if (set.size() == 1) result.info = set.finish().at(0);
  return result;
}

class Packed : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Packers, Packed, testing::Values("gzip", "bzip2", "xz", "zstd"),
                         [](const auto& p) { return std::string(p.param); });

TEST_P(Packed, ReadsTheSamePacketsAndHashesTheFileOnDisk) {
  const ByteVector file = packed(std::string(GetParam()) + " -c", capture());
  const Read seen = read(file);
  EXPECT_EQ(seen.packets, 3000u);
  EXPECT_EQ(seen.sound, 3000u);
  EXPECT_EQ(seen.info.error, "");
  EXPECT_EQ(seen.info.file_bytes, file.size());
  const std::string sum(as_text(packed("sha256sum", file)));
  EXPECT_EQ(seen.info.sha256, sum.substr(0, 64));
}

// "cat a.gz b.gz" is a valid file of every kind (RFC 1952 §2.2, RFC 8878 §3.1, the xz format §2); tapes pad with zeros.
TEST_P(Packed, ReadsConcatenatedMembersAndPadding) {
  const ByteVector whole = capture();
  const auto part = [&](std::size_t from, std::size_t to) {
    return packed(std::string(GetParam()) + " -c",
                  {whole.begin() + static_cast<std::ptrdiff_t>(from), whole.begin() + static_cast<std::ptrdiff_t>(to)});
  };
  const ByteVector file = part(0, 10) + part(10, 100'001) + part(100'001, whole.size());
  Read seen = read(file);
  EXPECT_EQ(seen.packets, 3000u);
  EXPECT_EQ(seen.sound, 3000u);
  EXPECT_EQ(seen.info.error, "");
  if (GetParam() == std::string("gzip")) {
    seen = read(file + ByteVector(512));
    EXPECT_EQ(seen.packets, 3000u);
    EXPECT_EQ(seen.info.error, "");
  }
}

TEST_P(Packed, OfACutFileEverythingBeforeCounts) {
  ByteVector file = packed(std::string(GetParam()) + " -1 -c", capture());
  file.resize(file.size() * 3 / 4);
  const Read seen = read(file);
  // a block of bzip2 (100 kB) or zstd (128 KiB) is unpacked whole or not at all
  EXPECT_GT(seen.packets, 1100u);
  EXPECT_LT(seen.packets, 3000u);
  EXPECT_EQ(seen.sound, seen.packets);
  EXPECT_NE(seen.info.error.find("cut short"), std::string::npos) << seen.info.error;
}

TEST_P(Packed, OfADamagedFileEverythingBeforeCounts) {
  ByteVector file = packed(std::string(GetParam()) + " -1 -c", capture());
  for (std::size_t i = 0; i < 64; ++i) file[file.size() * 3 / 4 + i] = 0xA5;
  const Read seen = read(file);
  EXPECT_GT(seen.sound, 1100u);
  EXPECT_LT(seen.sound, 3000u);
  EXPECT_NE(seen.info.error, "");
}

TEST_P(Packed, ABombCostsOnlyTime) {
  const ByteVector head = test::pcap({{1, test::ethernet(1, 2, 0x88B5, ByteVector(1, 0))}});
  const std::string command = "{ cat; head -c 33554432 /dev/zero; } | " + std::string(GetParam()) + " -1 -c";
  const test::TemporaryFolder folder;
  const auto in = folder.write("in", head), out = folder.path() / "out";
  ASSERT_EQ(std::system(("{ " + command + "; } <'" + in.string() + "' >'" + out.string() + "'").c_str()), 0);
  const Read seen = read(contents(out));
  EXPECT_EQ(seen.packets, 1u);
  EXPECT_EQ(seen.info.damage.bytes, 33554432u);
}

TEST(Packing, OtherArchivesAreNamed) {
  const test::TemporaryFolder folder;
  const CaptureSet set({folder.write("a.zip", test::hex("504B0304 14000000")),
                        folder.write("b.gz", packed("gzip -c", test::ascii("minutes of the meeting")))});
  ASSERT_EQ(set.problems().size(), 2u);
  EXPECT_NE(set.problems()[0].find("a.zip: not a capture but a ZIP archive; unpack it first"), std::string::npos)
      << set.problems()[0];
  EXPECT_NE(set.problems()[1].find("b.gz: not a capture (neither pcap, pcapng nor snoop when unpacked)"),
            std::string::npos)
      << set.problems()[1];
}

}  // namespace
}  // namespace kakoi::capture
