// ARP over Ethernet for IPv4 (RFC 826; probes and announcements: RFC 5227).
//
//   htype ×2 | ptype ×2 | hlen | plen | operation ×2 | sender MAC ×6, IP ×4 | target MAC ×6, IP ×4
#include "sensor/control/control.h"
#include "sensor/control/virtual_router.h"

namespace kakoi {

ArpSeen observe_arp(const Decoded&, Bytes payload, const Emit& emit) noexcept {
  ArpSeen seen;
  ByteReader r(payload);
  const std::uint16_t htype = r.be16(), ptype = r.be16();
  const std::uint8_t hlen = r.u8(), plen = r.u8();
  const std::uint16_t operation = r.be16();
  const Bytes sender_mac = r.take(6), sender_ip = r.take(4), target_mac = r.take(6), target_ip = r.take(4);
  if (!r.ok()) return seen;  // cut, or for shorter addresses: the decoder has counted it
  if (htype != 1 || ptype != 0x0800) return seen;
  if (hlen != 6 || plen != 4) {
    emit(Anomaly{Fault::bad_length, 4});
    return seen;
  }
  if (operation != 1 && operation != 2) return seen;  // RARP and InARP (RFC 903, RFC 2390)

  seen.valid = true;
  seen.is_request = operation == 1;
  seen.sender_mac = Address::mac(sender_mac);
  seen.target_ip = Address::ipv4(target_ip);
  const Address ip = Address::ipv4(sender_ip);
  if (!ip.is_unspecified()) seen.sender_ip = ip;
  const Address asked_mac = Address::mac(target_mac);
  if (!seen.is_request && asked_mac.lo != 0) seen.target_mac = asked_mac;
  seen.is_gratuitous = seen.sender_ip == seen.target_ip;

  // A probe asks whether an address is free and claims nothing (RFC 5227 §2.1.1).
  if (seen.sender_ip.is_none() || seen.sender_mac.lo == 0 || seen.sender_mac.is_multicast() ||
      seen.sender_mac.is_broadcast())
    return seen;
  emit(Binding{seen.sender_mac, seen.sender_ip, seen.is_request ? BindingKind::arp_request : BindingKind::arp_reply});
  // An address behind a virtual router's MAC is the address that hosts have as their gateway.
  if (const auto kind = virtual_router_kind(seen.sender_mac); !kind.empty())
    emit(Route{RouteKind::first_hop_redundancy, seen.sender_ip, {}, kind});
  return seen;
}

}  // namespace kakoi
