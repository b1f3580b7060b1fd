// UTF-16LE, as Microsoft's protocols write texts, as UTF-8 held in place.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/text.h"

namespace kakoi::text {

// At most N octets of UTF-8; ends at a NUL, and before a character that does not fit. Half surrogates become '?'.
template <std::size_t N>
class Utf8 {
 public:
  Utf8() = default;
  explicit Utf8(Bytes utf16) noexcept { assign(utf16); }

  void assign(Bytes utf16) noexcept {
    size_ = 0;
    ByteReader r(utf16);
    while (r.remaining() >= 2) {
      std::uint32_t c = r.le16();
      if (c == 0) return;
      if (c >= 0xD800 && c < 0xE000) {
        ByteReader ahead = r;
        const std::uint32_t low = ahead.le16();
        const bool pair = c < 0xDC00 && ahead.ok() && low >= 0xDC00 && low < 0xE000;
        if (pair) r = ahead;
        c = pair ? 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00) : '?';
      }
      if (!put(c)) return;
    }
  }
  std::string_view view() const noexcept { return {characters_.data(), size_}; }
  // For a secret: no character stays.
  void clear() noexcept {
    wipe(characters_.data(), size_);
    size_ = 0;
  }

 private:
  bool put(std::uint32_t c) noexcept {
    const std::size_t octets = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    if (size_ + octets > N) return false;
    static constexpr std::array<std::uint32_t, 5> kLead = {0, 0, 0xC0, 0xE0, 0xF0};
    for (std::size_t i = octets - 1; i > 0; --i, c >>= 6) characters_[size_ + i] = static_cast<char>(0x80 | (c & 0x3F));
    characters_[size_] = static_cast<char>(kLead[octets] | c);
    size_ += octets;
    return true;
  }

  std::array<char, N> characters_{};
  std::size_t size_ = 0;
};

}  // namespace kakoi::text
