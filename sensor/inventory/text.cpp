#include "sensor/inventory/text.h"

#include <algorithm>
#include <cstdint>

namespace kakoi {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Decoded {
  char32_t character;
  std::size_t size;  // bytes used, at least 1
};

// One character at the head of `text` (not empty), by RFC 3629 §4: no overlong form, no surrogate,
// nothing above U+10FFFF. A byte that starts no character is one U+FFFD.
Decoded decode(std::string_view text) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < size) return {kReplacement, 1};
  char32_t c = static_cast<char32_t>(lead & (0x7F >> size));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {kReplacement, 1};
    c = c << 6 | (byte(i) & 0x3Fu);
  }
  constexpr char32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  if (c < least[size] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return {kReplacement, 1};
  return {c, size};
}

void encode(char32_t c, std::string& out) {
  const auto put = [&](char32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xE0 | c >> 12);
    } else {
      put(0xF0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3F));
    }
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

constexpr std::size_t encoded_size(char32_t c) noexcept { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

constexpr bool between(char32_t c, char32_t first, char32_t last) noexcept { return c >= first && c <= last; }

enum class Kind { visible, blank, hidden, unfit, selector };

Kind kind(char32_t c) noexcept {
  if (between(c, 0x21, 0x7E)) return Kind::visible;
  if (c == ' ' || between(c, 0x09, 0x0D) || c == 0x85) return Kind::blank;
  if (c < 0xA0) return Kind::unfit;
  if (c == 0xA0 || c == 0x1680 || between(c, 0x2000, 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
      c == 0x205F || c == 0x3000)
    return Kind::blank;  // Zs, Zl, Zp
  if (c == 0xAD || c == 0x034F || c == 0x061C || c == 0x180E || between(c, 0x200B, 0x200F) ||
      between(c, 0x202A, 0x202E) || between(c, 0x2060, 0x206F) || c == 0xFEFF || between(c, 0xE0000, 0xE00FF))
    return Kind::hidden;  // bidi controls, zero width, tags (default ignorable)
  if (between(c, 0xFE00, 0xFE0F) || between(c, 0xE0100, 0xE01EF) || between(c, 0x180B, 0x180D))
    return Kind::selector;  // chooses a glyph of the character before it: Japanese names need them
  if (c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 || c == 0x2800 || between(c, 0xFFF0, 0xFFFB) ||
      between(c, 0xFDD0, 0xFDEF) || (c & 0xFFFE) == 0xFFFE)
    return Kind::unfit;  // letters that show as a blank; interlinear marks; noncharacters
  return Kind::visible;
}

}  // namespace

std::string to_utf8(std::string_view wire, std::size_t max_bytes) {
  while (!wire.empty() && wire.back() == '\0') wire.remove_suffix(1);
  std::string out;
  out.reserve(std::min(wire.size(), max_bytes));
  bool blank = false;  // owed before the next visible character
  while (!wire.empty()) {
    auto [c, size] = decode(wire);
    wire.remove_prefix(size);
    switch (kind(c)) {
      case Kind::hidden:
        continue;
      case Kind::blank:
        blank = !out.empty();
        continue;
      case Kind::selector:
        if (out.empty() || blank) continue;
        break;
      case Kind::unfit:
        c = kReplacement;
        break;
      case Kind::visible:
        break;
    }
    if (out.size() + (blank ? 1 : 0) + encoded_size(c) > max_bytes) break;
    if (blank) out.push_back(' ');
    blank = false;
    encode(c, out);
  }
  return out;
}

}  // namespace kakoi
