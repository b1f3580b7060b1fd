// What a command's element means, as text: IEC 60870-5-101 §7.2.6 (information elements), §7.3.2 and 7.3.5.
#pragma once

#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/text.h"
#include "dissectors/iec104/asdu_type.h"

namespace kakoi::iec104 {

// The longest element with time tag of a type that is_command() (C_SE_TC_1).
inline constexpr std::size_t kLongestCommand = 12;

// Does an ASDU of that type change something in the station? Interrogations, reading and tests do not.
constexpr bool is_command(std::uint32_t id) noexcept {
  return (id >= 45 && id <= 51) || (id >= 58 && id <= 64) || id == 103 || id == 105 || id == 106 ||
         (id >= 110 && id <= 113);
}

// Does the element ask for selection alone (S/E bit)?
bool is_select(std::uint32_t id, Bytes element) noexcept;

// "select", "execute"; "deactivate" by the cause. Static.
std::string_view step_of(std::uint32_t id, std::uint8_t cause, Bytes element) noexcept;

using CommandText = text::Held<112>;

// "on, short pulse", "12.5", "2009-08-13 10:11:12.345, summer time". The element may be cut: nothing is said then.
void describe(std::uint32_t id, Bytes element, CommandText& text) noexcept;

}  // namespace kakoi::iec104
