// WireGuard's handshake (J. Donenfeld, "WireGuard: Next Generation Kernel Network Tunnel", §5.4.2 and §5.4.3).
// Not here: cookie replies and transport data, whose four known octets other traffic has, too.
//
//   initiation  01 000000 | sender ×4 | ephemeral ×32 | static ×48 | timestamp ×28 | mac1 ×16 | mac2 ×16
//   response    02 000000 | sender ×4 | receiver ×4 | ephemeral ×32 | empty ×16 | mac1 ×16 | mac2 ×16
#include "dissectors/wireguard/wireguard.h"

#include <algorithm>

#include "dissectors/core/name_only.h"

namespace kakoi::wireguard {

namespace {

constexpr std::uint16_t kPorts[] = {51820};
constexpr std::uint32_t kInitiation = 0x0100'0000, kResponse = 0x0200'0000;  // type, three octets of zero
constexpr std::size_t kInitiationSize = 148, kResponseSize = 92, kMac = 16;

bool is_zero(Bytes bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t octet) { return octet == 0; });
}

// mac2 is zero unless a server under load asked for a cookie (§5.4.7); nothing else in the message is.
Frame frame(Bytes bytes, Role) {
  ByteReader r(bytes);
  const std::uint32_t type = r.be32();
  const bool initiation = type == kInitiation && bytes.size() == kInitiationSize;
  if (!initiation && (type != kResponse || bytes.size() != kResponseSize)) return Frame::foreign();
  const Bytes indices = r.take(initiation ? 4 : 8);
  const Bytes ephemeral = r.take(32);
  const Bytes macs = bytes.last(2 * kMac);
  const bool fits = !is_zero(indices) && !is_zero(ephemeral.first(8)) && !is_zero(ephemeral.last(8)) &&
                    !is_zero(macs.first(kMac)) && is_zero(macs.last(kMac));
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes pdu) {
  return {!pdu.empty() && pdu[0] == 1 ? Role::client : Role::server, !pdu.empty()};
}

}  // namespace

constinit const Protocol protocol = {
    .name = "wireguard",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kInitiationSize,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .open = open_name_only,
};

}  // namespace kakoi::wireguard
