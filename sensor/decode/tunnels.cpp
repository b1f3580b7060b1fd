// Packets in packets: GRE (RFC 2784, 2890) with ERSPAN I–III, IP in IP (RFC 2003), 6in4 (RFC 4213),
// VXLAN (RFC 7348) and Teredo (RFC 4380).
#include "sensor/decode/decode.h"

namespace kakoi::decode {
namespace {

constexpr std::uint16_t kTeredo = 3544, kVxlan = 4789, kCapwap = 5247;

bool uses(const Decoded& p, std::uint16_t port) noexcept { return p.source_port == port || p.destination_port == port; }

// Asked of every packet, so by its headers alone.
bool may_carry(const Decoded& p) noexcept {
  if (p.network != NetworkLayer::ipv4 && p.network != NetworkLayer::ipv6) return false;
  if (p.protocol == 17) return p.has_ports && (p.destination_port == kVxlan || uses(p, kCapwap) || uses(p, kTeredo));
  return p.protocol == 4 || p.protocol == 41 || p.protocol == 47;
}

bool decode_gre(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint16_t flags = r.be16(), type = r.be16();
  if ((flags & 7) > 1) return false;                // version
  if ((flags & 7) == 1) {                           // RFC 2637 §4.1, PPTP: PPP inside
    r.skip(4);
    if ((flags & 0x1000) != 0) r.skip(4);
    if ((flags & 0x0080) != 0) r.skip(4);
    Bytes ppp = r.rest();
    if (ppp.size() >= 2 && ppp[0] == 0xFF && ppp[1] == 3) ppp = ppp.subspan(2);
    if (ppp.size() >= 3 && ppp[0] == 0 && (ppp[1] == 0x21 || ppp[1] == 0x57)) ppp = ppp.subspan(2);
    else if (ppp.size() >= 2 && (ppp[0] == 0x21 || ppp[0] == 0x57)) ppp = ppp.subspan(1);
    else return false;
    decode_ip(ppp, out);
    return true;
  }
  if ((flags & 0x8000) != 0) r.skip(4);             // checksum and reserved
  if ((flags & 0x2000) != 0) r.skip(4);             // key
  if ((flags & 0x1000) != 0) r.skip(4);             // sequence number
  if (!r.ok()) return false;
  switch (type) {
    case 0x6558: decode_ethernet(r.rest(), out); return true;
    case 0x88BE:                                    // ERSPAN I has no sequence number and no header of its own
      if ((flags & 0x1000) != 0) r.skip(8);
      if (!r.ok()) return false;
      decode_ethernet(r.rest(), out);
      return true;
    case 0x22EB: {                                  // ERSPAN III: 12 octets, 8 more with the O bit
      const Bytes header = r.take(12);
      if (!r.ok()) return false;
      if ((header[11] & 1) != 0) r.skip(8);
      decode_ethernet(r.rest(), out);
      return true;
    }
    case 0x0800: case 0x86DD: case 0x8847: case 0x8848:
      decode_ethertype(type, r.rest(), out);
      return true;
    default: return false;
  }
}

// RFC 4380 §5.1.1: optional authentication (0001) and origin (0000) headers before the IPv6 packet.
bool decode_teredo(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  for (int headers = 0; headers < 2 && r.remaining() >= 2; ++headers) {
    const Bytes left = data.subspan(r.offset());
    if (left[0] == 0 && left[1] == 1 && left.size() >= 4) r.skip(13u + left[2] + left[3]);
    else if (left[0] == 0 && left[1] == 0) r.skip(8);
    else break;
  }
  if (!r.ok() || r.remaining() < 40) return false;
  const Bytes inner = r.rest();
  if (inner[0] >> 4 != 6) return false;
  const std::size_t length = ByteReader(inner.subspan(4)).be16();
  if (length + 40 != inner.size()) return false;    // any UDP could look like IPv6 otherwise
  decode_ip(inner, out);
  return true;
}

bool decode_inner(const Decoded& outer, Decoded& out) noexcept {
  switch (outer.protocol) {
    case 4: case 41:
      if (outer.payload.empty() || (outer.payload[0] >> 4 != 4 && outer.payload[0] >> 4 != 6)) return false;
      decode_ip(outer.payload, out);
      return true;
    case 47: return decode_gre(outer.payload, out);
    case 17: break;
    default: return false;
  }
  if (outer.destination_port == kVxlan && outer.payload.size() >= 8 + 14 && (outer.payload[0] & 0x08) != 0) {
    decode_ethernet(outer.payload.subspan(8), out);
    return true;
  }
  if (uses(outer, kCapwap)) return decode_capwap(outer.payload, out);
  if (uses(outer, kTeredo)) return decode_teredo(outer.payload, out);
  return false;
}

}  // namespace

bool decapsulate(const Decoded& outer, Decoded& out) noexcept {
  if (outer.depth >= kDeepest || outer.is_fragment || !may_carry(outer)) return false;
  out = Decoded{};
  out.frame_length = outer.frame_length;
  out.depth = static_cast<std::uint8_t>(outer.depth + 1);
  out.vlan = outer.vlan;
  return decode_inner(outer, out);
}

}  // namespace kakoi::decode
