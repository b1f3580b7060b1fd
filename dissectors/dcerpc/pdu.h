// PDUs of connection-oriented DCE/RPC, version 5 (C706 §12.6, MS-RPCE §2.2.2).
//
//   05 | minor | type | flags | data representation ×4 | fragment length ×2 | authentication length ×2 | call id ×4 | …
//   … | authentication: type, level, pad, 0, context ×4 | token
#pragma once

#include <cstdint>
#include <optional>

#include "dissectors/core/bytes.h"

namespace kakoi::dcerpc {

enum Type : std::uint8_t {
  request = 0,
  response = 2,
  fault = 3,
  bind = 11,
  bind_ack = 12,
  bind_nak = 13,
  alter = 14,
  alter_ack = 15,
  auth3 = 16,
  last = 19
};
enum Flag : std::uint8_t { first_fragment = 0x01, last_fragment = 0x02, object = 0x80 };

constexpr std::size_t kHeader = 16;

struct Pdu {
  std::uint8_t type = 0, flags = 0;
  bool little = true;  // numbers of both header and body: C706 §14.2.5
  std::uint32_t call = 0;
  std::size_t length = 0;          // of this fragment, header and all
  std::size_t authentication = 0;  // of its token

  std::uint16_t u16(ByteReader& r) const noexcept { return little ? r.le16() : r.be16(); }
  std::uint32_t u32(ByteReader& r) const noexcept { return little ? r.le32() : r.be32(); }
};

struct Verifier {  // MS-RPCE §2.2.2.11
  std::uint8_t type = 0, level = 0;
  Bytes token;
};
constexpr std::uint8_t kNone = 1, kPrivacy = 6;  // levels: MS-RPCE §2.2.1.1.8

// Nothing if `b` does not begin with a PDU's header.
std::optional<Pdu> read_header(Bytes b) noexcept;
// Of a whole PDU; nothing where there is none.
std::optional<Verifier> verifier_of(const Pdu& pdu, Bytes b) noexcept;
// Can arguments and results be read as numbers are here? Not where they are encrypted, or where that can't be told
// because the PDU is cut.
inline bool is_readable(const Pdu& pdu, const std::optional<Verifier>& verifier) noexcept {
  return pdu.little && (verifier ? verifier->level != kPrivacy : pdu.authentication == 0);
}
// Behind the header, without the verifier and what pads it. What is cut off by max_pdu or the snap length is missing.
Bytes body_of(const Pdu& pdu, Bytes b) noexcept;

}  // namespace kakoi::dcerpc
