// Trimming of texts as devices send them.
#pragma once

#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi {

// Without the NULs and blanks that pad fixed or C-string fields.
inline std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kPadding("\0 \t\r\n", 5);
  const auto first = text.find_first_not_of(kPadding);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kPadding) - first + 1);
}
inline std::string_view trimmed(Bytes bytes) noexcept { return trimmed(as_text(bytes)); }

}  // namespace kakoi
