// Ethernet II and 802.3 with LLC and SNAP, 802.1Q/ad tags; and the trailer of PRP (IEC 62439-3).
#include <algorithm>

#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

constexpr std::uint16_t kIpv4 = 0x0800, kIpv6 = 0x86DD, kArp = 0x0806;

// IEC 62439-3 §4.1.10: sequence ×2 | LAN (A or B) ×½, size ×1½ | 88 FB, behind the padding. The size is
// that of the frame from behind its EtherType on, tags not counted, trailer counted.
[[gnu::noinline, gnu::cold]] Bytes without_prp_trailer(Bytes frame, Decoded& out) noexcept {
  std::size_t at = 12;
  while (at + 8 <= frame.size() && is_vlan_tag(ByteReader(frame.subspan(at)).be16())) at += 4;
  if (frame.size() < at + 2 + 6) return frame;
  ByteReader r(frame.last(6));
  const std::uint16_t sequence = r.be16(), lan_and_size = r.be16();
  const unsigned lan = lan_and_size >> 12;
  if ((lan != 0xA && lan != 0xB) || (lan_and_size & 0xFFF) != ((frame.size() - at - 2) & 0xFFF)) return frame;
  out.redundancy = Redundancy::prp;
  out.redundancy_sequence = sequence;
  return frame.first(frame.size() - 6);
}

}  // namespace

// IEEE 802.2: DSAP, SSAP, control; with SNAP an OUI and an EtherType follow.
void decode_llc(Bytes data, Decoded& out, unsigned layers) noexcept {
  ByteReader r(data);
  const std::uint8_t dsap = r.u8(), ssap = r.u8(), control = r.u8();
  if (!r.ok()) {
    out.malformed = true;
    return;
  }
  if (dsap == 0xAA && ssap == 0xAA && control == 3) {
    const std::uint32_t oui = r.be24();
    const std::uint16_t type = r.be16();
    if (r.ok() && (oui == 0 || oui == 0x0000F8)) return decode_ethertype(type, r.rest(), out, layers);
  }
  out.is_llc = true;
  out.ethertype = dsap;
  out.network = NetworkLayer::other;
  out.payload = data;
  out.payload_length = static_cast<std::uint32_t>(data.size());
}

void decode_ethertype(std::uint16_t ethertype, Bytes data, Decoded& out, unsigned layers) noexcept {
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
  out.ethertype = ethertype;
  switch (ethertype) {
    case kIpv4:
    case kIpv6:
      return decode_ip(data, out);
    case kArp:
      out.network = NetworkLayer::arp;
      break;
    default:
      if (layers == 0) {
        out.malformed = true;
        return;
      }
      // 802.3 §3.2.6: up to 1500 it is a length; padding follows it
      if (ethertype < 0x600)
        return decode_llc(data.first(std::min<std::size_t>(data.size(), ethertype)), out, layers - 1);
      if (decode_tag(ethertype, data, out, layers - 1)) return;
      out.network = NetworkLayer::other;
  }
  out.payload = data;
  out.payload_length = static_cast<std::uint32_t>(data.size());
}

void decode_ethernet(Bytes frame, Decoded& out, unsigned layers) noexcept {
  if (frame.size() < 14) {
    out.malformed = true;
    return;
  }
  out.destination_mac = Address::mac(frame);
  out.source_mac = Address::mac(frame.subspan(6));
  out.vlan = 0;
  if (frame[frame.size() - 1] == 0xFB && frame[frame.size() - 2] == 0x88) [[unlikely]]
    frame = without_prp_trailer(frame, out);
  decode_ethertype(ByteReader(frame.subspan(12)).be16(), frame.subspan(14), out, layers);
}

bool looks_like_ethernet(Bytes data) noexcept {
  if (data.size() < 14 + 20) return false;
  const std::uint16_t type = ByteReader(data.subspan(12)).be16();
  const Bytes inner = data.subspan(14);
  switch (type) {
    case kIpv4:
      return inner[0] >> 4 == 4 && (inner[0] & 15) >= 5;
    case kIpv6:
      return inner[0] >> 4 == 6;
    case kArp:
      return inner[0] == 0 && inner[1] == 1;
    case 0x8100:
    case 0x88A8:
    case 0x8847:
    case 0x8863:
    case 0x8864:
    case 0x8892:
    case 0x88B8:
    case 0x88BA:
    case 0x88CC:
    case 0x88F7:
      return true;
    default:
      return type <= 1500 && type >= 3 && type <= inner.size() && (inner[0] == inner[1] || inner[0] == 0xAA) &&
             inner[2] == 3;
  }
}

void decode(const RawPacket& raw, Decoded& out) noexcept {
  out = Decoded{};
  out.frame_length = raw.original_length;
  Bytes data = raw.data;
  if (raw.fcs_length != 0 && data.size() == raw.original_length && data.size() >= raw.fcs_length)
    data = data.first(data.size() - raw.fcs_length);
  if (raw.link_type == 1) return decode_ethernet(data, out);
  decode_link(raw.link_type, data, out);
}

}  // namespace kakoi::decode
