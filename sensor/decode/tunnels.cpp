// Packets in packets, by IP protocol or UDP port.
#include "sensor/decode/layers.h"

namespace kakoi::decode {
namespace {

// Asked of every packet, so by its headers alone as far as these can tell.
bool may_carry(const Decoded& p) noexcept {
  if (p.network != NetworkLayer::ipv4 && p.network != NetworkLayer::ipv6) return false;
  switch (p.protocol) {
    case 6:
      return false;
    case 4:
    case 41:
    case 47:
    case 94:
    case 97:
    case 115:
    case 137:
    case 143:
      return true;
    case 17:
      break;
    default:
      return false;
  }
  switch (p.destination_port) {
    case 1701:
    case 2152:
    case 3544:
    case 4341:
    case 4754:
    case 4789:
    case 4790:
    case 5247:
    case 6081:
    case 6635:
    case 8472:
    case 37008:
      return p.has_ports;
    default:
      break;
  }
  switch (p.source_port) {
    case 1701:
    case 2152:
    case 3544:
    case 5247:
      return p.has_ports;
    default:
      return p.has_ports && is_teredo_packet(p.payload);
  }
}

Tunnel decode_inner(const Decoded& outer, Decoded& out) noexcept {
  const Bytes data = outer.payload;
  switch (outer.protocol) {
    case 4:
    case 41:
    case 94:  // RFC 2003, RFC 4213, and IPIP of old
      if (data.empty() || (data[0] >> 4 != 4 && data[0] >> 4 != 6)) return kNoTunnel;
      decode_ip(data, out);
      return kTunnel;
    case 17:
      return decode_udp_tunnel(outer, out);
    case 47:
      return decode_gre(data, out);
    case 97:  // EtherIP, RFC 3378: version 3, reserved
      if (data.size() < 2 + 14 || data[0] >> 4 != 3) return kNoTunnel;
      decode_ethernet(data.subspan(2), out);
      return kBridge;
    case 115:
      return decode_l2tpv3(data, out);
    case 137:  // RFC 4023
      if (data.size() < 24) return kNoTunnel;
      decode_mpls(data, out);
      return kTunnel;
    case 143:  // Ethernet in segment routing, RFC 8986 §9
      if (data.size() < 14) return kNoTunnel;
      decode_ethernet(data, out);
      return kBridge;
    default:
      return kNoTunnel;
  }
}

}  // namespace

Tunnel decapsulate(const Decoded& outer, Decoded& out) noexcept {
  if (!may_carry(outer) || outer.depth >= kDeepest || outer.is_fragment) return kNoTunnel;
  const Decoded around = outer;  // `out` may be the same
  out = Decoded{};
  out.frame_length = around.frame_length;
  out.depth = static_cast<std::uint8_t>(around.depth + 1);
  out.vlan = around.vlan;
  return decode_inner(around, out);
}

}  // namespace kakoi::decode
