// Aggregates over packets that can be merged in any order.
#pragma once

#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi {

// First and last packet, and how many.
struct Seen {
  PacketRef first, last;
  std::uint64_t count = 0;

  void add(const PacketRef& packet, std::uint64_t n = 1) noexcept {
    if (count == 0 || packet < first) first = packet;
    if (count == 0 || last < packet) last = packet;
    count += n;
  }
  void merge(const Seen& other) noexcept {
    if (other.count == 0) return;
    if (count == 0 || other.first < first) first = other.first;
    if (count == 0 || last < other.last) last = other.last;
    count += other.count;
  }
};

// Of the packets whose checksums were looked at (sensor/decode/checksums.h).
struct ChecksumTally {
  std::uint32_t right = 0, wrong = 0, deferred = 0;
};

// TTL or hop limit as received; initial values are 32, 64, 128 or 255, so the gap tells hops.
struct TtlRange {
  std::uint8_t min = 0, max = 0;  // 0, 0: none seen
  void add(std::uint8_t ttl) noexcept {
    if (max == 0 || ttl < min) min = ttl;
    if (ttl > max) max = ttl;
  }
  void merge(const TtlRange& other) noexcept {
    if (other.max == 0) return;
    add(other.min);
    add(other.max);
  }
};

}  // namespace kakoi
