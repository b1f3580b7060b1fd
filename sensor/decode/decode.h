// From the bytes of a frame to its headers. Pure functions: no state, no allocation, no exception;
// whatever does not fit is marked (Decoded::malformed, ::undecoded), and what was read before stays.
#pragma once

#include "sensor/decode/packet.h"

namespace kakoi::decode {

// Link layer with its tags and labels, then IP and transport.
void decode(const RawPacket& raw, Decoded& out) noexcept;

// What carries a packet inside another one.
enum Tunnel : std::uint8_t {
  kNoTunnel = 0,
  kTunnel,        // its ends are hosts of the network like any other
  kBridge,        // carries Ethernet: an overlay network, or a mirror session; see MirrorTable
  kMirrorTunnel,  // brings mirrored packets to the capture (ERSPAN, TZSP): its ends are no part of the plant
};

// The packet inside a tunnel, if `outer` carries one and is not nested deeper than kDeepest. `out`
// inherits frame length and, where the tunnel carries no Ethernet, the VLAN.
//   by IP protocol: IP in IP, 6in4, GRE (with NVGRE, PPTP, ERSPAN I–III), L2TPv3, MPLS, EtherIP
//   by UDP port: VXLAN (and -GPE), Geneve, Teredo (also without), CAPWAP, L2TPv2 and v3, GTP-U, LISP, TZSP, GRE, MPLS
Tunnel decapsulate(const Decoded& outer, Decoded& out) noexcept;
inline constexpr std::uint8_t kDeepest = 4;

}  // namespace kakoi::decode
