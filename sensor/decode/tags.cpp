// What stands between Ethernet and the network layer, apart from VLAN tags: HSR, MACsec, provider
// backbone bridges, port extenders, MPLS with pseudowires, PPPoE and PPP, service function chains.
#include <algorithm>

#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

void undecoded(Bytes data, Decoded& out) noexcept {
  out.undecoded = true;
  out.network = NetworkLayer::other;
  out.payload = data;
  out.payload_length = static_cast<std::uint32_t>(data.size());
}

// IEEE 802.1AE §9.3: TCI and AN | SL | packet number ×4 | [SCI ×8] … ICV ×16. The E and C bits tell
// whether the user data are changed, which they are unless only their integrity is protected.
void decode_macsec(Bytes data, Decoded& out, unsigned layers) noexcept {
  ByteReader r(data);
  const std::uint8_t tci = r.u8(), short_length = r.u8() & 0x3F;
  r.skip((tci & 0x20) != 0 ? 12 : 4);
  if (!r.ok() || (tci & 0x80) != 0) return undecoded(data, out);
  constexpr std::size_t kCheckValue = 16;
  Bytes user = r.rest();
  if (short_length != 0) user = user.first(std::min<std::size_t>(user.size(), short_length + kCheckValue));
  if ((tci & 0x0C) != 0 || user.size() < 2 + kCheckValue) return undecoded(data, out);
  user = user.first(user.size() - kCheckValue);
  decode_ethertype(ByteReader(user).be16(), user.subspan(2), out, layers);
}

// RFC 8300 §2: flags, length in words, MD type, next protocol | service path ×4 | context
void decode_service_chain(Bytes data, Decoded& out, unsigned layers) noexcept {
  ByteReader r(data);
  const std::size_t length = (r.be16() & 0x3F) * 4u;
  r.skip(1);
  const std::uint8_t next = r.u8();
  if (!r.ok() || length < 8 || length > data.size()) {
    out.malformed = true;
    return;
  }
  const Bytes inner = data.subspan(length);
  switch (next) {
    case 1:
    case 2:
      return decode_ip(inner, out);
    case 3:
      return decode_ethernet(inner, out, layers);
    case 5:
      return decode_mpls(inner, out, layers);
    default:
      undecoded(data, out);
  }
}

// `size` octets of tag, then the EtherType of what follows.
void decode_behind(std::size_t size, Bytes data, Decoded& out, unsigned layers) noexcept {
  ByteReader r(data);
  r.skip(size);
  const std::uint16_t type = r.be16();
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  decode_ethertype(type, r.rest(), out, layers);
}

}  // namespace

bool decode_tag(std::uint16_t ethertype, Bytes data, Decoded& out, unsigned layers) noexcept {
  switch (ethertype) {
    case 0x8847:
    case 0x8848:
      decode_mpls(data, out, layers);
      return true;
    case 0x8864: {  // RFC 2516 §4: version and type, code, session, length, PPP
      ByteReader r(data);
      r.skip(4);
      const std::uint16_t length = r.be16();
      if (r.ok()) decode_ppp(r.take(std::min<std::size_t>(length, r.remaining())), out, layers);
      out.malformed |= !r.ok();
      return true;
    }
    case 0x892F:  // IEC 62439-3 §5.7: path ×½, size ×1½ | sequence ×2 | EtherType
      if (data.size() >= 6) {
        out.redundancy = Redundancy::hsr;
        out.redundancy_sequence = ByteReader(data.subspan(2)).be16();
      }
      decode_behind(4, data, out, layers);
      return true;
    case 0x88E5:
      decode_macsec(data, out, layers);
      return true;
    case 0x88E7:  // IEEE 802.1Q §9.7, I-TAG: flags and service id ×4, then the customer's whole frame
      if (data.size() >= 4) decode_ethernet(data.subspan(4), out, layers);
      out.malformed |= data.size() < 4;
      return true;
    case 0x6558:
      decode_ethernet(data, out, layers);
      return true;  // RFC 1701: transparent Ethernet bridging
    case 0x8870:
      decode_llc(data, out, layers);
      return true;  // jumbo frames with LLC
    case 0x8926:
      decode_behind(4, data, out, layers);
      return true;  // Cisco VN-Tag
    case 0x893F:
      decode_behind(6, data, out, layers);
      return true;  // IEEE 802.1BR E-TAG
    case 0x8909:
      decode_behind(6, data, out, layers);
      return true;  // Cisco metadata with one security group tag
    case 0x894F:
      decode_service_chain(data, out, layers);
      return true;
    default:
      return false;
  }
}

// RFC 3032 §2.1: labels of 4 octets up to the one with the bottom-of-stack bit. What follows is not
// named there. First nibble 4 or 6: IP (RFC 4928 §3); 1: a channel header (RFC 5586); 0: a pseudowire's
// control word (RFC 4448 §4.6) or, as anything else, Ethernet without one.
void decode_mpls(Bytes data, Decoded& out, unsigned layers) noexcept {
  ByteReader r(data);
  for (int depth = 0; depth < 16; ++depth) {
    const std::uint32_t entry = r.be32();
    if (!r.ok()) break;
    if ((entry & 0x100) == 0) continue;
    const Bytes inner = r.rest();
    if (layers == 0 || inner.empty()) return undecoded(inner, out);
    if (looks_like_ip(inner)) return decode_ip(inner, out);
    const unsigned nibble = inner[0] >> 4;
    if (nibble == 0 && inner.size() > 4 && looks_like_ethernet(inner.subspan(4)))
      return decode_ethernet(inner.subspan(4), out, layers - 1);
    if (looks_like_ethernet(inner)) return decode_ethernet(inner, out, layers - 1);
    if (nibble == 4 || nibble == 6) return decode_ip(inner, out);
    // a frame of a kind that looks_like_ethernet() does not know
    if (nibble == 0 && inner.size() >= 18) return decode_ethernet(inner.subspan(4), out, layers - 1);
    return undecoded(inner, out);
  }
  out.malformed = true;
}

// PPP protocol numbers (RFC 1661 §2): a one-octet form has its lowest bit set.
void decode_ppp(Bytes data, Decoded& out, unsigned layers) noexcept {
  ByteReader r(data);
  std::uint16_t protocol = r.u8();
  if ((protocol & 1) == 0) protocol = static_cast<std::uint16_t>(protocol << 8 | r.u8());
  if (r.ok() && (protocol == 0x21 || protocol == 0x57)) return decode_ip(r.rest(), out);
  if (r.ok() && (protocol == 0x281 || protocol == 0x283) && layers > 0) return decode_mpls(r.rest(), out, layers - 1);
  out.network = NetworkLayer::other;
  out.undecoded = !r.ok();
}

}  // namespace kakoi::decode
