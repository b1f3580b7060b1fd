// Control messages of L2TP version 2 (RFC 2661 §3.1, §3.2, §4.1). What a tunnel carries is decapsulated before.
// Not here: acknowledgements, which have no message type; version 3 (RFC 3931).
//
//   C802 | length ×2 | tunnel ×2 | session ×2 | Ns ×2 | Nr ×2 | AVP: 8008 0000 0000 | message type ×2 | AVP …
#include "dissectors/l2tp/l2tp.h"

#include "dissectors/core/name_only.h"

namespace kakoi::l2tp {

namespace {

constexpr std::uint16_t kPorts[] = {1701};
constexpr std::uint16_t kControl = 0xC802;                // type, length and sequence bits; version 2
constexpr std::uint64_t kMessageType = 0x8008'0000'0000;  // mandatory, 8 octets, vendor 0, attribute 0
constexpr std::size_t kMaxPdu = 65535;
enum : std::uint16_t { kStartRequest = 1, kStartReply = 2, kStartConnected = 3, kLast = 16 };

// 0: no such message
std::uint16_t message_type(Bytes bytes) noexcept {
  ByteReader r(bytes);
  const std::uint16_t flags = r.be16(), length = r.be16(), tunnel = r.be16();
  r.skip(6);  // session, Ns, Nr
  const std::uint64_t attribute = std::uint64_t{r.be16()} << 32 | r.be32();
  const std::uint16_t type = r.be16();
  const bool fits = r.ok() && flags == kControl && length == bytes.size() && attribute == kMessageType &&
                    (tunnel == 0) == (type == kStartRequest);  // §3.1: the only message before a tunnel has an id
  return fits && type <= kLast ? type : std::uint16_t{0};
}

Frame frame(Bytes bytes, Role) { return message_type(bytes) != 0 ? Frame::whole(bytes.size()) : Frame::foreign(); }

Protocol::Speaker speaker(Bytes pdu) {
  switch (message_type(pdu)) {
    case kStartRequest:
    case kStartConnected:
      return {Role::client, true};
    case kStartReply:
      return {Role::server, true};
    default:
      return {Role::client, false};
  }
}

}  // namespace

constinit const Protocol protocol = {
    .name = "l2tp",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .open = open_name_only,
};

}  // namespace kakoi::l2tp
