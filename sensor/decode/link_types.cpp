// Link types other than Ethernet; the numbers are the LINKTYPE_ values of tcpdump.org. Where one
// names no host of the network (USB, Bluetooth, CAN …) the packet counts as not decoded.
#include <algorithm>

#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

void decode_behind(std::size_t size, Bytes data, Decoded& out) noexcept {
  if (data.size() > size) return decode_ip(data.subspan(size), out);
  out.malformed = true;
}

void decode_cooked(Bytes data, bool v2, Decoded& out) noexcept {
  ByteReader r(data);
  std::uint16_t protocol = 0, length = 0, hardware = 0;
  Bytes address;
  if (v2) {  // protocol ×2 | 0 ×2 | interface ×4 | ARPHRD ×2 | type | address length | address ×8
    protocol = r.be16();
    r.skip(6);
    hardware = r.be16();
    r.skip(1);
    length = r.u8();
    address = r.take(8);
  } else {  // type ×2 | ARPHRD ×2 | address length ×2 | address ×8 | protocol ×2
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
  if (length == 6 && (hardware == 1 || hardware == 801 || hardware == 802 || hardware == 803))
    out.source_mac = Address::mac(address);
  if (protocol >= 0x600) return decode_ethertype(protocol, r.rest(), out);
  if (protocol == 4) return decode_llc(r.rest(), out);  // Linux's number for 802.2
  out.network = NetworkLayer::other;
  out.undecoded = true;  // CAN and others
}

// address and control may be left out (RFC 1662 §3.1)
void decode_framed_ppp(Bytes data, Decoded& out) noexcept {
  const bool framed = data.size() >= 2 && data[0] == 0xFF && data[1] == 3;
  decode_ppp(framed ? data.subspan(2) : data, out);
}
// Cisco HDLC: address, control, EtherType
void decode_hdlc(Bytes data, Decoded& out) noexcept {
  if (data.size() >= 4) return decode_ethertype(ByteReader(data.subspan(2)).be16(), data.subspan(4), out);
  out.malformed = true;
}
// RFC 2427: Q.922 address up to the octet with the lowest bit set, control 3, [pad], NLPID; or Cisco's
// EtherType right behind the address.
void decode_frame_relay(Bytes data, Decoded& out) noexcept {
  std::size_t at = 0;
  while (at < data.size() && at < 4 && (data[at] & 1) == 0) ++at;
  ByteReader r(data);
  r.skip(at + 1);
  const std::uint16_t word = r.be16();
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  if (word >> 8 != 3) return decode_ethertype(word, r.rest(), out);
  auto nlpid = static_cast<std::uint8_t>(word);
  if (nlpid == 0) nlpid = r.u8();
  switch (nlpid) {
    case 0xCC:
    case 0x8E:
      return decode_ip(r.rest(), out);
    case 0x80: {  // SNAP
      const std::uint32_t oui = r.be24();
      const std::uint16_t type = r.be16();
      if (r.ok() && oui == 0) return decode_ethertype(type, r.rest(), out);
      if (r.ok() && oui == 0x0080C2 && (type == 1 || type == 7)) {  // bridged Ethernet, with or without FCS
        return decode_ethernet(r.rest(), out);
      }
      break;
    }
    default:
      break;
  }
  out.network = NetworkLayer::other;
  out.undecoded = !r.ok();
}
// Netfilter's log: family, version, id ×2, then length ×2 | type ×2 | value, padded to 4, in the byte
// order of the machine that captured. Type 9 is the packet, type 8 the sender's hardware address.
void decode_nflog(Bytes data, Decoded& out) noexcept {
  for (const bool big : {false, true}) {
    ByteReader r(data);
    r.skip(4);
    Bytes packet, hardware;
    while (r.remaining() >= 4) {
      const std::uint16_t length = big ? r.be16() : r.le16(), type = (big ? r.be16() : r.le16()) & 0x7FFF;
      if (length < 4) break;
      const std::size_t value = length - 4u;
      // the last value lacks its padding, and is cut where the packet is
      const Bytes bytes = r.take(std::min<std::size_t>(value, r.remaining()));
      r.skip(std::min<std::size_t>((4 - value % 4) % 4, r.remaining()));
      if (type == 9) packet = bytes;
      if (type == 8 && bytes.size() >= 10) hardware = bytes;
    }
    if (packet.empty()) continue;
    if (!hardware.empty() && ByteReader(hardware).be16() == 6) out.source_mac = Address::mac(hardware.subspan(4));
    if (data[0] == 2 || data[0] == 10) return decode_ip(packet, out);          // AF_INET, AF_INET6 of Linux
    if (data[0] == 7 && looks_like_ip(packet)) return decode_ip(packet, out);  // bridge
    break;
  }
  out.network = NetworkLayer::other;
  out.undecoded = true;
}
// FDDI and token ring (6: with access control and perhaps a route): frame control, MACs, LLC.
void decode_ring(Bytes data, bool token_ring, Decoded& out) noexcept {
  ByteReader r(data);
  r.skip(token_ring ? 2 : 1);
  const Bytes destination = r.take(6), source = r.take(6);
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  out.destination_mac = Address::mac(destination);
  out.source_mac = Address::mac(source);
  if (token_ring && (source[0] & 0x80) != 0) {
    out.source_mac.lo &= ~(std::uint64_t{0x80} << 40);
    const Bytes left = r.rest();
    return decode_llc(left.empty() ? left : left.subspan(std::min<std::size_t>(left[0] & 31, left.size())), out);
  }
  decode_llc(r.rest(), out);
}
// A switch chip's tag of `size` octets behind the MACs.
void decode_switch_tag(std::size_t size, Bytes data, Decoded& out) noexcept {
  if (data.size() < 14 + size) {
    out.malformed = true;
    return;
  }
  out.destination_mac = Address::mac(data);
  out.source_mac = Address::mac(data.subspan(6));
  decode_ethertype(ByteReader(data.subspan(12 + size)).be16(), data.subspan(14 + size), out);
}

}  // namespace

