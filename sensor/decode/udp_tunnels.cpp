// Tunnels over UDP, by port: each has a header that can be checked before its content is believed.
#include <algorithm>

#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

// Any UDP could look like IPv6 if the length did not fit.
bool fills_ipv6(Bytes data) noexcept {
  return data.size() >= 40 && data[0] >> 4 == 6 && ByteReader(data.subspan(4)).be16() + 40u == data.size();
}

// RFC 4380 §5.1.1: optional authentication (0001) and origin (0000) headers before the IPv6 packet.
Tunnel decode_teredo(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  for (int headers = 0; headers < 2 && r.remaining() >= 2; ++headers) {
    const Bytes left = data.subspan(r.offset());
    if (left[0] == 0 && left[1] == 1 && left.size() >= 4)
      r.skip(13u + left[2] + left[3]);
    else if (left[0] == 0 && left[1] == 0)
      r.skip(8);
    else
      break;
  }
  if (!r.ok()) return kNoTunnel;
  const Bytes inner = r.rest();
  if (!fills_ipv6(inner)) return kNoTunnel;
  decode_ip(inner, out);
  return kTunnel;
}

// RFC 7348 §5: flags (8: the network id is valid), reserved ×3, network ×3, reserved.
// The generic extension (draft-ietf-nvo3-vxlan-gpe) has the type of the content in the fourth octet.
Tunnel decode_vxlan(Bytes data, bool generic, Decoded& out) noexcept {
  if (data.size() < 8 + 20 || (data[0] & 0x08) == 0) return kNoTunnel;
  const Bytes inner = data.subspan(8);
  switch (generic && (data[0] & 0x04) != 0 ? data[3] : 3) {
    case 1:
    case 2:
      decode_ip(inner, out);
      return kTunnel;
    case 3:
      decode_ethernet(inner, out);
      return kBridge;
    case 4:
      decode_ethertype(0x894F, inner, out);
      return kTunnel;
    default:
      return kNoTunnel;
  }
}

// RFC 8926 §3.4: version ×2 bits, length of the options in words, flags, EtherType ×2, network ×3, reserved.
Tunnel decode_geneve(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint8_t head = r.u8();
  r.skip(1);
  const std::uint16_t type = r.be16();
  r.skip(4u + (head & 0x3F) * 4u);
  if (!r.ok() || head >> 6 != 0 || r.remaining() == 0) return kNoTunnel;
  if (type == 0x6558) {
    decode_ethernet(r.rest(), out);
    return kBridge;
  }
  if (type != 0x0800 && type != 0x86DD) return kNoTunnel;
  decode_ip(r.rest(), out);
  return kTunnel;
}

// 3GPP TS 29.281 §5.1: version 1, protocol type 1, E, S, PN | message 255 (G-PDU) | length ×2 | TEID ×4 |
// [sequence ×2, N-PDU, next extension], then extensions of (length in words, content, next).
Tunnel decode_gtp(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint8_t flags = r.u8(), message = r.u8();
  r.skip(2 + 4);
  if (!r.ok() || flags >> 4 != 3 || message != 255) return kNoTunnel;
  if ((flags & 7) != 0) {
    r.skip(3);
    std::uint8_t next = r.u8();
    for (int extensions = 0; (flags & 4) != 0 && next != 0 && extensions < 8; ++extensions) {
      const std::uint8_t words = r.u8();
      if (words == 0) return kNoTunnel;
      r.skip(words * 4u - 2);
      next = r.u8();
    }
  }
  const Bytes inner = r.rest();
  if (!looks_like_ip(inner)) return kNoTunnel;
  decode_ip(inner, out);
  return kTunnel;
}

