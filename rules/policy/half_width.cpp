#include "rules/policy/half_width.h"

namespace kakoi {

std::string half_width(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = [&](std::size_t n) { return static_cast<unsigned char>(text[i + n]); };
    if (octet(0) == 0xEF && i + 2 < text.size()) {
      const unsigned code = 0xF000u | (octet(1) & 0x3Fu) << 6 | (octet(2) & 0x3Fu);
      if (code >= 0xFF01 && code <= 0xFF5E) {
        out += static_cast<char>(code - 0xFEE0);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace kakoi
