// Functions of S7 communication. Codes as in Operation::function_code: of jobs the function, of user data
// kUserData + function group * 256 + subfunction.
#pragma once

#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi::s7comm {

inline constexpr std::uint32_t kUserData = 0x1'0000;

enum Function : std::uint8_t {
  cpu_services = 0x00,
  read_var = 0x04,
  write_var = 0x05,
  request_download = 0x1A,
  download_block = 0x1B,
  download_ended = 0x1C,
  start_upload = 0x1D,
  upload = 0x1E,
  end_upload = 0x1F,
  pi_service = 0x28,
  plc_stop = 0x29,
  setup_communication = 0xF0,
};
// Function groups of user data.
enum Group : std::uint8_t {
  mode_transition = 0,
  programmer = 1,
  cyclic = 2,
  block = 3,
  cpu = 4,
  security = 5,
  pbc = 6,
  time = 7,
};
inline constexpr std::uint8_t kReadSzl = 1, kPassword = 1, kSetClock = 2, kSetClockFollowing = 4;

OperationClass class_of(std::uint32_t code) noexcept;
std::string_view function_name(std::uint32_t code);

// A program invocation (28h), by the service's name: "P_PROGRAM", "_INSE" …
struct Invocation {
  OperationClass cls;
  std::string_view name;    // static
  std::uint32_t qualifier;  // of the operation; kNoValue for a service that is not known
};
const Invocation& invocation(std::string_view service) noexcept;
FunctionName qualified_name(const Operation& operation);

}  // namespace kakoi::s7comm
