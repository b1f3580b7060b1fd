// What classes of objects and their properties are called (ECHONET Specification, Appendix: device objects; Part 2, chapter 6:
// node profile), and what is written to them.
#pragma once

#include <string_view>

#include "dissectors/core/text.h"
#include "dissectors/echonet_lite/message.h"

namespace kakoi::echonet_lite {

inline constexpr std::uint16_t kNodeProfile = 0x0EF0;

std::string_view class_name(std::uint16_t cls) noexcept;  // empty: not known
// Does something other than asking and telling of others: no controller, no portable terminal, no profile.
bool is_device(const Object& object) noexcept;

// Says what the object is, not what it measures or does: property maps, codes and numbers of the maker.
bool is_identity(const Object& object, std::uint8_t property) noexcept;
// Clock and calendar.
bool is_time(std::uint8_t property) noexcept;

using Value = text::Line<48>;
// "operation status: on", "E5: 0032"
void write_property(std::uint16_t cls, const Property& property, Value& value) noexcept;
// "living room 1"; false: not told.
bool write_location(Bytes value, Value& words) noexcept;

}  // namespace kakoi::echonet_lite
