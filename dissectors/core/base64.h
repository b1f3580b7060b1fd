// Base64 (RFC 4648 §4), as headers and log-ins of text protocols carry it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kakoi::text {

// The number of octets written to `out`; 0 where the text is not base64 or does not fit.
inline std::size_t decode_base64(std::string_view text, char* out, std::size_t capacity) noexcept {
  while (!text.empty() && text.back() == '=') text.remove_suffix(1);
  std::uint32_t bits = 0;
  unsigned held = 0;
  std::size_t size = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z')
      value = static_cast<std::uint32_t>(c - 'A');
    else if (c >= 'a' && c <= 'z')
      value = static_cast<std::uint32_t>(c - 'a') + 26;
    else if (c >= '0' && c <= '9')
      value = static_cast<std::uint32_t>(c - '0') + 52;
    else if (c == '+')
      value = 62;
    else if (c == '/')
      value = 63;
    else
      return 0;
    bits = (bits << 6 | value) & 0xFFFF;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    if (size == capacity) return 0;
    out[size++] = static_cast<char>(bits >> held & 0xFF);
  }
  return size;
}

}  // namespace kakoi::text