// RFC 2661 §3.1 and RFC 3931 §4.1: T | L | … | version; a control message has T set.
Tunnel decode_l2tp(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint16_t flags = r.be16();
  if (!r.ok() || (flags & 0x8000) != 0) return kNoTunnel;
  if ((flags & 15) == 3) return decode_l2tpv3(data.subspan(std::min<std::size_t>(4, data.size())), out);
  if ((flags & 15) != 2) return kNoTunnel;
  if ((flags & 0x4000) != 0) r.skip(2);         // length
  r.skip(4);                                    // tunnel, session
  if ((flags & 0x0800) != 0) r.skip(4);         // sequence numbers
  if ((flags & 0x0200) != 0) r.skip(r.be16());  // offset
  Bytes ppp = r.rest();
  if (ppp.size() >= 2 && ppp[0] == 0xFF && ppp[1] == 3) ppp = ppp.subspan(2);
  if (ppp.size() < 22) return kNoTunnel;
  const bool ip = (ppp[0] == 0x21 || ppp[0] == 0x57) || (ppp[0] == 0 && (ppp[1] == 0x21 || ppp[1] == 0x57));
  if (!ip) return kNoTunnel;  // LCP and the like
  decode_ppp(ppp, out);
  return kTunnel;
}

// TaZmen sniffer protocol: version 1, type, encapsulated LINKTYPE-like number ×2, tags up to tag 1.
Tunnel decode_tzsp(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint8_t version = r.u8(), type = r.u8();
  const std::uint16_t carried = r.be16();
  if (!r.ok() || version != 1 || type > 1) return kNoTunnel;
  for (;;) {
    const std::uint8_t tag = r.u8();
    if (!r.ok()) return kNoTunnel;
    if (tag == 1) break;
    if (tag != 0) r.skip(r.u8());
  }
  switch (carried) {
    case 1:
      decode_ethernet(r.rest(), out);
      return kMirrorTunnel;
    case 18:
      decode_wireless(r.rest(), out);
      return kMirrorTunnel;
    case 119:
    case 127:
      decode_radio(carried == 119 ? 119 : 163, r.rest(), out);
      return kMirrorTunnel;  // Prism, AVS
    default:
      return kNoTunnel;
  }
}

}  // namespace

// RFC 3931 §4.1: session ×4, cookie of 0, 4 or 8, then perhaps a sublayer of 4. The sizes were agreed
// on earlier; what they must be, the frame tells.
Tunnel decode_l2tpv3(Bytes data, Decoded& out) noexcept {
  if (data.size() < 4 || ByteReader(data).be32() == 0) return kNoTunnel;  // session 0: control
  for (const std::size_t skip : {4u, 8u, 12u, 16u})
    if (data.size() > skip && looks_like_ethernet(data.subspan(skip))) {
      decode_ethernet(data.subspan(skip), out);
      return kBridge;
    }
  return kNoTunnel;
}

Tunnel decode_udp_tunnel(const Decoded& outer, Decoded& out) noexcept {
  const Bytes data = outer.payload;
  switch (outer.destination_port) {
    case 4789:
    case 8472:
      return decode_vxlan(data, false, out);
    case 4790:
      return decode_vxlan(data, true, out);
    case 6081:
      return decode_geneve(data, out);
    case 4341:  // LISP, RFC 9300 §5: 8 octets, then IP
      if (data.size() < 8 || !looks_like_ip(data.subspan(8))) return kNoTunnel;
      decode_ip(data.subspan(8), out);
      return kTunnel;
    case 4754:
      return decode_gre(data, out);  // RFC 8086
    case 6635:                       // RFC 7510
      if (data.size() < 24) return kNoTunnel;
      decode_mpls(data, out);
      return kTunnel;
    case 37008:
      return decode_tzsp(data, out);
    default:
      break;
  }
  const auto uses = [&](std::uint16_t port) { return outer.source_port == port || outer.destination_port == port; };
  if (uses(5247)) return decode_capwap(data, out) ? kTunnel : kNoTunnel;
  if (uses(3544)) return decode_teredo(data, out);
  if (uses(2152)) return decode_gtp(data, out);
  if (uses(1701)) return decode_l2tp(data, out);
  return is_teredo_packet(data) ? decode_teredo(data, out) : kNoTunnel;
}

bool is_teredo_packet(Bytes data) noexcept {
  constexpr std::uint32_t kTeredo = 0x20010000;  // 2001::/32
  return fills_ipv6(data) &&
         (ByteReader(data.subspan(8)).be32() == kTeredo || ByteReader(data.subspan(24)).be32() == kTeredo);
}

}  // namespace kakoi::decode
