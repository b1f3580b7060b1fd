// The second copy of a frame that PRP or HSR sends over two ways (IEC 62439-3), as a capture of both
// LANs, or of a ring, holds it.
#pragma once

#include <cstdint>
#include <vector>

#include "sensor/decode/packet.h"

namespace kakoi::decode {

class DuplicateFilter {
 public:
  // Whether `frame` repeats one of the last 400 ms, by its sender and sequence number. Only to be
  // asked of frames with Decoded::redundancy.
  bool is_copy(const Decoded& frame, std::int64_t ts);

  // EntryForgetTime of IEC 62439-3 table 8. Sequence numbers come again after 65536 frames.
  static constexpr std::int64_t kForget = 400'000'000;

 private:
  struct Entry {
    std::uint64_t key = ~std::uint64_t{0};  // sender and sequence number
    std::int64_t ts = 0;
  };
  static constexpr std::size_t kEntries = 1 << 14;  // a newer frame takes the place of an older one
  std::vector<Entry> entries_;                      // none before the first redundant frame
};

}  // namespace kakoi::decode
