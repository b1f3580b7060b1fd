// Damaged captures: whatever happens to a file, what was not touched is still read.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <random>

#include "sensor/capture/capture_file.h"
#include "tests/support/packets.h"

namespace kakoi::capture {
namespace {

using test::ByteVector;

// A record or block of a file: where it lies, and the packet it holds, if any.
struct Piece {
  std::size_t begin, end;
  ByteVector packet;
  bool is_packet;
};
using Packets = std::vector<ByteVector>;

std::uint32_t le32(const ByteVector& b, std::size_t at) {
  std::uint32_t value;
  std::memcpy(&value, b.data() + at, 4);
  return value;
}
ByteVector cut_out(const ByteVector& b, std::size_t at, std::size_t size) {
  return {b.begin() + static_cast<std::ptrdiff_t>(at), b.begin() + static_cast<std::ptrdiff_t>(at + size)};
}

// The head of this project's sample capture, block by block (little-endian pcapng).
struct Sample {
  ByteVector bytes;
  std::vector<Piece> pieces;

  static Sample pcapng() {
    std::ifstream in(KAKOI_SOURCE_DIR "/pcaps/closed-plant.pcapng", std::ios::binary);
    ByteVector all((std::istreambuf_iterator<char>(in)), {});
    Sample s;
    std::size_t packets = 0;
    for (std::size_t at = 0; at < all.size() && packets < 120;) {
      const std::size_t size = le32(all, at + 4);
      const bool packet = le32(all, at) == 6;
      s.pieces.push_back({at, at + size, packet ? cut_out(all, at + 28, le32(all, at + 20)) : ByteVector{}, packet});
      packets += packet;
      at += size;
    }
    s.bytes = cut_out(all, 0, s.pieces.back().end);
    return s;
  }
  // The same packets in the other format.
  static Sample pcap() {
    std::vector<test::Record> records;
    std::int64_t ts = 1'700'000'000'000'000'000;
    for (const Piece& p : pcapng().pieces)
      if (p.is_packet) records.push_back({ts += 3'200'000, p.packet});
    Sample s;
    s.bytes = test::pcap(records, false);
    std::size_t at = 24;
    s.pieces.push_back({0, at, {}, false});
    for (const test::Record& r : records) {
      s.pieces.push_back({at, at + 16 + r.bytes.size(), r.bytes, true});
      at += 16 + r.bytes.size();
    }
    return s;
  }
};

Packets read_all(const ByteVector& bytes, std::string* error = nullptr) {
  const int fd = ::memfd_create("capture", MFD_CLOEXEC);
  EXPECT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  Packets packets;
  try {
    CaptureFile file("/proc/self/fd/" + std::to_string(fd));
    while (const RawPacket* p = file.peek()) {
      packets.emplace_back(p->data.begin(), p->data.end());
      file.pop();
    }
    if (error) *error = file.finish().error;
  } catch (const CaptureError& refused) {
    if (error) *error = refused.what();
  }
  ::close(fd);
  return packets;
}

// All of the packets that [begin, end) does not touch are there, in their order. Damage to what
// describes the others (section, interfaces, file header) may lose them: then nothing is asked.
void expect_untouched(const Sample& sample, std::size_t begin, std::size_t end, const Packets& seen,
                      const std::string& what) {
  std::size_t at = 0, touched = 0, packets = 0;
  for (const Piece& piece : sample.pieces) {
    const bool hit = piece.begin < end && begin < piece.end;
    if (hit && !piece.is_packet) return;
    packets += piece.is_packet;
    if (hit) ++touched;
    if (hit || !piece.is_packet) continue;
    while (at < seen.size() && seen[at] != piece.packet) ++at;
    ASSERT_LT(at, seen.size()) << what << ": the packet at " << piece.begin << " is lost";
    ++at;
  }
  EXPECT_LE(seen.size(), packets + touched) << what;
}

class Damaged : public testing::TestWithParam<bool> {
 protected:
  const Sample sample_ = GetParam() ? Sample::pcapng() : Sample::pcap();
  std::mt19937 random_{20260101};
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
};
INSTANTIATE_TEST_SUITE_P(Formats, Damaged, testing::Bool(), [](const auto& p) { return p.param ? "pcapng" : "pcap"; });

TEST_P(Damaged, NothingIsLostOfASoundFile) {
  std::string error;
  Packets all;
  for (const Piece& p : sample_.pieces)
    if (p.is_packet) all.push_back(p.packet);
  EXPECT_EQ(read_all(sample_.bytes, &error), all);
  EXPECT_EQ(error, "");
  EXPECT_EQ(all.size(), 120u);
}

TEST_P(Damaged, ATruncatedFileLosesWhatIsCutOff) {
  for (int i = 0; i < 500; ++i) {
    const std::size_t size = below(sample_.bytes.size());
    Packets whole;
    bool between = false;
    for (const Piece& p : sample_.pieces) {
      if (p.is_packet && p.end <= size) whole.push_back(p.packet);
      between |= p.end == size;
    }
    std::string error;
    EXPECT_EQ(read_all(cut_out(sample_.bytes, 0, size), &error), whole) << size;
    EXPECT_EQ(error.empty(), between) << size << ": " << error;
  }
}

TEST_P(Damaged, AFlippedBitLosesNoMoreThanItsPacket) {
  for (int i = 0; i < 1000; ++i) {
    const std::size_t at = below(sample_.bytes.size());
    ByteVector odd = sample_.bytes;
    odd[at] ^= static_cast<std::uint8_t>(1u << below(8));
    expect_untouched(sample_, at, at + 1, read_all(odd), "bit at " + std::to_string(at));
  }
}

TEST_P(Damaged, RubbishZerosAndLostBytesLoseOnlyThePacketsTheyTouch) {
  for (int i = 0; i < 500; ++i) {
    const std::size_t at = below(sample_.bytes.size() - 1),
                      size = std::min(1 + below(i % 4 == 0 ? 4096 : 40), sample_.bytes.size() - at);
    ByteVector odd = sample_.bytes;
    const auto begin = odd.begin() + static_cast<std::ptrdiff_t>(at), end = begin + static_cast<std::ptrdiff_t>(size);
    switch (i % 3) {
      case 0:
        std::fill(begin, end, std::uint8_t{0});
        break;
      case 1:
        std::generate(begin, end, [&] { return static_cast<std::uint8_t>(below(256)); });
        break;
      default:
        odd.erase(begin, end);
        break;
    }
    std::size_t from = at, to = at + size;
    if (i % 3 == 2) {
      // bytes lost at the head of a record may as well be lost at the end of the one before; a
      // record that lost some may run on into the next ones, and end with one of them by chance
      from -= std::min<std::size_t>(from, 1);
      for (const Piece& p : sample_.pieces)
        if (p.begin <= at && at < p.end) to += p.end - p.begin;
    }
    expect_untouched(sample_, from, to, read_all(odd),
                     std::to_string(size) + " bytes at " + std::to_string(at) + ", kind " + std::to_string(i % 3));
  }
}

TEST_P(Damaged, SeveralPlacesAreCountedAndAddedUp) {
  ByteVector odd = sample_.bytes;
  std::size_t bytes = 0, first = 0, number = 0;
  for (std::size_t i = 0, packet = 0; i < sample_.pieces.size(); ++i) {
    const Piece& p = sample_.pieces[i];
    if (!p.is_packet) continue;
    ++packet;
    if (packet != 20 && packet != 50 && packet != 90) continue;
    const std::size_t head = GetParam() ? 28 : 16;
    std::fill(odd.begin() + static_cast<std::ptrdiff_t>(p.begin),
              odd.begin() + static_cast<std::ptrdiff_t>(p.begin + head), std::uint8_t{0xFF});
    if (GetParam()) odd[p.end - 4] = 0xFF;
    if (first == 0) first = p.begin, number = packet - 1;
    bytes += p.end - p.begin;
  }
  std::string error;
  EXPECT_EQ(read_all(odd, &error).size(), 117u);
  EXPECT_EQ(error, "damaged in 3 places, the first at byte " + std::to_string(first) + ", after packet " +
                       std::to_string(number) + ": " + std::to_string(bytes) +
                       " bytes skipped in all, the rest counts");
}

TEST(DamagedPcapng, EitherLengthOfABlockServes) {
  const Sample sample = Sample::pcapng();
  for (std::size_t i = 1; i < sample.pieces.size(); ++i)
    for (const std::size_t at :
         {sample.pieces[i].begin + 4, sample.pieces[i].begin + 7, sample.pieces[i].end - 4, sample.pieces[i].end - 1}) {
      ByteVector odd = sample.bytes;
      odd[at] ^= 0x10;
      std::string error;
      // of the last block, nothing behind it tells where it ends
      const bool last = i + 1 == sample.pieces.size();
      EXPECT_GE(read_all(odd, &error).size(), last ? 119u : 120u) << at;
      EXPECT_NE(error, "");
    }
}

// Programs write odd fractions, pauses of months and times of 0; none of that is damage.
TEST(DamagedPcap, OddTimesAreNoDamage) {
  for (const auto& [seconds, fraction] :
       {std::pair{0u, 0u}, {86400u * 90, 0u}, {1u, 999'999'999u}, {0x7FFF'FFFFu, 5u}}) {
    std::vector<test::Record> records;
    for (std::uint8_t i = 0; i < 20; ++i) records.push_back({1, test::ethernet(1, 2, 0x88B5, {i})});
    ByteVector bytes = test::pcap(records, false);
    for (std::uint32_t i = 0; i < 20; ++i) {
      const std::uint32_t time[2] = {seconds * i, fraction};
      std::memcpy(bytes.data() + 24 + i * 31, time, 8);
    }
    std::string error;
    EXPECT_EQ(read_all(bytes, &error).size(), 20u) << seconds;
    EXPECT_EQ(error, "") << seconds;
  }
}

}  // namespace
}  // namespace kakoi::capture
