// What all frames share (C37.118.2-2011, clause 6.2, table 2), and how a frame's end and its authenticity are told.
//
//   SYNC ×2: AA, then 0 | type ×3 | version ×4 | FRAMESIZE ×2 | IDCODE ×2 | SOC ×4 | FRACSEC ×4 | … | CHK ×2
#pragma once

#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi::synchrophasor {

inline constexpr std::size_t kPrefixSize = 14, kCheckSize = 2;  // octets before and behind what a type adds
inline constexpr std::size_t kMostSize = 0xFFFF;

enum class Type : std::uint8_t {
  data = 0,
  header = 1,
  configuration_1 = 2,
  configuration_2 = 3,
  command = 4,
  configuration_3 = 5,
};
constexpr Type type_of(std::uint8_t second_octet) noexcept {
  return Type{static_cast<std::uint8_t>(second_octet >> 4 & 7)};
}
constexpr bool is_configuration(Type type) noexcept {
  return type == Type::configuration_1 || type == Type::configuration_2 || type == Type::configuration_3;
}

Frame frame(Bytes bytes, Role) noexcept;
// Stricter than the framer: the whole frame is there, and its check word fits.
bool probe(Bytes bytes, Role) noexcept;
// Of a whole frame.
bool checks(Bytes frame) noexcept;

}  // namespace kakoi::synchrophasor
