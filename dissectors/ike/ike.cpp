// The header of IKEv1 (RFC 2408 §3.1, RFC 2409) and IKEv2 (RFC 7296 §3.1), also behind the marker that tells it from
// ESP on port 4500 (RFC 3948 §2.2).
// Not here: what is negotiated, ESP in UDP, IKE over TCP (RFC 8229).
//
//   [0 ×4] initiator SPI ×8 | responder SPI ×8 | next payload | version | exchange | flags | message id ×4 | length ×4
#include "dissectors/ike/ike.h"

#include "dissectors/core/name_only.h"

namespace kakoi::ike {

namespace {

constexpr std::uint16_t kPorts[] = {500, 4500};
constexpr std::size_t kHeader = 28, kMarker = 4, kMaxPdu = 65535;
constexpr std::uint8_t kV1 = 0x10, kV2 = 0x20;

bool is_first_exchange(std::uint8_t exchange) noexcept {  // RFC 2408 §3.1, RFC 2409 §5, mode config
  return (exchange >= 1 && exchange <= 6) || exchange == 32 || exchange == 33;
}
// RFC 7296 §3.1; IKE_SESSION_RESUME … IKE_FOLLOWUP_KE of IANA's registry
bool is_second_exchange(std::uint8_t exchange) noexcept { return exchange >= 34 && exchange <= 44; }

Bytes without_marker(Bytes bytes) noexcept {
  return bytes.size() > kMarker && ByteReader(bytes).be32() == 0 ? bytes.subspan(kMarker) : bytes;
}

struct Message {
  std::uint64_t initiator, responder;
  std::uint8_t next, version, exchange, flags;
  std::uint32_t message, length;
};

bool read(ByteReader r, Message& h) noexcept {
  h.initiator = r.be64(), h.responder = r.be64();
  h.next = r.u8(), h.version = r.u8(), h.exchange = r.u8(), h.flags = r.u8();
  h.message = r.be32(), h.length = r.be32();
  return r.ok();
}

bool fits(const Message& h, std::size_t size) noexcept {
  if (h.length != size || h.initiator == 0) return false;
  if (h.version == kV2)  // response, version, initiator; payloads 33 to 54
    return is_second_exchange(h.exchange) && (h.flags & ~0x38) == 0 &&
           (h.next == 0 || (h.next >= 33 && h.next <= 54)) && (h.responder != 0 || h.message == 0);
  // encryption, commit, authentication only; payloads to 21 and the drafts' for NAT traversal
  return h.version == kV1 && is_first_exchange(h.exchange) && (h.flags & ~0x07) == 0 && h.next != 0 &&
         (h.next <= 21 || (h.next >= 128 && h.next <= 132));
}

Frame frame(Bytes bytes, Role) {
  const Bytes body = without_marker(bytes);
  Message h{};
  return body.size() >= kHeader && read(ByteReader(body), h) && fits(h, body.size()) ? Frame::whole(bytes.size())
                                                                                     : Frame::foreign();
}

Protocol::Speaker speaker(Bytes pdu) {
  Message h{};
  if (!read(ByteReader(without_marker(pdu)), h)) return {Role::client, false};
  if (h.version == kV2) return {(h.flags & 0x08) != 0 ? Role::client : Role::server, true};
  return {Role::client, h.responder == 0};
}

}  // namespace

constinit const Protocol protocol = {
    .name = "ike",
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

}  // namespace kakoi::ike
