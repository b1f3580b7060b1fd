// The check word of a telegram: CRC-16 of polynomial 1021 from 0, the high bit first, over all octets before it.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::sbus {

inline constexpr auto kCrcTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

constexpr std::uint16_t crc(Bytes bytes) noexcept {
  std::uint16_t sum = 0;
  for (const std::uint8_t b : bytes) sum = static_cast<std::uint16_t>(sum << 8 ^ kCrcTable[(sum >> 8 ^ b) & 0xFF]);
  return sum;
}

}  // namespace kakoi::sbus
