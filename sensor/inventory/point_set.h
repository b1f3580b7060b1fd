// Which points (registers, indices, information object addresses) were touched. Exact, and the same
// in whatever order ranges are added and sets are merged: where a set grows beyond its bound, the
// lowest points stay.
#pragma once

#include <cstdint>
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
  void add(std::uint32_t first, std::uint32_t count);
  void merge(const PointSet& other);
  bool contains(std::uint32_t point) const noexcept;
  // Maximal runs of touched points, first and last, ascending.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges() const;
  const std::vector<Block>& blocks() const noexcept { return blocks_; }
  bool truncated() const noexcept { return truncated_; }

 private:
  bool has(std::uint32_t first, std::uint32_t last) const noexcept;  // all of them; of one block
  void add(const std::vector<Block>& blocks);
  std::vector<Block> blocks_;  // ascending
  bool truncated_ = false;     // something did not fit
};

}  // namespace kakoi
