// Which points (registers, indices, information object addresses) were touched. Exact, and the same
// in whatever order ranges are added and sets are merged: where a set grows beyond its bound, the
// lowest points stay.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace kakoi {

class PointSet {
 public:
  static constexpr std::uint32_t kBlock = 64;       // points
  static constexpr std::size_t kMostBlocks = 2048;  // per set: two whole Modbus tables
  static constexpr std::uint32_t kLongestRange =
      65536;  // of one message, in points; the rest of a longer one is left out

  struct Block {
    std::uint32_t number = 0;  // of the 64 points
    std::uint64_t bits = 0;
  };

  PointSet() = default;
  PointSet(const std::vector<Block>& blocks, bool truncated);  // in any order

  // count ≥ 1; points beyond 2^32 - 1 do not exist.
  void add(std::uint32_t first, std::uint32_t count) {
    // Nearly all messages touch what was touched before, and most what the last one touched.
    const std::uint32_t bit = first % kBlock;
    if (latest_ < blocks_.size() && blocks_[latest_].number == first / kBlock && count - 1 < kBlock - bit) {
      const std::uint64_t bits = ~std::uint64_t{0} >> (kBlock - count) << bit;
      if ((blocks_[latest_].bits & bits) == bits) return;
    }
    add_range(first, count);
  }
  void merge(const PointSet& other);
  bool contains(std::uint32_t point) const noexcept;
  // The run of touched points, first and last, in which these lie; nothing if one of them is missing.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> run_around(std::uint32_t first, std::uint32_t last) const;
  // Maximal runs of touched points, first and last, ascending.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges() const;
  const std::vector<Block>& blocks() const noexcept { return blocks_; }
  bool truncated() const noexcept { return truncated_; }
  void truncate() noexcept { truncated_ = true; }  // something was not added, for want of room
  // How many blocks such an addition may take at most.
  static constexpr std::size_t blocks_of(std::uint32_t first, std::uint32_t count) noexcept {
    return (first % kBlock + std::min(count, kLongestRange) + (kBlock - 1)) / kBlock;
  }

 private:
  void add_range(std::uint32_t first, std::uint32_t count);
  // Position of the first block whose number is not below.
  std::size_t find(std::uint32_t number) const noexcept;
  bool has(std::size_t at, std::uint32_t first, std::uint32_t last) const noexcept;  // all of them; of one block
  void add(const std::vector<Block>& blocks);
  std::vector<Block> blocks_;  // ascending
  std::size_t latest_ = 0;     // block that was asked for last; of no meaning but speed
  bool truncated_ = false;     // something did not fit
};

}  // namespace kakoi
