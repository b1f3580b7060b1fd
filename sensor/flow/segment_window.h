// Puts one direction's TCP segments in order and tells what is missing (RFC 9293 §3.4).
//
// In-order data passes through as a view. What comes early waits in a small window; when that
// grows too large or too old, the missing bytes are declared lost (a gap), never made up.
// The first copy of a byte wins; a copy with other content is counted.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "dissectors/core/dissector.h"

namespace kakoi::flow {

// The packet a run of bytes came in.
struct Carrier {
  PacketRef packet;
  Address mac;  // of the sender
};

class SegmentWindow {
 public:
  // Receives the stream in order.
  class Output {
   public:
    virtual void on_run(Bytes run, const Carrier& carrier) = 0;
    // `lost` bytes will never come: their number follows from the sequence numbers, modulo 2^32, so that
    // it is huge where the stream starts anew behind.
    virtual void on_missing(std::uint32_t lost, const Carrier& carrier) = 0;

   protected:
    ~Output() = default;
  };
  struct Counters {
    std::uint32_t retransmissions = 0, conflicts = 0, gaps = 0;
  };

  // A SYN was seen: the first byte of data has this sequence number.
  void start(std::uint32_t first) noexcept {
    known_ = true;
    next_ = first;
  }
  bool started() const noexcept { return known_; }
  // Without start() the first segment starts the stream. `length` is that on the wire; it exceeds
  // bytes.size() where the snap length cut the packet, and the rest counts as missing.
  void segment(std::uint32_t sequence, Bytes bytes, std::uint32_t length, const Carrier& carrier, Output& out,
               Counters& counters);
  // Most segments go on where the last one ended, while nothing waits: what they hold is the next run, and segment()
  // need not be asked. False, and nothing done, for any other.
  bool goes_on(std::uint32_t sequence, Bytes bytes, std::uint32_t length) noexcept {
    if (sequence != next_ || length != bytes.size() || !known_ || waiting_) return false;
    remember(bytes, length);
    return true;
  }
  // Hands over what waits, with its gaps: nothing more will come.
  void flush(Output& out, Counters& counters);
  // Bytes of memory, about, that wait.
  std::size_t held() const noexcept {
    return waiting_ ? waiting_->bytes + waiting_->segments.size() * sizeof(Waiting) : 0;
  }

  static constexpr std::size_t kMostWaiting = 32;          // segments; more: the gap is declared
  static constexpr std::size_t kMostBytes = 64 << 10;      // in them
  static constexpr std::int64_t kLongest = 3'000'000'000;  // ns of capture time that a hole may stay open
  static constexpr std::int32_t kFarAway = 16 << 20;       // bytes; a jump beyond is a new start, not a hole

 private:
  struct Waiting {
    std::uint32_t sequence, length;
    std::vector<std::uint8_t> bytes;
    Carrier carrier;
  };
  struct Queue {
    std::vector<Waiting> segments;  // by sequence
    std::size_t bytes = 0;
  };
  struct Recent {  // to tell a faithful retransmission from a forged one
    std::uint32_t sequence = 0;
    std::uint32_t mark = 0;  // of length and content
  };
  void remember(Bytes bytes, std::uint32_t length) noexcept;
  void deliver(Bytes bytes, std::uint32_t length, const Carrier& carrier, Output& out);
  void declare_gap(Output& out, Counters& counters);
  void drain(Output& out, Counters& counters);
  void check_copy(std::uint32_t sequence, Bytes bytes, std::uint32_t length, Counters& counters) const noexcept;

  bool known_ = false;
  std::uint8_t recent_at_ = 0;
  std::uint32_t next_ = 0;
  std::unique_ptr<Queue> waiting_;  // null: nothing waits
  std::array<Recent, 4> recent_{};
};

}  // namespace kakoi::flow
