// OpenVPN's hard resets, the first packet of either side in TLS mode (draft-openvpn-wire-protocol §2 and §3; OpenVPN's
// ssl_pkt.h). Over TCP each packet has its length before it.
// Not here: static keys, which leave no octet in clear; TLS inside, acknowledgements, data.
//
//   opcode·5 key·3 | session ×8 |                                         acks | remote session … | id ×4
//   tls-auth       … session ×8 | HMAC ×16…64 | replay id ×4 | time ×4 |  acks | remote session … | id ×4
//   tls-crypt      … session ×8 | replay id ×4 | time ×4 | HMAC ×32 | what follows encrypted; v2: and the client's key
#include "dissectors/openvpn/openvpn.h"

#include "dissectors/core/name_only.h"

namespace kakoi::openvpn {

namespace {

constexpr std::uint16_t kPorts[] = {1194};
constexpr std::uint8_t kClientV2 = 7 << 3, kServerV2 = 8 << 3, kClientV3 = 10 << 3;  // the first key's id is 0
constexpr std::size_t kHead = 9;                                                     // opcode, session
constexpr std::size_t kReplay = 8;                                                   // replay id, time
constexpr std::size_t kCryptMac = 32;
constexpr std::size_t kMaxReset = 1500;

// The end of a reset: a client has nothing to acknowledge, a server acknowledges the client's first packet.
constexpr std::size_t kClientEnd = 1 + 4, kServerEnd = 1 + 4 + 8 + 4;
constexpr std::size_t kEarlyNegotiation = 6;  // a server's answer to tls-crypt v2: type, length, flags

bool is_client_end(Bytes end) noexcept {
  ByteReader r(end);
  return r.u8() == 0 && r.be32() == 0 && r.ok() && r.remaining() == 0;
}
bool is_server_end(Bytes end) noexcept {
  ByteReader r(end);
  const bool acknowledges = r.u8() == 1 && r.be32() == 0 && r.be64() != 0;
  return acknowledges && r.be32() == 0 && r.ok() && r.remaining() == 0;
}

// Counted from 1 for the sender's packets. Of a client since 2.6, the top octets say that it can negotiate early.
bool is_replay(Bytes bytes, bool early) noexcept {
  constexpr std::uint32_t k2009 = 0x4B00'0000;  // tls-crypt is younger
  ByteReader r(bytes);
  const std::uint32_t id = r.be32();
  const std::uint32_t count = early ? id & 0xFFFF : id;
  return count > 0 && count < 256 && r.be32() >= k2009;
}

bool is_tls_auth(Bytes rest, bool client) noexcept {
  const std::size_t end = client ? kClientEnd : kServerEnd;
  if (rest.size() < kReplay + end) return false;
  switch (rest.size() - kReplay - end) {  // MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512
    case 16:
    case 20:
    case 28:
    case 32:
    case 48:
    case 64:
      break;
    default:
      return false;
  }
  return is_replay(rest.last(kReplay + end).first(kReplay), false) &&
         (client ? is_client_end(rest.last(end)) : is_server_end(rest.last(end)));
}

bool is_tls_crypt(Bytes rest, bool client) noexcept {
  constexpr std::size_t kBegin = kReplay + kCryptMac;
  const bool fits = client
                        ? rest.size() == kBegin + kClientEnd
                        : rest.size() == kBegin + kServerEnd || rest.size() == kBegin + kServerEnd + kEarlyNegotiation;
  return fits && is_replay(rest.first(kReplay), true);
}

// The wrapped client key ends with its own length and is 290 octets at least (doc/tls-crypt-v2.txt).
bool is_tls_crypt_v2(Bytes rest) noexcept {
  constexpr std::size_t kBegin = kReplay + kCryptMac + kClientEnd;
  if (rest.size() < kBegin + 290) return false;
  return ByteReader(rest.last(2)).be16() == rest.size() - kBegin && is_replay(rest.first(kReplay), true);
}

bool is_reset(Bytes packet) noexcept {
  if (packet.size() < kHead + kClientEnd) return false;
  const std::uint8_t opcode = packet[0];
  const Bytes rest = packet.subspan(kHead);
  if (ByteReader(packet.subspan(1)).be64() == 0) return false;
  switch (opcode) {
    case kClientV2:
      return is_client_end(rest) || is_tls_auth(rest, true) || is_tls_crypt(rest, true);
    case kServerV2:
      return is_server_end(rest) || is_tls_auth(rest, false) || is_tls_crypt(rest, false);
    case kClientV3:
      return is_tls_crypt_v2(rest);
    default:
      return false;
  }
}

bool is_opcode(std::uint8_t first) noexcept { return first == kClientV2 || first == kServerV2 || first == kClientV3; }

// A datagram begins with the opcode, a packet over TCP with its length, whose first octet is none of them.
Frame frame(Bytes bytes, Role) {
  if (bytes.empty()) return Frame::foreign();
  if (is_opcode(bytes[0])) return is_reset(bytes) ? Frame::whole(bytes.size()) : Frame::foreign();
  ByteReader r(bytes);
  const std::size_t size = r.be16();
  const std::uint8_t opcode = r.u8();
  if (!r.ok()) return bytes[0] * 256u < kMaxReset ? Frame::more(3) : Frame::foreign();
  if (size < kHead + kClientEnd || size > kMaxReset || !is_opcode(opcode)) return Frame::foreign();
  if (bytes.size() < 2 + size) return Frame::more(2 + size);
  return is_reset(bytes.subspan(2, size)) ? Frame::whole(2 + size) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes pdu) {
  const std::size_t at = !pdu.empty() && is_opcode(pdu[0]) ? 0 : 2;
  if (at >= pdu.size()) return {Role::client, false};
  return {pdu[at] == kServerV2 ? Role::server : Role::client, true};
}

}  // namespace

constinit const Protocol protocol = {
    .name = "openvpn",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 2 + kMaxReset,
    .header = Header::weak,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .open = open_name_only,
};

}  // namespace kakoi::openvpn
