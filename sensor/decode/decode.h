// From the bytes of a frame to its headers. Pure functions: no state, no allocation, no exception;
// whatever does not fit is marked (Decoded::malformed, ::undecoded), and what was read before stays.
#pragma once

#include "sensor/decode/packet.h"

namespace kakoi::decode {

// Link layer, VLAN tags, MPLS, PPPoE, then IP and transport.
void decode(const RawPacket& raw, Decoded& out) noexcept;

// The packet inside a tunnel (GRE, ERSPAN, IP in IP, 6in4, VXLAN, Teredo, CAPWAP), if `outer` carries one
// and is not nested deeper than kDeepest. `out` inherits frame length and, where the tunnel carries
// no Ethernet, the MACs and VLAN.
bool decapsulate(const Decoded& outer, Decoded& out) noexcept;
inline constexpr std::uint8_t kDeepest = 4;

// The layers, for use among themselves.
void decode_ethernet(Bytes frame, Decoded& out) noexcept;
void decode_llc(Bytes data, Decoded& out) noexcept;
void decode_wireless(Bytes frame, Decoded& out) noexcept;
bool decode_capwap(Bytes data, Decoded& out) noexcept;  // false: not a CAPWAP data packet
// `length`: as the layer below says; ≥ data.size() if the capture cut it.
void decode_ethertype(std::uint16_t ethertype, Bytes data, Decoded& out) noexcept;
void decode_ip(Bytes packet, Decoded& out) noexcept;  // version by its first nibble
// `segment` is the IP payload, `length` what the IP header says of it.
void decode_transport(Bytes segment, std::uint32_t length, Decoded& out) noexcept;

}  // namespace kakoi::decode
