// What the messages of BSAP ask for, by name and class.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/bsap/message.h"

namespace kakoi::bsap {

// As stated: exchange · 256 + function of the remote database; 10000h + function of its extension; 20000h + link function.
inline constexpr std::uint32_t kExtension = 0x1'0000, kLink = 0x2'0000;
inline constexpr std::uint32_t kWriteByAddress = 0xA080, kWriteByName = 0xA084;

struct Function {
  std::uint32_t code;
  OperationClass cls;
};
// Of a request; none if it is too short to have one.
std::optional<Function> function_of(const Message& request) noexcept;
std::string_view function_name(std::uint32_t code) noexcept;

}  // namespace kakoi::bsap
