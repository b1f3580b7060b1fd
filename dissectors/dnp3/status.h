// Why an outstation did not do what it was asked, in the standard's words (IEEE 1815-2012). Empty for success.
#pragma once

#include <cstdint>
#include <string_view>

namespace kakoi::dnp3 {

// Internal indications of a response, first octet in the low half: the number of a bit is
// its index in group 80.
struct Indications {
  std::uint16_t bits = 0;

  // Those that tell how the outstation fares: LOCAL_CONTROL, DEVICE_TROUBLE, DEVICE_RESTART,
  // EVENT_BUFFER_OVERFLOW, CONFIG_CORRUPT.
  std::uint16_t condition() const noexcept { return bits & 0x28E0; }
  // NO_FUNC_CODE_SUPPORT, OBJECT_UNKNOWN, PARAMETER_ERROR, ALREADY_EXECUTING: the request was in vain.
  bool refuses() const noexcept { return (bits & 0x1700) != 0; }
  std::string_view reason() const noexcept;
};

// Of a control relay output block, pattern control block or analog output (seven bits).
std::string_view control_status(std::uint8_t code) noexcept;
// Of a file command or block (g70v4, g70v6).
std::string_view file_status(std::uint8_t code) noexcept;
// Error code of Secure Authentication (g120v7); never empty.
std::string_view authentication_error(std::uint8_t code) noexcept;
// Key status of Secure Authentication (g120v5).
std::string_view key_status(std::uint8_t code) noexcept;

}  // namespace kakoi::dnp3
