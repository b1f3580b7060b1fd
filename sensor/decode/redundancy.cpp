#include "sensor/decode/redundancy.h"

namespace kakoi::decode {

bool DuplicateFilter::is_copy(const Decoded& frame, std::int64_t ts) {
  if (entries_.empty()) entries_.resize(kEntries);
  const std::uint64_t key = frame.source_mac.lo << 16 | frame.redundancy_sequence;
  Entry& entry = entries_[steady_mix(0x243F6A8885A308D3ull, key) >> 32 & (kEntries - 1)];
  if (entry.key == key && ts - entry.ts <= kForget && entry.ts - ts <= kForget) return true;
  entry = {key, ts};
  return false;
}

}  // namespace kakoi::decode
