// The CRC of DNP3 link frames (IEEE 1815-2012 clause 9; "CRC-16/DNP" in catalogues): polynomial 0x3D65, bits taken lowest
// first, register starts at 0, result complemented, sent low octet first.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::dnp3 {

inline constexpr std::array<std::uint16_t, 256> kCrcTable = [] {
  constexpr std::uint16_t kReversedPolynomial = 0xA6BC;
  std::array<std::uint16_t, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    auto value = static_cast<std::uint16_t>(i);
    for (int bit = 0; bit < 8; ++bit)
      value = static_cast<std::uint16_t>((value & 1) != 0 ? value >> 1 ^ kReversedPolynomial : value >> 1);
    table[i] = value;
  }
  return table;
}();

constexpr std::uint16_t crc(Bytes bytes) noexcept {
  std::uint16_t value = 0;
  for (const std::uint8_t b : bytes)
    value = static_cast<std::uint16_t>(value >> 8 ^ kCrcTable[static_cast<std::uint8_t>(value ^ b)]);
  return static_cast<std::uint16_t>(~value);
}

}  // namespace kakoi::dnp3
