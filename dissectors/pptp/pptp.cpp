// The control connection of PPTP (RFC 2637 §1.4, §2). The tunnel itself is GRE, and is decapsulated before.
//
//   length ×2 | 0001 | cookie 1A2B3C4D | control message type ×2 | reserved ×2 | …
#include "dissectors/pptp/pptp.h"

#include <array>

#include "dissectors/core/name_only.h"

namespace kakoi::pptp {

namespace {

constexpr std::uint16_t kPorts[] = {1723};
constexpr std::uint32_t kCookie = 0x1A2B'3C4D;
constexpr std::size_t kBegin = 12;
// By control message type (§2.1 to §2.15); 0: no such message.
constexpr std::array<std::uint16_t, 16> kSizes = {0, 156, 156, 16, 16, 16, 20, 168, 32, 220, 24, 28, 16, 148, 40, 24};

Frame frame(Bytes bytes, Role) {
  ByteReader r(bytes);
  const std::uint16_t length = r.be16(), kind = r.be16();
  const std::uint32_t cookie = r.be32();
  const std::uint16_t type = r.be16();
  if (bytes.size() < 4) return bytes.empty() || bytes[0] != 0 ? Frame::foreign() : Frame::more(kBegin);
  if (kind != 1 || (bytes.size() >= 8 && cookie != kCookie)) return Frame::foreign();
  if (!r.ok()) return Frame::more(kBegin);
  return type < kSizes.size() && kSizes[type] != 0 && length == kSizes[type] ? Frame::whole(length) : Frame::foreign();
}

// Whoever opened the connection asks; the calls may come from either side.
Protocol::Speaker speaker(Bytes pdu) {
  ByteReader r(pdu);
  r.skip(8);
  const std::uint16_t type = r.be16();
  return {type == 1 ? Role::client : Role::server, r.ok() && (type == 1 || type == 2)};
}

}  // namespace

constinit const Protocol protocol = {
    .name = "pptp",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = 220,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .open = open_name_only,
};

}  // namespace kakoi::pptp
