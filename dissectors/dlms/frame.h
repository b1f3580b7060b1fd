// Where a message ends, in the wrapper or in an HDLC frame, and what either says about who speaks to whom.
//
//   wrapper  0001 | source wPort ×2 | destination wPort ×2 | length ×2 | APDU                             (62056-47)
//   HDLC     7E | A, S bit, length: 11 bits | destination ×1, 2, 4 | source ×1, 2, 4 | control | [HCS ×2] |
//            [information] | FCS ×2 | 7E                                             (62056-46, frame format type 3)
//   information  E6 | E6 command, E7 response | 00 | APDU; segments but the first: the rest of it
#pragma once

#include <optional>

#include "dissectors/core/dissector.h"

namespace kakoi::dlms {

// What is read of a message: segments hold less, and of what is longer the beginning tells.
inline constexpr std::size_t kMostRead = 4096;

Frame frame(Bytes bytes, Role) noexcept;
// Does the whole message hold together, down to the lengths in its APDU?
bool probe(Bytes bytes, Role) noexcept;

struct Message {
  bool is_hdlc = false;
  bool checks = true;        // HDLC: flags, HCS and FCS
  bool is_segment = false;   // HDLC: more of the APDU is to come
  std::uint8_t control = 0;  // HDLC
  std::uint32_t source = 0;  // wPort; HDLC: upper address, and 65536 × the lower one
  std::uint32_t destination = 0;
  Bytes content;  // the APDU; HDLC: the information field
};

// Of what frame() accepted; none where the header was cut off.
std::optional<Message> parse(const Pdu& pdu) noexcept;

// HDLC control field (62056-46, clause 6.4.3): what numbers frames and polls left out.
enum Control : std::uint8_t {
  information = 0x00,
  unnumbered = 0x03,
  dm = 0x0F,
  disc = 0x43,
  ua = 0x63,
  snrm = 0x83,
  frmr = 0x87,
  supervisory = 0x01
};
constexpr Control kind_of(std::uint8_t control) noexcept {
  if ((control & 1) == 0) return information;
  return (control & 3) == 1 ? supervisory : static_cast<Control>(control & ~0x10);
}

// LLC (62056-46, clause 5.3.2) of an information field that begins an APDU.
inline constexpr std::size_t kLlc = 3;
constexpr bool has_llc(Bytes information) noexcept {
  return information.size() >= kLlc && information[0] == 0xE6 && (information[1] & 0xFE) == 0xE6 && information[2] == 0;
}

}  // namespace kakoi::dlms
