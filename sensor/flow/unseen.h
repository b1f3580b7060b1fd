// TCP data that was sent but not seen: acknowledged beyond what the capture holds, or passed over by later
// data (RFC 9293 §3.4). A hole stays open for packets that come late, until the next one opens.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "sensor/decode/packet.h"

namespace kakoi::flow {

class Unseen {
 public:
  // A segment of that side, with what it acknowledges of the other.
  void segment(std::size_t side, const Decoded& p) noexcept {
    if ((p.tcp_flags & kRst) != 0) return;
    const bool syn = (p.tcp_flags & kSyn) != 0, fin = (p.tcp_flags & kFin) != 0;
    const std::uint32_t length = p.payload_length + (syn ? 1 : 0) + (fin ? 1 : 0);
    if (length != 0) sent(side, p.sequence, p.sequence + length);
    if ((p.tcp_flags & kAck) != 0) reached(1 - side, p.acknowledgement);
  }
  std::uint64_t total() const noexcept {
    std::uint64_t bytes = closed_;
    for (const Hole& hole : holes_) bytes += hole.to - hole.from;
    return bytes;
  }

 private:
  static constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
  static constexpr std::uint32_t kFarAway = 16 << 20;  // bytes; a jump beyond is a new start, as in SegmentWindow
  struct Hole {
    std::uint32_t from = 0, to = 0;
  };

  void sent(std::size_t side, std::uint32_t from, std::uint32_t to) noexcept {
    if (!known_[side] || from == end_[side]) return move(side, to);
    reached(side, from);
    fill(holes_[side], from, to);
    if (static_cast<std::int32_t>(to - end_[side]) > 0) move(side, to);
  }
  // All before `to` was sent.
  void reached(std::size_t side, std::uint32_t to) noexcept {
    const std::uint32_t end = end_[side], missing = to - end;
    if (!known_[side]) return move(side, to);
    if (missing == 0 || missing >= 1u << 31) return;  // nothing new
    if (missing <= kFarAway) {
      Hole& hole = holes_[side];
      if (hole.to != end || to - hole.from > kFarAway) {
        closed_ += hole.to - hole.from;
        hole.from = end;
      }
      hole.to = to;
    }
    move(side, to);
  }
  void move(std::size_t side, std::uint32_t to) noexcept {
    end_[side] = to;
    known_[side] = true;
  }
  static void fill(Hole& hole, std::uint32_t from, std::uint32_t to) noexcept {
    const std::uint32_t size = hole.to - hole.from;
    if (size == 0) return;
    const auto within = [&](std::uint32_t at) {
      return static_cast<std::uint32_t>(std::clamp<std::int64_t>(static_cast<std::int32_t>(at - hole.from), 0, size));
    };
    const std::uint32_t first = within(from), last = within(to);
    if (first == 0)
      hole.from += last;
    else
      hole.to -= last - first;  // what fills the middle leaves two holes: kept as one of their size
  }

  std::array<std::uint32_t, 2> end_{};  // behind what was seen or missed
  std::array<bool, 2> known_{};
  std::array<Hole, 2> holes_;
  std::uint64_t closed_ = 0;  // bytes of holes that nothing can fill any more
};

}  // namespace kakoi::flow
