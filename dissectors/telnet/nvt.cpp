#include "dissectors/telnet/nvt.h"

namespace kakoi::telnet {

namespace {
// IANA "Telnet Options": 0–49, 138–140, 255.
constexpr bool is_registered(std::uint8_t option) noexcept {
  return option <= 49 || (option >= 138 && option <= 140) || option == 255;
}
}  // namespace

bool Nvt::is_text(std::uint8_t octet) noexcept {
  constexpr std::uint8_t kEscape = 0x1B;
  switch (state_) {
    case State::text:
      if (octet == kIac)
        state_ = State::iac;
      else if (octet == kEscape)
        state_ = State::escape;
      else
        return true;
      return false;
    case State::iac:
      if (octet >= kWill && octet <= kDont)
        state_ = State::option;
      else if (octet == kSb)
        state_ = State::sub;
      else
        state_ = State::text;  // IAC IAC is the character 255: of no use in a log-in
      return false;
    case State::option:
      state_ = State::text;
      return false;
    case State::sub:
      if (octet == kIac) state_ = State::sub_iac;
      return false;
    case State::sub_iac:
      state_ = octet == kSe ? State::text : State::sub;
      return false;
    case State::escape:  // ECMA-48 §5.4: CSI is ESC [; other sequences that terminals send have two octets
      state_ = octet == '[' ? State::control_sequence : State::text;
      return false;
    case State::control_sequence:
      if (octet >= 0x40 && octet <= 0x7E)
        state_ = State::text;
      else if (octet < 0x20) {  // not a sequence after all; a line end must not be lost in it
        state_ = State::text;
        return true;
      }
      return false;
  }
  return false;
}

bool starts_with_negotiation(Bytes bytes) noexcept {
  bool negotiated = false;
  ByteReader r(bytes);
  while (r.remaining() >= 2) {
    if (r.u8() != kIac) return negotiated;
    const std::uint8_t command = r.u8();
    if (command >= kWill && command <= kDont) {
      if (r.remaining() == 0) return negotiated;
      if (!is_registered(r.u8())) return false;
      negotiated = true;
    } else if (command == kSb) {
      if (r.remaining() > 0 && !is_registered(r.u8())) return false;
      // Subnegotiation: up to IAC SE, or the end of what is here.
      for (std::uint8_t before = 0, octet = 0; r.remaining() > 0; before = octet) {
        octet = r.u8();
        if (before == kIac && octet == kSe) break;
      }
      negotiated = true;
    } else if (command < 236) {
      return false;  // no command; IAC IAC (255) is text
    } else if (command == kIac) {
      return negotiated;
    }
  }
  return negotiated;
}

}  // namespace kakoi::telnet
