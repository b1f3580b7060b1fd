// The CRC of DNP3 link frames (IEEE 1815-2012 clause 9; "CRC-16/DNP" in catalogues): polynomial 0x3D65, bits taken
// lowest first, register starts at 0, result complemented, sent low octet first.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::dnp3 {

// kCrcTables[k][b]: the register after octet b and k octets of zero. With eight of them a block of 16
// octets takes two steps, whose look-ups do not wait for each other.
inline constexpr std::array<std::array<std::uint16_t, 256>, 8> kCrcTables = [] {
  constexpr std::uint16_t kReversedPolynomial = 0xA6BC;
  std::array<std::array<std::uint16_t, 256>, 8> tables{};
  for (std::size_t i = 0; i < 256; ++i) {
    auto value = static_cast<std::uint16_t>(i);
    for (int bit = 0; bit < 8; ++bit)
      value = static_cast<std::uint16_t>((value & 1) != 0 ? value >> 1 ^ kReversedPolynomial : value >> 1);
    tables[0][i] = value;
  }
  for (std::size_t k = 1; k < tables.size(); ++k)
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint16_t before = tables[k - 1][i];
      tables[k][i] = static_cast<std::uint16_t>(before >> 8 ^ tables[0][before & 0xFF]);
    }
  return tables;
}();

constexpr std::uint16_t crc(Bytes bytes) noexcept {
  const auto& t = kCrcTables;
  unsigned value = 0;
  std::size_t at = 0;
  for (; bytes.size() - at >= 8; at += 8) {
    const std::uint8_t* b = bytes.data() + at;
    value = t[7][(value ^ b[0]) & 0xFF] ^ t[6][(value >> 8 ^ b[1]) & 0xFF] ^ t[5][b[2]] ^ t[4][b[3]] ^ t[3][b[4]] ^
            t[2][b[5]] ^ t[1][b[6]] ^ t[0][b[7]];
  }
  for (; at < bytes.size(); ++at) value = value >> 8 ^ t[0][(value ^ bytes[at]) & 0xFF];
  return static_cast<std::uint16_t>(~value);
}

}  // namespace kakoi::dnp3
