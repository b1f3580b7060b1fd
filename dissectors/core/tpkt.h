// ISO transport over TCP (RFC 1006, "TPKT") with COTP class 0 (ISO 8073 / X.224) inside: the layers that S7, MMS and
// RDP share. Framing and reading only; what is carried tells which protocol it is.
//
//   03 | 00 | length ×2 | LI | type | …                  length counts from the 03, LI from the octet behind it
//   CR, CC   LI | E0 or D0 | dst-ref ×2 | src-ref ×2 | class | { parameter | size | value } … | user data
//   DT       LI | F0 | EOT and number | user data
#pragma once

#include <optional>

#include "dissectors/core/dissector.h"

namespace kakoi::tpkt {

inline constexpr std::size_t kHeader = 4;    // octets of RFC 1006 §6
inline constexpr std::size_t kLeast = 7;     // with the shortest TPDU
inline constexpr std::size_t kMost = 65535;  // of a whole packet
inline constexpr std::uint16_t kPort = 102;  // iso-tsap
enum class Type : std::uint8_t {             // X.224 §13; the lower half carries credit
  expedited = 0x10,
  expedited_ack = 0x20,
  reject = 0x50,
  ack = 0x60,
  error = 0x70,
  disconnect_request = 0x80,
  disconnect_confirm = 0xC0,
  connect_confirm = 0xD0,
  connect_request = 0xE0,
  data = 0xF0,
};

// Where the packet ends. Asks for no more than seven octets.
inline Frame frame(Bytes bytes) noexcept {
  if (bytes.empty()) return Frame::more(kLeast);
  if (bytes[0] != 3 || (bytes.size() > 1 && bytes[1] != 0)) return Frame::foreign();
  if (bytes.size() < kLeast) return Frame::more(kLeast);
  const std::size_t size = static_cast<std::size_t>(bytes[2] << 8 | bytes[3]);
  const std::size_t header = bytes[4];  // the TPDU's, without its own octet
  if (size < kLeast || header < 2 || header + kHeader + 1 > size) return Frame::foreign();
  switch (static_cast<Type>(bytes[5] & 0xF0)) {
    case Type::expedited:
    case Type::expedited_ack:
    case Type::reject:
    case Type::ack:
    case Type::error:
    case Type::disconnect_request:
    case Type::disconnect_confirm:
    case Type::connect_confirm:
    case Type::connect_request:
    case Type::data:
      return Frame::whole(size);
  }
  return Frame::foreign();
}

struct Tpdu {
  Type type = Type::data;
  bool is_last = true;  // of a data TPDU: end of the message (EOT)
  Bytes variable;       // CR and CC: the parameters
  Bytes user_data;      // may be cut by the capture
};

// Of a packet that frame() accepted; none where the header was cut off.
inline std::optional<Tpdu> parse(Bytes packet) noexcept {
  ByteReader r{packet};
  r.skip(kHeader);
  const std::uint8_t header_size = r.u8();
  ByteReader header = r.sub(header_size);
  Tpdu t;
  t.type = static_cast<Type>(header.u8() & 0xF0);
  if (t.type == Type::data) {
    t.is_last = (header.u8() & 0x80) != 0;
  } else if (t.type == Type::connect_request || t.type == Type::connect_confirm) {
    header.skip(5);  // references, class
    t.variable = header.rest();
  }
  if (!r.ok() || !header.ok()) return {};
  t.user_data = r.rest();
  return t;
}

// Of one speaker: which data TPDUs begin a message. Some engineering tools send an empty one without EOT first.
class Continuation {
 public:
  // Is this the rest of a message, or nothing at all?
  bool skips(const Tpdu& tpdu) noexcept {
    const bool continues = inside_;
    if (tpdu.user_data.empty()) return true;
    inside_ = !tpdu.is_last;
    return continues;
  }
  void forget() noexcept { inside_ = false; }

 private:
  bool inside_ = false;
};

// X.224 §13.3.4: 0xC1 the caller's selector, 0xC2 the called one; empty where there is none.
inline constexpr std::uint8_t kCallingSelector = 0xC1, kCalledSelector = 0xC2;
inline Bytes parameter(const Tpdu& tpdu, std::uint8_t code) noexcept {
  ByteReader r{tpdu.variable};
  while (r.remaining() >= 2) {
    const std::uint8_t id = r.u8();
    const Bytes value = r.take(r.u8());
    if (r.ok() && id == code) return value;
  }
  return {};
}

}  // namespace kakoi::tpkt
