// CRCs of 16 bits as serial protocols have them, an octet at a time by table. What differs between them is the
// polynomial, which bit of an octet comes first, and where the register starts; a final complement is the caller's.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::crc16 {

template <std::uint16_t kPolynomial>
inline constexpr auto kLowFirst = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1) != 0 ? crc >> 1 ^ kPolynomial : crc >> 1;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

template <std::uint16_t kPolynomial>
inline constexpr auto kHighFirst = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned crc = i << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? crc << 1 ^ kPolynomial : crc << 1;
    table[i] = static_cast<std::uint16_t>(crc);
  }
  return table;
}();

// The lowest bit of an octet comes first; the polynomial is written reversed (1021 as 8408). `crc`: the register before
// the first of these octets.
template <std::uint16_t kPolynomial>
constexpr std::uint16_t low_first(Bytes bytes, std::uint16_t crc) noexcept {
  for (const std::uint8_t b : bytes)
    crc = static_cast<std::uint16_t>(crc >> 8 ^ kLowFirst<kPolynomial>[(crc ^ b) & 0xFF]);
  return crc;
}

template <std::uint16_t kPolynomial>
constexpr std::uint16_t high_first(Bytes bytes, std::uint16_t crc) noexcept {
  for (const std::uint8_t b : bytes)
    crc = static_cast<std::uint16_t>(crc << 8 ^ kHighFirst<kPolynomial>[(crc >> 8 ^ b) & 0xFF]);
  return crc;
}

// Modbus RTU's (Serial Line V1.02 §2.5.1.2 and appendix B), on the wire low octet first.
constexpr std::uint16_t modbus(Bytes bytes) noexcept { return low_first<0xA001>(bytes, 0xFFFF); }

}  // namespace kakoi::crc16
