// Services and messages. Codes as in Operation::function_code: confirmed services as they are, the others beyond.
#pragma once

#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi::bacnet {

inline constexpr std::uint32_t kUnconfirmed = 0x100, kVirtualLink = 0x200, kNetwork = 0x300, kReject = 0x400,
                               kAbort = 0x401;
// ReinitializeDevice, where it does not restart the device (clause 16.4).
inline constexpr std::uint32_t kBackup = 0x500, kRestore = 0x501, kRestoreGivenUp = 0x502;

enum Confirmed : std::uint8_t {
  add_list_element = 8,
  remove_list_element = 9,
  create_object = 10,
  delete_object = 11,
  read_property = 12,
  read_property_multiple = 14,
  write_property = 15,
  write_property_multiple = 16,
  device_communication_control = 17,
  reinitialize_device = 20,
};
enum Unconfirmed : std::uint8_t { i_am = 0, i_have = 1, who_is = 8 };

OperationClass class_of(std::uint32_t code) noexcept;
std::string_view function_name(std::uint32_t code);
std::string_view object_type_name(std::uint32_t type) noexcept;  // static; empty: not listed

}  // namespace kakoi::bacnet
