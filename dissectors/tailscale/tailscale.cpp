// Discovery messages of Tailscale (tailscale.com, package disco), which share port and flow with WireGuard.
// Not here: what is in the box; messages inside a DERP relay's TLS.
//
//   "TS💬" ×6 | sender's public key ×32 | nonce ×24 | box: tag ×16, message type, version, …
#include "dissectors/tailscale/tailscale.h"

#include <algorithm>

#include "dissectors/core/name_only.h"

namespace kakoi::tailscale {

namespace {

constexpr std::uint16_t kPorts[] = {41641};
constexpr std::string_view kMagic = "TS\xF0\x9F\x92\xAC";
constexpr std::size_t kKey = 32, kNonce = 24, kTag = 16, kSmallest = 2;

Frame frame(Bytes bytes, Role) {
  if (bytes.size() < kMagic.size() + kKey + kNonce + kTag + kSmallest) return Frame::foreign();
  const Bytes key = bytes.subspan(kMagic.size(), kKey);
  const bool fits = as_text(bytes).starts_with(kMagic) &&
                    std::any_of(key.begin(), key.end(), [](std::uint8_t octet) { return octet != 0; });
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

}  // namespace

constinit const Protocol protocol = {
    .name = "tailscale",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .open = open_name_only,
};

}  // namespace kakoi::tailscale
