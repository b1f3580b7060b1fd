// CRC-16 of Modbus RTU (Serial Line V1.02 §2.5.1.2 and appendix B): polynomial A001 reflected, from FFFF.
// On the wire its low octet comes first.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::modbus {

inline constexpr auto kCrcTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ 0xA001 : crc >> 1;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

constexpr std::uint16_t crc16(Bytes bytes) noexcept {
  std::uint16_t crc = 0xFFFF;
  for (const std::uint8_t b : bytes) crc = static_cast<std::uint16_t>(crc >> 8 ^ kCrcTable[(crc ^ b) & 0xFF]);
  return crc;
}

}  // namespace kakoi::modbus
