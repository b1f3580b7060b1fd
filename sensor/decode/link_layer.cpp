// Link layers: Ethernet II, 802.3 with LLC and SNAP, 802.1Q/ad tags, MPLS, PPPoE, PPP, Cisco HDLC,
// Linux cooked v1 and v2, BSD loopback, raw IP. Numbers are the LINKTYPE_ values of tcpdump.org.
#include <algorithm>

#include "sensor/decode/decode.h"

namespace kakoi::decode {
namespace {

constexpr std::uint16_t kIpv4 = 0x0800, kIpv6 = 0x86DD, kArp = 0x0806;

constexpr bool is_vlan_tag(std::uint16_t ethertype) noexcept {
  return ethertype == 0x8100 || ethertype == 0x88A8 || ethertype == 0x9100 || ethertype == 0x9200;
}

// PPP protocol numbers (RFC 1661 §2): a one-octet form has its lowest bit set.
void decode_ppp(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  std::uint16_t protocol = r.u8();
  if ((protocol & 1) == 0) protocol = static_cast<std::uint16_t>(protocol << 8 | r.u8());
  if (r.ok() && (protocol == 0x21 || protocol == 0x57)) return decode_ip(r.rest(), out);
  out.network = NetworkLayer::other;
  out.undecoded = !r.ok();
}

// RFC 3032 §2.1: labels of 4 octets up to the one with the bottom-of-stack bit.
void decode_mpls(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  for (int depth = 0; depth < 16; ++depth) {
    const std::uint32_t entry = r.be32();
    if (!r.ok()) break;
    if ((entry & 0x100) == 0) continue;
    const Bytes inner = r.rest();
    if (!inner.empty() && (inner[0] >> 4 == 4 || inner[0] >> 4 == 6)) return decode_ip(inner, out);
    // RFC 4448 §4.6: a control word with a zero first nibble, then an Ethernet frame
    if (inner.size() > 18 && inner[0] >> 4 == 0) return decode_ethernet(inner.subspan(4), out);
    out.undecoded = true;
    return;
  }
  out.malformed = true;
}

void decode_cooked(Bytes data, bool v2, Decoded& out) noexcept {
  ByteReader r(data);
  std::uint16_t protocol = 0, length = 0;
  std::uint16_t hardware = 0;
  Bytes address;
  if (v2) {  // protocol ×2 | 0 ×2 | interface ×4 | ARPHRD ×2 | type | address length | address ×8
    protocol = r.be16();
    r.skip(6);
    hardware = r.be16();
    r.skip(1);
    length = r.u8();
    address = r.take(8);
  } else {   // type ×2 | ARPHRD ×2 | address length ×2 | address ×8 | protocol ×2
    r.skip(2);
    hardware = r.be16();
    length = r.be16();
    address = r.take(8);
    protocol = r.be16();
  }
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  if (length == 6 && (hardware == 1 || hardware == 801 || hardware == 802 || hardware == 803)) out.source_mac = Address::mac(address);
  if (protocol < 0x600) return decode_llc(r.rest(), out);
  decode_ethertype(protocol, r.rest(), out);
}

}  // namespace

// IEEE 802.2: DSAP, SSAP, control; with SNAP an OUI and an EtherType follow.
void decode_llc(Bytes data, Decoded& out) noexcept {
  ByteReader r(data);
  const std::uint8_t dsap = r.u8(), ssap = r.u8(), control = r.u8();
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  if (dsap == 0xAA && ssap == 0xAA && control == 3) {
    const std::uint32_t oui = r.be24();
    const std::uint16_t type = r.be16();
    if (r.ok() && (oui == 0 || oui == 0x0000F8)) return decode_ethertype(type, r.rest(), out);
  }
  out.is_llc = true;
  out.ethertype = dsap;
  out.network = NetworkLayer::other;
  out.payload = data;
  out.payload_length = static_cast<std::uint32_t>(data.size());
}

void decode_ethertype(std::uint16_t ethertype, Bytes data, Decoded& out) noexcept {
  for (int tags = 0; is_vlan_tag(ethertype) && tags < 8; ++tags) {
    if (data.size() < 4) {
      out.malformed = true;
      return;
    }
    ByteReader r(data);
    const std::uint16_t tag = r.be16() & 0xFFF;
    ethertype = r.be16();
    // VLAN 0 is a priority tag (802.1Q §6.9), not a VLAN
    if (tag != 0) out.vlan = (out.vlan & 0xFFF) * 4096 + tag;
    data = data.subspan(4);
  }
  if (ethertype < 0x600) return decode_llc(data, out);
  out.ethertype = ethertype;
  switch (ethertype) {
    case kIpv4:
    case kIpv6: return decode_ip(data, out);
    case 0x8847:
    case 0x8848: return decode_mpls(data, out);
    case 0x8864: {  // RFC 2516 §4: version and type, code, session, length, PPP
      ByteReader r(data);
      r.skip(6);
      if (r.ok()) return decode_ppp(r.rest(), out);
      out.malformed = true;
      return;
    }
    default: break;
  }
  out.network = ethertype == kArp ? NetworkLayer::arp : NetworkLayer::other;
  out.payload = data;
  out.payload_length = static_cast<std::uint32_t>(data.size());
}

void decode_ethernet(Bytes frame, Decoded& out) noexcept {
  if (frame.size() < 14) {
    out.malformed = true;
    return;
  }
  out.destination_mac = Address::mac(frame);
  out.source_mac = Address::mac(frame.subspan(6));
  out.vlan = 0;
  const std::uint16_t type = ByteReader(frame.subspan(12)).be16();
  Bytes data = frame.subspan(14);
  if (type > 1500 && type >= 0x600) return decode_ethertype(type, data, out);
  // 802.3 §3.2.6: up to 1500 it is a length; padding follows it
  decode_llc(data.first(std::min<std::size_t>(data.size(), type)), out);
}

void decode(const RawPacket& raw, Decoded& out) noexcept {
  out = Decoded{};
  out.frame_length = raw.original_length;
  Bytes data = raw.data;
  if (raw.fcs_length != 0 && data.size() == raw.original_length && data.size() >= raw.fcs_length)
    data = data.first(data.size() - raw.fcs_length);
  switch (raw.link_type) {
    case 1: return decode_ethernet(data, out);
    case 113: return decode_cooked(data, false, out);
    case 276: return decode_cooked(data, true, out);
    case 12: case 14: case 101: case 228: case 229: return decode_ip(data, out);
    case 0: case 108:  // a 4-octet address family in the byte order of the machine that captured; IP tells its version itself
      if (data.size() > 4) return decode_ip(data.subspan(4), out);
      out.malformed = true;
      return;
    case 9: case 50: {
      // RFC 1662 §3.1: address and control may be left out
      const bool framed = data.size() >= 2 && data[0] == 0xFF && data[1] == 3;
      return decode_ppp(framed ? data.subspan(2) : data, out);
    }
    case 104:  // address, control, EtherType
      if (data.size() >= 4) return decode_ethertype(ByteReader(data.subspan(2)).be16(), data.subspan(4), out);
      out.malformed = true;
      return;
    case 105: return decode_wireless(data, out);
    case 127: {  // radiotap: version, pad, length (little-endian), fields
      ByteReader r(data);
      r.skip(2);
      const std::size_t length = r.le16();
      if (r.ok() && length >= 8 && length <= data.size()) return decode_wireless(data.subspan(length), out);
      out.malformed = true;
      return;
    }
    default: out.undecoded = true; return;
  }
}

}  // namespace kakoi::decode
