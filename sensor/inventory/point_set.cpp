#include "sensor/inventory/point_set.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace kakoi {

PointSet::PointSet(const std::vector<Block>& blocks, bool truncated) : truncated_(truncated) {
  for (const Block& block : blocks)
    if (block.bits != 0) add({block});
}

void PointSet::add_range(std::uint32_t first, std::uint32_t count) {
  if (count == 0) return;
  if (count > kLongestRange) count = kLongestRange, truncated_ = true;
  const std::uint32_t last = count - 1 > std::numeric_limits<std::uint32_t>::max() - first
                                 ? std::numeric_limits<std::uint32_t>::max()
                                 : first + (count - 1);
  if (first / kBlock == last / kBlock) {
    latest_ = find(first / kBlock);
    if (has(latest_, first, last)) return;
  }
  std::vector<Block> fresh;
  for (std::uint32_t number = first / kBlock; number <= last / kBlock; ++number) {
    std::uint64_t bits = ~std::uint64_t{0};
    if (number == first / kBlock) bits &= ~std::uint64_t{0} << first % kBlock;
    if (number == last / kBlock) bits &= ~std::uint64_t{0} >> (kBlock - 1 - last % kBlock);
    fresh.push_back({number, bits});
  }
  add(fresh);
}

std::size_t PointSet::find(std::uint32_t number) const noexcept {
  // Without branches: which half it is in, nobody can foretell.
  const Block* at = blocks_.data();
  for (std::size_t size = blocks_.size(); size > 0;) {
    const std::size_t half = size / 2;
    at += at[half].number < number ? size - half : 0;
    size = half;
  }
  return static_cast<std::size_t>(at - blocks_.data());
}

bool PointSet::has(std::size_t at, std::uint32_t first, std::uint32_t last) const noexcept {
  if (at == blocks_.size() || blocks_[at].number != first / kBlock) return false;
  const std::uint64_t bits = ~std::uint64_t{0} << first % kBlock & ~std::uint64_t{0} >> (kBlock - 1 - last % kBlock);
  return (blocks_[at].bits & bits) == bits;
}

void PointSet::merge(const PointSet& other) {
  add(other.blocks_);
  truncated_ |= other.truncated_;
}

void PointSet::add(const std::vector<Block>& blocks) {
  const auto by_number = [](const Block& a, const Block& b) { return a.number < b.number; };
  std::vector<Block> missing;
  auto at = blocks_.begin();
  for (const Block& block : blocks) {
    at = std::lower_bound(at, blocks_.end(), block, by_number);
    if (at != blocks_.end() && at->number == block.number)
      at->bits |= block.bits;
    else
      missing.push_back(block);
  }
  if (missing.empty()) return;
  const auto middle = static_cast<std::ptrdiff_t>(blocks_.size());
  blocks_.insert(blocks_.end(), missing.begin(), missing.end());
  std::inplace_merge(blocks_.begin(), blocks_.begin() + middle, blocks_.end(), by_number);
  if (blocks_.size() > kMostBlocks) blocks_.resize(kMostBlocks), truncated_ = true;
}

bool PointSet::contains(std::uint32_t point) const noexcept { return has(find(point / kBlock), point, point); }

std::optional<std::pair<std::uint32_t, std::uint32_t>> PointSet::run_around(std::uint32_t first,
                                                                            std::uint32_t last) const {
  const std::size_t middle = find(first / kBlock);
  if (!has(middle, first, first)) return std::nullopt;
  const auto follows = [&](std::size_t at) { return blocks_[at].number == blocks_[at - 1].number + 1; };

  std::size_t at = middle;
  std::uint32_t bit = first % kBlock;
  std::uint32_t end = static_cast<std::uint32_t>(std::countr_one(blocks_[at].bits >> bit)) + bit;  // of its block
  while (end == kBlock && at + 1 < blocks_.size() && follows(at + 1))
    end = static_cast<std::uint32_t>(std::countr_one(blocks_[++at].bits));
  const std::uint32_t to = end == 0 ? blocks_[at].number * kBlock - 1 : blocks_[at].number * kBlock + (end - 1);
  if (to < last) return std::nullopt;

  at = middle;
  bit = kBlock - 1 - first % kBlock;
  std::uint32_t left = static_cast<std::uint32_t>(std::countl_one(blocks_[at].bits << bit)) + bit;
  while (left == kBlock && at > 0 && follows(at))
    left = static_cast<std::uint32_t>(std::countl_one(blocks_[--at].bits));
  return std::pair{(blocks_[at].number + 1) * kBlock - left, to};
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> PointSet::ranges() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
  for (const Block& block : blocks_) {
    for (std::uint64_t bits = block.bits; bits != 0;) {
      const auto skip = static_cast<std::uint32_t>(std::countr_zero(bits));
      const auto length = static_cast<std::uint32_t>(std::countr_one(bits >> skip));
      const std::uint32_t first = block.number * kBlock + skip, last = first + (length - 1);
      if (!runs.empty() && first != 0 && runs.back().second == first - 1)
        runs.back().second = last;
      else
        runs.emplace_back(first, last);
      bits = skip + length == kBlock ? 0 : bits & ~std::uint64_t{0} << (skip + length);
    }
  }
  return runs;
}

}  // namespace kakoi
