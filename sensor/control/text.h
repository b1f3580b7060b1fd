// Trimming of texts as devices send them.
#pragma once

#include <array>
#include <string_view>

#include "dissectors/core/address.h"

namespace kakoi {

// Without the NULs and blanks that pad fixed or C-string fields.
inline std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kPadding("\0 \t\r\n", 5);
  const auto first = text.find_first_not_of(kPadding);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}
inline std::string_view trimmed(Bytes bytes) noexcept { return trimmed(as_text(bytes)); }

// Octets as hexadecimal digits; of long ones the first 64.
class Hex {
 public:
  explicit Hex(Bytes bytes) noexcept {
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (const std::uint8_t b : bytes.first(bytes.size() < 64 ? bytes.size() : 64)) {
      text_[size_++] = kDigits[b >> 4];
      text_[size_++] = kDigits[b & 15];
    }
  }
  std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 128> text_{};
  std::size_t size_ = 0;
};

// "00:1d:9c:c8:13:a1"; empty for octets that are no device's MAC.
class MacText {
 public:
  MacText() = default;
  explicit MacText(Bytes octets) noexcept {
    const Address mac = octets.size() == 6 ? Address::mac(octets) : Address{};
    if (mac.is_none() || mac.lo == 0 || mac.is_multicast() || mac.is_broadcast()) return;
    const Hex hex(octets);
    for (; size_ < text_.size(); ++size_) {
      const std::size_t octet = size_ / 3, place = size_ % 3;
      text_[size_] = place == 2 ? ':' : hex.text()[2 * octet + place];
    }
  }
  std::string_view text() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 17> text_{};
  std::size_t size_ = 0;
};

}  // namespace kakoi
