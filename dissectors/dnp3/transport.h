// Transport function (IEEE 1815-2012 clause 8): segments of one link, put together to application
// fragments. An observer follows the receiver's rules: a FIR segment always starts anew, any
// other must continue the count, and a repeated one is ignored.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "dissectors/core/bytes.h"
#include "dissectors/dnp3/link.h"

namespace kakoi::dnp3 {

// Per link and direction, held while a fragment of several segments is put together. Devices must take 2048
// octets and may agree on more; what goes beyond is cut, and said to be.
inline constexpr std::size_t kMaxFragment = 4096;

struct Assembled {
  Bytes fragment;               // empty: none is finished. Valid until the next call of any function, or as long as the segment
  bool whole = true;            // false: the fragment goes on in octets that were not captured or not kept
  bool too_long = false;        // … because it exceeds kMaxFragment
  bool sequence_break = false;  // an unfinished fragment was given up, or a segment belongs to none
};

class Assembler {
 public:
  // `segment` starts with the transport octet. `cut`: its end was not captured.
  Assembled add(Bytes segment, bool cut) noexcept;
  // A segment was lost: what spanned it will never be whole, which is no fault of the sender.
  void forget() noexcept {
    collecting_ = synchronised_ = false;
    buffer_.reset();
  }
  // The fragment was dealt with: the next one, mostly of another connection, finds its memory in a cache.
  void release() noexcept {
    if (!collecting_) buffer_.reset();
  }
  std::size_t held() const noexcept { return buffer_ ? kMaxFragment : 0; }

 private:
  bool append(Bytes part) noexcept;

  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t size_ = 0;
  std::uint8_t sequence_ = 0;  // of the last segment taken
  bool collecting_ = false;    // FIR was seen, FIN is awaited
  bool synchronised_ = false;  // a FIR was seen since the last loss: a segment of no fragment is a fault
};

// What is known of one sender and one receiver.
struct Link {
  std::uint32_t addresses = 0;
  std::uint64_t last_used = 0;  // 0: free
  Assembler assembler;
  FrameCount frames;

  void forget() noexcept { assembler.forget(), frames.forget(); }
};

// The links of one direction of a connection. Usually one; terminal servers and multi-drop lines put
// several outstations behind one connection.
class Links {
 public:
  Link& of(std::uint16_t source, std::uint16_t destination) noexcept;
  void forget() noexcept;
  std::size_t held() const noexcept;

 private:
  static constexpr std::size_t kMaxLinks = 8;  // the one unused for longest makes room, and loses a partial fragment
  std::uint64_t clock_ = 0;
  std::array<Link, kMaxLinks> links_;
};

}  // namespace kakoi::dnp3
