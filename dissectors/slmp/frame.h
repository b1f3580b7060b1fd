// The head of a message, in its four shapes:
//
//   3E binary  50 or D0 | 00 | network | station | unit ×2 | multidrop | size ×2 | content        little-endian
//   4E binary  54 or D4 | 00 | serial ×2 | 00 00 | network | … as 3E
//   3E, 4E ASCII  "5000", "D000", "5400", "D400" and the rest as hexadecimal digits, the higher digit first
//   content    of a request: timer ×2 | command ×2 | subcommand ×2 | data     of an answer: end code ×2 | data
#pragma once

#include <optional>

#include "dissectors/core/dissector.h"

namespace kakoi::slmp {

inline constexpr std::size_t kMostSize = 8192;  // octets; ASCII messages of 960 words are the longest

Frame frame(Bytes bytes, Role);

// Reads numbers from either coding.
class Reader {
 public:
  Reader(Bytes bytes, bool ascii) noexcept : r_(bytes), ascii_(ascii) {}
  std::uint16_t u8() noexcept { return ascii_ ? digits(2) : r_.u8(); }
  std::uint16_t u16() noexcept { return ascii_ ? digits(4) : r_.le16(); }
  Bytes take(std::size_t n) noexcept { return r_.take(n); }  // characters are the same in both
  Bytes rest() noexcept { return r_.rest(); }
  bool ok() const noexcept { return r_.ok() && good_; }

 private:
  std::uint16_t digits(std::size_t n) noexcept {
    std::uint16_t value = 0;
    for (const std::uint8_t c : r_.take(n)) {
      const bool digit = c >= '0' && c <= '9', letter = c >= 'A' && c <= 'F';
      good_ = good_ && (digit || letter);
      value = static_cast<std::uint16_t>(value << 4 | (digit ? c - '0' : letter ? c - 'A' + 10 : 0));
    }
    return value;
  }
  ByteReader r_;
  bool ascii_, good_ = true;
};

struct Message {
  bool is_answer = false, is_ascii = false, has_serial = false;
  std::uint16_t serial = 0, command = 0, subcommand = 0, end_code = 0;
  Bytes data;
};
// Of a PDU that frame() accepted; none where its head was cut off.
std::optional<Message> parse(Bytes pdu) noexcept;

}  // namespace kakoi::slmp
