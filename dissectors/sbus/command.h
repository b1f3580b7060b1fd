// What S-Bus commands are called, what they do, and which elements of the controller they name.
#pragma once

#include <string_view>

#include "dissectors/core/dissector.h"

namespace kakoi::sbus {

// Function codes: command codes, and beyond them the telegram types of Read/write block data.
inline constexpr std::uint32_t kMultiMedias = 0x13, kBlock = 0xA9, kBlockTelegram = 0xA900;

struct Command {
  std::uint16_t code;
  OperationClass cls;
  std::string_view name;
};
// Null: not a known command.
const Command* find_command(std::uint32_t function_code) noexcept;
std::string_view function_name(std::uint32_t function_code);

// Does it change something in the controller, so that it is told one by one?
constexpr bool is_change(std::uint32_t code, OperationClass cls) noexcept {
  return is_command(cls) || (cls == OperationClass::time && code == 0x0C);
}

// A request: station | command | data.
struct Request {
  std::uint8_t station = 0;
  std::uint32_t code = 0;  // as a function code
  OperationClass cls = OperationClass::other;
  Bytes data;
};
// `bytes`: from the station on, without the check word.
Request parse_request(Bytes bytes) noexcept;

// The elements that a request reads or writes. `kind` is empty where it names none, or not enough of them is there.
struct Elements {
  std::string_view kind;
  std::uint32_t first = 0, count = 0;
  text::Line<48> value;  // that is written
};
Elements elements_of(const Request& request) noexcept;

}  // namespace kakoi::sbus
