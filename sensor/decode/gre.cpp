// GRE (RFC 2784, 2890; RFC 2637 for PPTP) and what it carries: IP, MPLS, Ethernet (NVGRE, RFC 7637),
// mirrored packets (ERSPAN I–III), PPP.
#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

// draft-foschiano-erspan: version | VLAN | … The session's frames, one each. I has no header of its own
// and no GRE sequence number; II has 8 octets; III has 12, 8 more with the O bit, and may carry IP.
Tunnel decode_erspan(std::size_t header, Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const Bytes own = r.take(header);
  bool ip = false;
  if (header == 12 && r.ok()) {
    ip = (own[10] >> 2 & 0x1F) == 2;  // P | frame type ×5 | …
    if ((own[11] & 1) != 0) r.skip(8);
  }
  if (!r.ok() || r.remaining() == 0) return kNoTunnel;
  if (ip)
    decode_ip(r.rest(), out);
  else
    decode_ethernet(r.rest(), out);
  return kMirrorTunnel;
}

Tunnel decode_pptp(std::uint16_t flags, ByteReader r, Decoded& out) noexcept {
  r.skip(4);                             // length, call
  if ((flags & 0x1000) != 0) r.skip(4);  // sequence number
  if ((flags & 0x0080) != 0) r.skip(4);  // acknowledgement
  Bytes ppp = r.rest();
  if (ppp.size() >= 2 && ppp[0] == 0xFF && ppp[1] == 3) ppp = ppp.subspan(2);
  ByteReader protocol(ppp);
  std::uint16_t number = protocol.u8();
  if ((number & 1) == 0) number = static_cast<std::uint16_t>(number << 8 | protocol.u8());
  if (!protocol.ok() || protocol.remaining() == 0 || (number != 0x21 && number != 0x57)) return kNoTunnel;
  decode_ppp(ppp, out);
  return kTunnel;
}

}  // namespace

Tunnel decode_gre(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint16_t flags = r.be16(), type = r.be16();
  if (!r.ok() || (flags & 7) > 1) return kNoTunnel;  // version
  if ((flags & 7) == 1) return decode_pptp(flags, r, out);
  if ((flags & 0x4000) != 0) return kNoTunnel;  // RFC 1701's source routes
  if ((flags & 0x8000) != 0) r.skip(4);         // checksum and reserved
  if ((flags & 0x2000) != 0) r.skip(4);         // key
  const bool sequence = (flags & 0x1000) != 0;
  if (sequence) r.skip(4);
  if (!r.ok() || r.remaining() == 0) return kNoTunnel;
  switch (type) {
    case 0x6558:
      decode_ethernet(r.rest(), out);
      return kBridge;
    case 0x88BE:
      return decode_erspan(sequence ? 8 : 0, r.rest(), out);
    case 0x22EB:
      return decode_erspan(12, r.rest(), out);
    case 0x880B:
      decode_ppp(r.rest(), out);
      return kTunnel;
    case 0x883E: {  // WCCP's redirection, with its header of 4 octets or without
      const Bytes inner = r.rest();
      if (looks_like_ip(inner))
        decode_ip(inner, out);
      else if (inner.size() > 4 && looks_like_ip(inner.subspan(4)))
        decode_ip(inner.subspan(4), out);
      else
        return kNoTunnel;
      return kTunnel;
    }
    case 0x0800:
    case 0x86DD:
    case 0x8847:
    case 0x8848:
    case 0x894F:
      decode_ethertype(type, r.rest(), out);
      return kTunnel;
    default:
      return kNoTunnel;  // keepalives have type 0 and no packet
  }
}

}  // namespace kakoi::decode