void decode_link(std::uint32_t link_type, Bytes data, Decoded& out) noexcept {
  switch (link_type) {
    case 0:
    case 108:
      return decode_behind(4, data, out);  // the address family in some byte order; IP tells its version itself
    case 6:
    case 10:
      return decode_ring(data, link_type == 6, out);
    case 8:
      return decode_behind(16, data, out);  // SLIP: direction, compressed header ×15
    case 9:
    case 50:
      return decode_framed_ppp(data, out);
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return decode_ip(data, out);
    case 51:
      return decode_ethertype(0x8864, data, out);  // PPPoE without Ethernet
    case 104:
      return decode_hdlc(data, out);
    case 105:
      return decode_wireless(data, out);
    case 107:
      return decode_frame_relay(data, out);
    case 109:
      return decode_behind(12, data, out);  // OpenBSD's IPsec interface: family, SPI, flags
    case 113:
      return decode_cooked(data, false, out);
    case 117:  // PF's log: its own length first, padded to 4
      return decode_behind(data.empty() ? 0 : (data[0] + 3u) / 4 * 4, data, out);
    case 119:
    case 127:
    case 163:
    case 192:
      return decode_radio(link_type, data, out);
    case 166:
    case 204:  // PPP with a direction in front, or in the address
      if (link_type == 166 && data.size() >= 2 && data[1] == 3) return decode_ppp(data.subspan(2), out);
      return decode_framed_ppp(data.subspan(std::min<std::size_t>(1, data.size())), out);
    case 205:
      return decode_hdlc(data.subspan(std::min<std::size_t>(1, data.size())), out);
    case 206:
      return decode_frame_relay(data.subspan(std::min<std::size_t>(1, data.size())), out);
    case 226:
      return decode_behind(24, data, out);  // Solaris ipnet
    case 239:
      return decode_nflog(data, out);
    case 274:  // 802.3br: preamble ×7, start delimiter of a whole frame or its first part
      if (data.size() >= 8 &&
          (data[7] == 0xD5 || data[7] == 0xE6 || data[7] == 0x4C || data[7] == 0x7F || data[7] == 0xB3))
        return decode_ethernet(data.subspan(8), out);
      break;
    case 276:
      return decode_cooked(data, true, out);
    case 281:
    case 284:
      return decode_switch_tag(4, data, out);  // Broadcom, Marvell DSA
    case 282:
      if (data.size() >= 4) return decode_ethernet(data.subspan(4), out);
      break;
    case 285:
      return decode_switch_tag(8, data, out);  // Marvell EDSA
    default:
      break;
  }
  out.undecoded = true;
}

}  // namespace kakoi::decode
