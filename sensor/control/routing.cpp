// Routers that announce themselves to a group: VRRP, HSRP, OSPF, EIGRP, RIP, RIPng.
// Only fixed offsets are read; what a route says in detail is of no interest here.
#include "sensor/control/routing.h"

#include "sensor/control/control.h"
#include "sensor/control/virtual_router.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kUdp = 17, kEigrp = 88, kOspf = 89, kVrrp = 112;
constexpr std::uint16_t kRipPort = 520, kRipngPort = 521, kHsrpPort = 1985, kHsrpIpv6Port = 2029;

void state(RouteKind kind, const Address& announced, std::string_view detail, const Decoded& packet,
           const Emit& emit) noexcept {
  const bool usable = !announced.is_none() && !announced.is_unspecified();
  emit(Route{kind, usable ? announced : packet.source, {}, detail});
}

// Version and type, VRID, priority, count, auth or interval ×2, checksum ×2, virtual addresses (RFC 3768 §5.1,
// RFC 5798 §5.1).
void vrrp(const Decoded& packet, const Emit& emit) noexcept {
  constexpr unsigned kMaxAddresses = 8;
  const Bytes b = packet.payload;
  if (b.size() < 8 || (b[0] != 0x21 && b[0] != 0x31)) return;
  const std::size_t width = packet.source.is_ipv4() ? 4 : 16;
  bool any = false;
  for (unsigned i = 0; i < b[3] && i < kMaxAddresses && b.size() >= 8 + (i + 1) * width; ++i) {
    const Bytes address = b.subspan(8 + i * width, width);
    state(RouteKind::first_hop_redundancy, width == 4 ? Address::ipv4(address) : Address::ipv6(address), "VRRP", packet,
          emit);
    any = true;
  }
  if (!any) state(RouteKind::first_hop_redundancy, {}, "VRRP", packet, emit);
}

// Version 0: version, operation, state, …, virtual address at 16 (RFC 2281 §5.1). Version 2: a group state TLV
// (type 1, length 40: version 2, operation, state, IP version, …) whose virtual address is at 26.
bool is_hsrp(Bytes b) noexcept { return b.size() >= 20 && b[0] == 0 && b[1] <= 2; }
bool is_hsrp2(Bytes b) noexcept { return b.size() >= 42 && b[0] == 1 && b[1] == 40 && b[2] == 2 && b[3] <= 2; }
void hsrp(const Decoded& packet, const Emit& emit) noexcept {
  const Bytes b = packet.payload;
  if (is_hsrp(b)) {
    state(RouteKind::first_hop_redundancy, Address::ipv4(b.subspan(16)), "HSRP", packet, emit);
  } else if (is_hsrp2(b)) {
    const Address gateway = b[5] == 6 ? Address::ipv6(b.subspan(26)) : Address::ipv4(b.subspan(26));
    state(RouteKind::first_hop_redundancy, gateway, "HSRP", packet, emit);
  }
}

// Responses alone: any host may ask (RFC 2453 §3.9.1). The first entry is of IP, of no family, or authentication, whose
// trailer may have any length (RFC 4822 §2).
bool is_rip(Bytes b) noexcept {
  if (b.size() < 24 || b[0] != 2 || (b[1] != 1 && b[1] != 2)) return false;
  const unsigned family = static_cast<unsigned>(b[4]) << 8 | b[5];
  return family == 2 || family == 0 || (family == 0xFFFF && b[1] == 2);
}
// RFC 2080 §2.1: version 1.
bool is_ripng(Bytes b) noexcept { return b.size() >= 24 && b[0] == 2 && b[1] == 1 && (b.size() - 4) % 20 == 0; }

}  // namespace

const Protocol* routing_protocol_of(const Decoded& packet) noexcept {
  switch (packet.protocol) {
    case kEigrp:
      return &eigrp_protocol;
    case kOspf:
      return &ospf_protocol;
    case kVrrp:
      return &vrrp_protocol;
    case kUdp:
      break;
    default:
      return nullptr;
  }
  if (!packet.has_ports) return nullptr;
  const Bytes b = packet.payload;
  switch (packet.destination_port) {
    case kHsrpPort:
    case kHsrpIpv6Port:
      return is_hsrp(b) || is_hsrp2(b) ? &hsrp_protocol : nullptr;
    case kRipPort:
      return is_rip(b) ? &rip_protocol : nullptr;
    case kRipngPort:
      return is_ripng(b) ? &rip_protocol : nullptr;
    default:
      return nullptr;
  }
}

void observe_routing(const Decoded& packet, const Emit& emit) noexcept {
  if (!packet.source.is_ip() || packet.source.is_unspecified() || packet.is_fragment) return;
  // IP in a tunnel has two ends, and no segment of hosts that hear it. What a tunnel of frames carries is on one.
  if (packet.depth > 0 && packet.source_mac.is_none()) return;
  const Bytes b = packet.payload;
  switch (packet.protocol) {
    case kVrrp:
      return vrrp(packet, emit);
    case kOspf:  // version 2 (RFC 2328 §A.3.1) or 3 (RFC 5340 §A.3.1), packet types 1–5
      if (b.size() >= 16 && (b[0] == 2 || b[0] == 3) && b[1] >= 1 && b[1] <= 5)
        state(RouteKind::routing_protocol, {}, "OSPF", packet, emit);
      return;
    case kEigrp:  // version 2 (RFC 7868 §6.2)
      if (b.size() >= 20 && b[0] == 2) state(RouteKind::routing_protocol, {}, "EIGRP", packet, emit);
      return;
    case kUdp:
      break;
    default:
      return;
  }
  if (packet.has_ports) {
    switch (packet.destination_port) {
      case kHsrpPort:
      case kHsrpIpv6Port:
        return hsrp(packet, emit);
      case kRipPort:
        if (packet.source_port == kRipPort && is_rip(b)) state(RouteKind::routing_protocol, {}, "RIP", packet, emit);
        return;
      case kRipngPort:
        if (packet.source_port == kRipngPort && is_ripng(b))
          state(RouteKind::routing_protocol, {}, "RIPng", packet, emit);
        return;
      default:
        break;
    }
  }
  // Any other datagram from a virtual router's MAC: the gateway is known by its MAC alone, for the
  // source address may be that of a host behind it.
  if (const auto kind = virtual_router_kind(packet.source_mac); !kind.empty())
    emit(Route{RouteKind::first_hop_redundancy, packet.source_mac, {}, kind});
}

}  // namespace kakoi
