// Function codes and what they are called: the tags of APDUs; those of an association request have its mechanism × 256 with
// them, and beyond are HDLC's frames.
#pragma once

#include <cstdint>
#include <string_view>

namespace kakoi::dlms {

inline constexpr std::uint32_t kMechanism = 0x100, kCipheredContext = 0x10, kHdlc = 0x1'0000, kCiphered = 0x2'0000;

std::string_view function_name(std::uint32_t code);

}  // namespace kakoi::dlms
