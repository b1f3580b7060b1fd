// Packets that a mirror delivers more than once: a port and its VLAN are mirrored, or both ports that a
// packet passes, or both sides of a router.
//
// A copy is the same packet of the same capture within a millisecond (of another capture: at the same instant): equal from its IP header on, to the last octet,
// but for what a router or switch may change underway (TTL, checksum, DSCP; MACs and VLAN tag). The IP identification
// and the checksums above IP are part of it, so a TCP retransmission, which carries a new identification or
// comes at least a retransmission timeout later, is a packet of its own. So is one whose checksum of the IP header is
// right behind one whose is wrong: the forged packet must not hide the true one.
//
// What has no identification may be sent twice at once and look the same: a RST for each of two segments, a
// datagram over IPv6. Such a repeat is a copy only where the mirror is known to deliver copies, by packets that
// leave no doubt.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "sensor/decode/packet.h"

namespace kakoi::pipeline {

enum class Copy : std::uint8_t {
  none,
  exact,      // nothing changed: the mirror delivered it twice
  vlan,       // in another VLAN, or with and without a tag; same MACs and TTL
  routed,     // another TTL or other MACs: it was forwarded, and the way before and after is mirrored
  redundant,  // sent twice, over two ways, by PRP or HSR
  recorded,   // another capture has it at the same instant: the same record in two files
};
struct Sighting {
  Copy copy = Copy::none;
  bool elsewhere = false;        // in another VLAN than the first
  std::uint32_t first_vlan = 0;  // where the first was seen
  bool near_other = false;       // another capture has it within a millisecond, which clocks leave in doubt
};

class DuplicateTable {
 public:
  // What the packet is to those before it, of all that were asked for. A repeat in doubt counts as none. `memory` keeps
  // the packet's bytes alive.
  Sighting look_up(const Decoded& packet, const PacketRef& ref, const std::shared_ptr<const void>& memory);
  // How many captures there are: of several, each packet is looked for in the others, too.
  void expect(std::size_t captures) { others_.resize(captures > 1 ? kBuckets : 0); }

  static constexpr std::int64_t kWindow = 1'000'000;  // ns
  // Cyclic real-time protocols without IP send equal frames every 125 µs and more; ARP does not.
  static constexpr std::int64_t kCyclicWindow = 100'000;  // ns
  // A capture delivers copies if it did so in this time, or among as many packets that leave no doubt. Before there
  // were kUndecided of them nothing speaks against it.
  static constexpr std::int64_t kMemory = 1'000'000'000;  // ns
  static constexpr std::uint32_t kRemembered = 256, kUndecided = 4;

 private:
  struct Entry {
    std::uint64_t mark = 0;  // of the content and the capture
    std::int64_t ts = std::numeric_limits<std::int64_t>::min() / 2;
    std::uint32_t vlan : 24 = 0, ttl : 8 = 0;
    std::uint32_t macs = 0;
    // Where the content lies: in the piece of memory of that number (0: nowhere), so far from its origin.
    std::int32_t offset = 0;
    std::uint16_t piece = 0, length = 0;
  };
  // Two places for a mark, side by side in the cache; a newer packet takes that of the older.
  static constexpr std::size_t kBuckets = 1 << 11;
  struct alignas(64) Bucket {
    std::array<Entry, 2> entries;
  };
  static_assert(sizeof(Bucket) == 64, "one cache line");
  // Where the mark is noted, else where it is to be.
  Entry& at(std::uint64_t mark) noexcept {
    std::array<Entry, 2>& e = buckets_[mark >> 20 & (kBuckets - 1)].entries;
    return e[0].mark == mark ? e[0] : e[1].mark == mark ? e[1] : e[0].ts <= e[1].ts ? e[0] : e[1];
  }

  // Memory that packets of late lie in, so that a repeat can be held against the first. Few pieces are enough: a
  // reader fills one after the other. What lies in none of them is compared by its mark alone.
  static constexpr std::size_t kPieces = 4;
  struct Piece {
    std::shared_ptr<const void> memory;
    const std::uint8_t* origin = nullptr;  // somewhere in it
    std::uint16_t number = 0;
  };
  Sighting look_within(const Decoded& packet, const PacketRef& ref, const std::shared_ptr<const void>& memory,
                       Bytes content, std::uint64_t mark, std::int64_t window);
  void note_place(Entry& entry, Bytes content, const std::shared_ptr<const void>& memory);
  const Piece& find_piece(const std::uint8_t* origin, const std::shared_ptr<const void>& memory);
  bool same_content(const Entry& entry, Bytes content) const noexcept;

  struct Mirror {                                      // of one capture
    std::uint32_t singles = kRemembered - kUndecided;  // packets without doubt since the last certain copy
    std::int64_t last_copy = std::numeric_limits<std::int64_t>::min() / 2;
  };
  bool delivers_copies(const PacketRef& ref) const noexcept {
    const Mirror& m = mirrors_[ref.capture()];
    return m.singles < kRemembered || ref.ts - m.last_copy <= kMemory;
  }

  // Of a packet of another capture. Clocks of two recorders differ, and one record in two files is that of one.
  enum class Across : std::uint8_t { none, near, recorded };
  Across look_across(const Decoded& packet, const PacketRef& ref, std::uint64_t content_mark) noexcept;
  struct Other {
    std::uint64_t mark = 0;
    std::int64_t ts = std::numeric_limits<std::int64_t>::min() / 2;
    std::uint32_t capture = 0;
    std::uint32_t frame = 0;  // MACs, VLAN, TTL
  };
  static constexpr std::int64_t kInstant = 1'000;  // ns: one of the two may be written in microseconds

  std::vector<Bucket> buckets_{kBuckets};
  std::vector<std::array<Other, 2>> others_;  // as buckets_; empty where there is but one capture
  std::vector<Mirror> mirrors_;
  std::array<Piece, kPieces> pieces_;
  std::size_t piece_ = 0;  // of the last packet
  std::uint16_t numbers_ = 0;
};

}  // namespace kakoi::pipeline
