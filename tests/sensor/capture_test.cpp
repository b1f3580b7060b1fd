#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <limits>
#include <thread>

#include "sensor/capture/capture_set.h"
#include "sensor/capture/inputs.h"
#include "tests/support/packets.h"

namespace kakoi::capture {
namespace {

using test::ByteVector;
using test::operator+;
using test::pcap;

ByteVector frame(std::uint8_t mark) { return test::ethernet(1, 2, 0x88B5, {mark}); }

// The last byte of each packet, in the order of the set.
std::vector<int> marks(CaptureSet& set) {
  std::vector<int> found;
  while (const RawPacket* p = set.next()) found.push_back(p->data.empty() ? -1 : p->data.back());
  return found;
}

TEST(PcapFormat, ReadsBothByteOrdersAndResolutions) {
  for (const bool nanoseconds : {false, true})
    for (const bool big : {false, true}) {
      const test::TemporaryFolder folder;
      CaptureFile file(folder.write("a.pcap", pcap({{1'700'000'000'123'456'000, frame(7)}}, nanoseconds, big)));
      const RawPacket* p = file.peek();
      ASSERT_TRUE(p);
      EXPECT_EQ(p->ref.ts, 1'700'000'000'123'456'000);
      EXPECT_EQ(p->ref.number(), 1u);
      EXPECT_EQ(p->link_type, 1u);
      EXPECT_EQ(p->data.back(), 7);
      file.pop();
      EXPECT_FALSE(file.peek());
      EXPECT_EQ(file.info().error, "");
    }
}

TEST(PcapFormat, CountsEverythingBeforeACutRecord) {
  const test::TemporaryFolder folder;
  ByteVector bytes = pcap({{1, frame(1)}, {2, frame(2)}, {3, frame(3)}});
  bytes.resize(bytes.size() - 4);
  CaptureSet set({folder.write("cut.pcap", bytes)});
  EXPECT_EQ(marks(set), (std::vector{1, 2}));
  const CaptureInfo info = set.finish().at(0);
  EXPECT_EQ(info.packets, 2u);
  EXPECT_NE(info.error.find("cut short in packet 3 at byte 86"), std::string::npos) << info.error;
}

TEST(PcapFormat, PassesOverAnImpossibleLength) {
  const test::TemporaryFolder folder;
  ByteVector bytes = pcap({{1, frame(1)}, {2, frame(2)}, {3, frame(3)}, {4, frame(4)}});
  bytes[24 + 31 + 8 + 3] = 0x7F;  // captured length of the second record, highest octet
  CaptureSet set({folder.write("damaged.pcap", bytes)});
  EXPECT_EQ(marks(set), (std::vector{1, 3, 4}));
  const CaptureInfo info = set.finish().at(0);
  EXPECT_EQ(info.error, "damaged at byte 55, after packet 1: 31 bytes skipped, the rest counts");
  EXPECT_EQ(info.damage.bytes, 31u);
}
TEST(PcapFormat, ReadsTheModifiedKind) {
  // as editcap -F modpcap writes it: interface, protocol, type and padding behind each record's lengths
  const test::TemporaryFolder folder;
  const ByteVector head = test::hex("34CDB2A1 0200 0400 00000000 00000000 00000400 01000000");
  const ByteVector record = test::hex("00F15365 40E20100 0F000000 0F000000 00000000 0000 00 00");
  CaptureFile file(folder.write("modified.pcap", head + record + frame(1) + record + frame(2)));
  for (const int mark : {1, 2}) {
    const RawPacket* p = file.peek();
    ASSERT_TRUE(p);
    EXPECT_EQ(p->ref.ts, 1'700'000'000'123'456'000);
    EXPECT_EQ(p->data.back(), mark);
    file.pop();
  }
  EXPECT_FALSE(file.peek());
  EXPECT_EQ(file.finish().error, "");
}

TEST(PcapFormat, TellsTheLengthOfAFrameCheckSequence) {
  const test::TemporaryFolder folder;
  CaptureFile file(folder.write("fcs.pcap", pcap({{1, frame(1)}}, true, false, 1u | 1u << 26 | 2u << 28)));
  EXPECT_EQ(file.peek()->link_type, 1u);
  EXPECT_EQ(file.peek()->fcs_length, 4u);
}

// Blocks as draft-ietf-opsawg-pcapng draws them, little-endian: section with a comment, interface of
// resolution 10^-9 with an offset of one second, a statistics block with 5 drops.
TEST(PcapngFormat, ReadsInterfacesStatisticsAndComments) {
  const test::TemporaryFolder folder;
  CaptureFile file(folder.write(
      "a.pcapng",
      test::hex("0A0D0D0A 28000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 0100 0400 74657374 00000000 28000000"
                "01000000 2C000000 0100 0000 00000400 0900 0100 09000000 0E00 0800 0100000000000000 0000 0000 2C000000"
                "06000000 24000000 00000000 00000000 E8030000 03000000 30000000 AABBCC00 24000000"
                "05000000 28000000 00000000 00000000 00000000 0700 0800 0500000000000000 00000000 28000000")));
  const RawPacket* p = file.peek();
  ASSERT_TRUE(p) << file.info().error;
  EXPECT_EQ(p->ref.ts, 1'000'001'000);
  EXPECT_EQ(p->data.size(), 3u);
  EXPECT_EQ(p->original_length, 48u);
  file.pop();
  EXPECT_FALSE(file.peek());
  EXPECT_EQ(file.info().comment, "test");
  EXPECT_TRUE(file.info().drops_known);
  EXPECT_EQ(file.info().kernel_drops, 5u);
  EXPECT_EQ(file.info().error, "");
}

// Times of any size, by units of a second or an offset (if_tsoffset), stay such that one can be subtracted from the other
// and from half of the least, which stands for "never".
// if_filter (draft-ietf-opsawg-pcapng, 4.2): 0 and a text; others than 0 are no text. The second interface has the first's.
TEST(PcapngFormat, TellsItsFilters) {
  const test::TemporaryFolder folder;
  CaptureFile file(folder.write(
      "f.pcapng", test::hex("0A0D0D0A 1C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 1C000000"
                            "01000000 20000000 0100 0000 00000000 0B00 0400 00756470 0000 0000 20000000"
                            "01000000 20000000 0100 0000 00000000 0B00 0400 00756470 0000 0000 20000000"
                            "01000000 20000000 0100 0000 00000000 0B00 0400 01000000 0000 0000 20000000"
                            "01000000 20000000 0100 0000 00000000 0B00 0400 00617270 0000 0000 20000000"
                            "06000000 24000000 00000000 00000000 E8030000 03000000 03000000 01020300 24000000")));
  ASSERT_TRUE(file.peek()) << file.info().error;
  EXPECT_EQ(file.info().filter, "udp; arp");
}
TEST(PcapngFormat, TimesCanBeSubtracted) {
  const test::TemporaryFolder folder;
  CaptureFile file(folder.write(
      "c.pcapng", test::hex("0A0D0D0A 1C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 1C000000"
                            "01000000 20000000 0100 0000 00000000 0900 0100 00000000 0000 0000 20000000"
                            "01000000 24000000 0100 0000 00000000 0E00 0800 0000000000000080 0000 0000 24000000"
                            "06000000 24000000 00000000 FFFFFFFF FFFFFFFF 03000000 03000000 01020300 24000000"
                            "06000000 24000000 01000000 00000000 00000000 03000000 03000000 04050600 24000000")));
  ASSERT_TRUE(file.peek()) << file.info().error;
  const std::int64_t late = file.peek()->ref.ts;
  file.pop();
  ASSERT_TRUE(file.peek()) << file.info().error;
  const std::int64_t early = file.peek()->ref.ts, never = std::numeric_limits<std::int64_t>::min() / 2;
  EXPECT_GT(late, 4'294'967'295'000'000'000);  // what a pcap file can name
  EXPECT_LT(early, -4'294'967'295'000'000'000);
  std::int64_t difference;
  for (const std::int64_t least : {early, never}) {
    EXPECT_FALSE(__builtin_sub_overflow(late, least, &difference));
    EXPECT_FALSE(__builtin_sub_overflow(least, late, &difference));
  }
}

// Two sections of either byte order; interfaces of their own link types, resolutions (2^-10 s, ms) and
// snap lengths; secrets, custom and unknown blocks between; a packet with a comment; a simple packet.
TEST(PcapngFormat, ReadsSectionsInterfacesAndPassesOverOtherBlocks) {
  const test::TemporaryFolder folder;
  CaptureFile file(folder.write(
      "b.pcapng", test::hex("0A0D0D0A 1C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 1C000000"
                            "01000000 20000000 0100 0000 00000100 0900 0100 8A000000 0000 0000 20000000"
                            "01000000 20000000 6500 0000 60000000 0900 0100 03000000 0000 0000 20000000"
                            "0A000000 18000000 4B534C54 02000000 41420000 18000000"
                            "AD0B0000 14000000 01000000 CAFE0000 14000000"
                            "06000000 30000000 01000000 00000000 DC050000 03000000 03000000 01020300 0100 0200 "
                            "68690000 0000 0000 30000000"
                            "06000000 24000000 00000000 00000000 00060000 03000000 03000000 04050600 24000000"
                            "55550000 0C000000 0C000000"
                            "0A0D0D0A 0000001C 1A2B3C4D 0001 0000 FFFFFFFFFFFFFFFF 0000001C"
                            "00000001 00000014 0071 0000 00000002 00000014"
                            "00000003 00000014 00000005 07080000 00000014"
                            "00000006 00000024 00000000 00000000 001E8480 00000003 00000003 090A0B00 00000024")));
  struct Expected {
    std::int64_t ts;
    std::uint32_t link_type, length;
    ByteVector data;
  };
  for (const Expected& e : {Expected{1'500'000'000, 101, 3, {1, 2, 3}}, Expected{1'500'000'000, 1, 3, {4, 5, 6}},
                            Expected{0, 113, 5, {7, 8}}, Expected{2'000'000'000, 113, 3, {9, 10, 11}}}) {
    const RawPacket* p = file.peek();
    ASSERT_TRUE(p) << file.info().error;
    EXPECT_EQ(p->ref.ts, e.ts);
    EXPECT_EQ(p->link_type, e.link_type);
    EXPECT_EQ(p->original_length, e.length);
    EXPECT_EQ(ByteVector(p->data.begin(), p->data.end()), e.data);
    file.pop();
  }
  EXPECT_FALSE(file.peek());
  const CaptureInfo info = file.finish();
  EXPECT_EQ(info.error, "");
  EXPECT_EQ(info.commented, 1u);
  EXPECT_EQ(info.link_types, (std::set<std::uint32_t>{1, 101, 113}));
}

TEST(PcapngFormat, NamesTheDamagedBlock) {
  const test::TemporaryFolder folder;
  CaptureSet set({folder.write("bad.pcapng",
                               test::hex("0A0D0D0A 1C000000 4D3C2B1A 0100 0000 FFFFFFFFFFFFFFFF 1C000000"
                                         "06000000 20000000 00000000 00000000 E8030000 00000000 00000000 20000000"))});
  EXPECT_FALSE(set.next());
  EXPECT_NE(set.finish().at(0).error.find("at byte 28"), std::string::npos);
}

TEST(CaptureFile, RefusesWhatIsNoCaptureInOneLine) {
  const test::TemporaryFolder folder;
  const auto file = folder.write("notes.txt", test::ascii("meeting at noon"));
  try {
    CaptureFile capture(file);
    FAIL();
  } catch (const CaptureError& error) {
    EXPECT_EQ(std::string(error.what()).find(file.string() + ": not a capture"), 0u);
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
  }
}

TEST(CaptureSet, MergesOverlappingFilesInTimeOrderWhateverTheirOrder) {
  const test::TemporaryFolder folder;
  const auto a = folder.write("a.pcap", pcap({{10, frame(1)}, {30, frame(3)}, {50, frame(5)}}));
  const auto b = folder.write("b.pcap", pcap({{20, frame(2)}, {40, frame(4)}}));
  const auto late = folder.write("0.pcap", pcap({{60, frame(6)}}));
  for (const auto& order : {std::vector{a, b, late}, std::vector{late, b, a}}) {
    CaptureSet set(order);
    EXPECT_EQ(marks(set), (std::vector{1, 2, 3, 4, 5, 6}));
    const auto infos = set.finish();
    EXPECT_EQ(infos[0].source, "a.pcap");
    EXPECT_EQ(infos[2].source, "0.pcap");
  }
}

TEST(CaptureSet, CountsACopyOnce) {
  const test::TemporaryFolder folder;
  const ByteVector bytes = pcap({{10, frame(1)}});
  CaptureSet set({folder.write("a.pcap", bytes), folder.write("copy/b.pcap", bytes)});
  EXPECT_EQ(marks(set), (std::vector{1}));
  EXPECT_EQ(set.finish().size(), 1u);
}

TEST(CaptureSet, HashesTheWholeFileEvenBehindDamage) {
  const test::TemporaryFolder folder;
  CaptureSet set({folder.write("a.pcap", pcap({}) + test::ascii("trailing rubbish"))});
  while (set.next()) {
  }
  // printf of those 40 bytes through sha256sum
  EXPECT_EQ(set.finish().at(0).sha256, ByteSource(folder.path() / "a.pcap").sha256());
}

TEST(CaptureSet, ReadsAPipeFromItsFirstPacketOn) {
  const test::TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::thread writer([&] {
    const ByteVector bytes = pcap({{10, frame(1)}, {30, frame(3)}});
    std::ofstream(pipe, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  });
  CaptureSet set({pipe, folder.write("b.pcap", pcap({{20, frame(2)}}))});
  writer.join();
  EXPECT_EQ(marks(set), (std::vector{1, 2, 3}));
}

TEST(ByteSource, HashesLikeTheStandardsExample) {
  const test::TemporaryFolder folder;  // FIPS 180-4's example message
  EXPECT_EQ(ByteSource(folder.write("abc", test::ascii("abc"))).sha256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ByteSource, ViewsStayValidWhileTheirChunkIsHeld) {
  const test::TemporaryFolder folder;
  ByteVector big(3 * ByteSource::kChunkSize);
  for (std::size_t i = 0; i < big.size(); ++i) big[i] = static_cast<std::uint8_t>(i / 1000);
  ByteSource source(folder.write("big", big));
  const Bytes first = source.peek(1000);
  const auto held = source.memory();
  source.consume(1000);
  for (std::size_t at = 1000; at < big.size(); at += 1000) {
    const Bytes piece = source.peek(std::min<std::size_t>(1000, big.size() - at));
    ASSERT_EQ(piece[0], big[at]);
    source.consume(piece.size());
  }
  EXPECT_TRUE(std::equal(first.begin(), first.end(), big.begin()));
}

TEST(Inputs, SearchesFoldersForCapturesAndReportsWhatIsMissing) {
  const test::TemporaryFolder folder;
  folder.write("site/deep/a.pcap", pcap({{1, frame(1)}}));
  folder.write("site/notes.txt", test::ascii("notes"));
  folder.write("site/saved.pcap.gz", test::ascii("<html>Login</html>"));
  const Inputs inputs = find_inputs({folder.path().string(), (folder.path() / "gone.pcap").string()});
  ASSERT_EQ(inputs.files.size(), 2u);
  EXPECT_EQ(inputs.files[0].filename(), "a.pcap");
  EXPECT_EQ(inputs.files[1].filename(), "saved.pcap.gz");  // by its name a capture: reading it tells what is wrong
  ASSERT_EQ(inputs.problems.size(), 1u);
  EXPECT_NE(inputs.problems[0].find("gone.pcap: no such file"), std::string::npos);
}

// What could not be read was not seen: it has a place among the captures, behind those that packets cite.
TEST(CaptureSet, AFileThatCanNotBeReadIsACaptureWithoutPackets) {
  const test::TemporaryFolder folder;
  const auto page = folder.write("saved.pcap.gz", test::ascii("<html>Login</html>"));
  const auto cut = folder.write("cut.pcap.zst", test::hex("28b52ffd 04"));
  CaptureSet set({page, folder.write("a.pcap", pcap({{1, frame(1)}})), cut});
  EXPECT_EQ(set.size(), 1u);
  EXPECT_EQ(marks(set), (std::vector{1}));
  ASSERT_EQ(set.problems().size(), 2u);
  EXPECT_NE(set.problems()[1].find("cut.pcap.zst: nothing to unpack, the file ends too early"), std::string::npos);
  const std::vector<CaptureInfo> infos = set.finish();
  ASSERT_EQ(infos.size(), 3u);
  EXPECT_EQ(infos[0].source, "a.pcap");
  EXPECT_EQ(infos[1].source, "cut.pcap.zst");
  EXPECT_EQ(infos[2].source, "saved.pcap.gz");
  EXPECT_EQ(infos[2].format, "");
  EXPECT_EQ(infos[2].file_bytes, 18u);
  EXPECT_EQ(infos[2].sha256, ByteSource(page).sha256());
  EXPECT_TRUE(infos[2].error.starts_with("not a capture")) << infos[2].error;
}

}  // namespace
}  // namespace kakoi::capture
