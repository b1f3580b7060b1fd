// Takes the commands out of a Telnet byte stream and the escape sequences out of its text, one
// octet at a time, so that it does not matter where segments end.
#pragma once

#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::telnet {

// RFC 854, "TELNET COMMAND STRUCTURE"; End of File, Suspend and Abort are of RFC 1184.
inline constexpr std::uint8_t kIac = 255, kDont = 254, kDo = 253, kWont = 252, kWill = 251, kSb = 250, kSe = 240;

class Nvt {
 public:
  // True where `octet` is a character of the text; otherwise it was part of something else.
  bool is_text(std::uint8_t octet) noexcept;
  void reset() noexcept { state_ = State::text; }

 private:
  enum class State : std::uint8_t { text, iac, option, sub, sub_iac, escape, control_sequence };
  State state_ = State::text;
};

// Whether the bytes begin with one or more commands of which at least one negotiates an option that
// IANA has registered (RFC 855), with nothing in front of them.
bool starts_with_negotiation(Bytes bytes) noexcept;

}  // namespace kakoi::telnet
