// HCS and FCS of IEC 62056-46 (clause 6.4.5, as ISO/IEC 13239): polynomial 1021 reflected, from FFFF, inverted; the low octet
// goes first.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::dlms {

inline constexpr auto kCrcTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x8408 : crc >> 1;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

// Over octets with their check word behind them: does it fit?
constexpr bool checks(Bytes bytes) noexcept {
  std::uint16_t sum = 0xFFFF;
  for (const std::uint8_t b : bytes) sum = static_cast<std::uint16_t>(sum >> 8 ^ kCrcTable[(sum ^ b) & 0xFF]);
  return sum == 0xF0B8;
}

}  // namespace kakoi::dlms
