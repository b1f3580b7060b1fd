// What the fuzz targets share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "dissectors/core/bytes.h"

#ifdef KAKOI_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
#endif

namespace kakoi::fuzz {

// The oracle: what must hold whatever the input. Ends the program, so that the input is kept.
inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// A copy of bytes by itself: AddressSanitizer sees a read past either end, and one that comes after the copy's life.
// Blocks of memory are used again, because to ask for one takes longer than to run most inputs. The newest copy goes
// first.
class Own {
 public:
  explicit Own(Bytes bytes) : size_(bytes.size()) {
    if (depth_ == blocks_.size() || blocks_[depth_].size < size_) renew();
    start_ = blocks_[depth_++].memory.get() + kFence;
#ifdef KAKOI_ADDRESS_SANITIZER
    ASAN_UNPOISON_MEMORY_REGION(start_, size_);
#endif
    if (size_ != 0) std::memcpy(start_, bytes.data(), size_);
  }
  Own(const Own&) = delete;
  Own& operator=(const Own&) = delete;
  ~Own() {
    --depth_;
#ifdef KAKOI_ADDRESS_SANITIZER
    ASAN_POISON_MEMORY_REGION(start_, (size_ + 7) / 8 * 8);
#endif
  }
  std::size_t size() const noexcept { return size_; }
  operator Bytes() const noexcept { return {start_, size_}; }

 private:
  static constexpr std::size_t kFence = 64, kLeast = 4096;  // octets
  struct Block {
    std::unique_ptr<std::uint8_t[]> memory;
    std::size_t size = 0;  // octets between the fences
  };
  void renew() {
    if (depth_ == blocks_.size()) blocks_.emplace_back();
    Block& block = blocks_[depth_];
    block.size = (size_ + kLeast) / kLeast * kLeast;
    block.memory.reset(new std::uint8_t[block.size + 2 * kFence]);
#ifdef KAKOI_ADDRESS_SANITIZER
    ASAN_POISON_MEMORY_REGION(block.memory.get(), block.size + 2 * kFence);
#endif
  }

  static inline std::vector<Block> blocks_;  // by how many copies there are
  static inline std::size_t depth_ = 0;      // copies that live
  std::uint8_t* start_ = nullptr;
  std::size_t size_;
};
inline Own own(Bytes bytes) { return Own(bytes); }

}  // namespace kakoi::fuzz
