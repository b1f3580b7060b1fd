// ICMPv6 (RFC 4443) and neighbour discovery (RFC 4861): routers, neighbours, unreachable destinations.
//
//   type | code | checksum ×2 | body by type | options: { type | length in 8 octets | data } …
#include <tins/icmpv6.h>

#include "sensor/control/icmp_quotation.h"
#include "sensor/control/tins_border.h"

namespace kakoi {

namespace {

using Tins::ICMPv6;

// The MAC in a link-layer address option; none if there is none (RFC 4861 §4.6.1, RFC 2464 §6).
Address link_layer_address(const ICMPv6& nd, ICMPv6::OptionTypes which) {
  const auto* option = nd.search_option(which);
  if (option == nullptr || option->data_size() != 6) return {};
  return Address::mac(Bytes(option->data_ptr(), 6));
}

Address from_tins(const Tins::IPv6Address& address) {
  return Address::ipv6(Bytes(address.begin(), Tins::IPv6Address::address_size));
}

void state_binding(const Address& mac, const Address& ip, const Emit& emit) {
  if (mac.is_none() || mac.lo == 0 || mac.is_multicast() || mac.is_broadcast()) return;
  if (ip.is_unspecified() || ip.is_multicast() || !ip.is_ip()) return;
  emit(Binding{mac, ip, BindingKind::neighbour});
}

void read_neighbour_discovery(const Decoded& packet, const ICMPv6& nd, ArpSeen& seen, const Emit& emit) {
  const Address source = packet.source;
  switch (nd.type()) {
    case ICMPv6::ROUTER_SOLICIT:
      state_binding(link_layer_address(nd, ICMPv6::SOURCE_ADDRESS), source, emit);
      break;
    case ICMPv6::ROUTER_ADVERT:
      state_binding(link_layer_address(nd, ICMPv6::SOURCE_ADDRESS), source, emit);
      // Lifetime 0: not a default router (RFC 4861 §4.2).
      if (nd.router_lifetime() > 0) emit(Route{RouteKind::router_advertisement, source, {}, {}});
      break;
    case ICMPv6::NEIGHBOUR_SOLICIT:
      seen.valid = true;
      seen.is_request = true;
      seen.target_ip = from_tins(nd.target_addr());
      seen.sender_mac = link_layer_address(nd, ICMPv6::SOURCE_ADDRESS);
      if (seen.sender_mac.is_none()) seen.sender_mac = packet.source_mac;
      // From :: it is duplicate address detection, a probe (RFC 4862 §5.4.2).
      if (!source.is_unspecified()) seen.sender_ip = source;
      state_binding(link_layer_address(nd, ICMPv6::SOURCE_ADDRESS), source, emit);
      break;
    case ICMPv6::NEIGHBOUR_ADVERT: {
      const Address claimed = from_tins(nd.target_addr());
      const Address mac = link_layer_address(nd, ICMPv6::TARGET_ADDRESS);
      seen.valid = true;
      seen.sender_ip = claimed;
      seen.sender_mac = mac.is_none() ? packet.source_mac : mac;
      if (!packet.destination.is_multicast()) {
        seen.target_ip = packet.destination;
        seen.target_mac = packet.destination_mac;
      } else {
        seen.target_ip = claimed;  // unsolicited: tells all (RFC 4861 §7.2.6)
        seen.is_gratuitous = true;
      }
      state_binding(mac, claimed, emit);
      break;
    }
    case ICMPv6::REDIRECT: {
      // Where target and destination are the same, the destination is a neighbour and there is no
      // gateway (RFC 4861 §4.5). libtins 4.0 calls the two addresses target and dest.
      const Address target = from_tins(nd.target_addr()), destination = from_tins(nd.dest_addr());
      if (target != destination) emit(Route{RouteKind::icmp_redirect, target, destination, {}});
      break;
    }
    default:
      break;
  }
}

}  // namespace

Icmpv6Seen observe_icmpv6(const Decoded& packet, Bytes icmp, const Emit& emit) noexcept {
  constexpr std::uint8_t kUnreachable = 1, kFirstOfDiscovery = 133, kLastOfDiscovery = 137;
  Icmpv6Seen seen;
  if (icmp.size() < 8) return seen;
  seen.error.type = icmp[0];
  seen.error.code = icmp[1];
  if (icmp[0] == kUnreachable) {
    seen.error.unreachable = read_quoted_ipv6(icmp.subspan(8), seen.error);
    if (seen.error.unreachable && icmp[1] == 1) state_filter(packet, seen.error, emit);  // RFC 4443 §3.1
  }
  if (icmp[0] < kFirstOfDiscovery || icmp[0] > kLastOfDiscovery) return seen;
  // A hop limit of 255 proves that the sender is on this link; all else must be ignored, and so must
  // other codes (RFC 4861 §6.1, §7.1, §8.1).
  if (packet.ttl != 255 || icmp[1] != 0) {
    emit(Anomaly{Fault::bad_value, 0});
    return seen;
  }
  const bool complete = packet.payload_length <= packet.payload.size();
  within_tins_border(emit, complete, [&] {
    const ICMPv6 nd(icmp.data(), static_cast<std::uint32_t>(icmp.size()));
    read_neighbour_discovery(packet, nd, seen.neighbour, emit);
  });
  return seen;
}

}  // namespace kakoi
