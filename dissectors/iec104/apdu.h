// The APCI, IEC 60870-5-104 §5.1: start, length and control field of I-, S- and U-frames.
//
//   68 | length | control ×4 | ASDU (I-frames alone) …
//                '--------- counted by length -------->
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"
#include "dissectors/core/dissector.h"

namespace kakoi::iec104 {

inline constexpr std::uint8_t kStart = 0x68;
inline constexpr std::size_t kControlAt = 2, kAsduAt = 6;
inline constexpr std::uint8_t kShortest = 4, kLongest = 253;  // length octet
inline constexpr unsigned kModulus = 1u << 15;                // of N(S) and N(R)

enum class Format : std::uint8_t { i, s, u };

// U-frame functions (figure 8): exactly one bit pair is set, the lower bit of it in an act.
enum class Control : std::uint8_t {
  startdt_act = 0x07,
  startdt_con = 0x0B,
  stopdt_act = 0x13,
  stopdt_con = 0x23,
  testfr_act = 0x43,
  testfr_con = 0x83,
};

struct Apdu {
  std::uint8_t length = 0;
  std::array<std::uint8_t, 4> control{};
  Bytes asdu;  // may be cut
  std::size_t asdu_size = 0;

  Format format() const noexcept {
    if ((control[0] & 1) == 0) return Format::i;
    return (control[0] & 2) == 0 ? Format::s : Format::u;
  }
  std::uint16_t send_number() const noexcept { return static_cast<std::uint16_t>(control[1] << 7 | control[0] >> 1); }
  bool is_cut() const noexcept { return asdu.size() < asdu_size; }
};

// At least kAsduAt octets that frame() accepted.
Apdu parse_apdu(Bytes bytes) noexcept;

// The control field as §5.1 fixes it: everything that is not a number is zero.
bool is_control_legal(const Apdu& apdu) noexcept;

// Looser than the probe: once a flow is known to be 104, an odd type or count must not cost the APDUs
// behind it. The bits that tell the formats apart still have to be right, for resynchronisation.
Frame frame(Bytes bytes, Role speaker);

}  // namespace kakoi::iec104
