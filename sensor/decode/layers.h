// The layers of decode(), for use among themselves. Each fills `out` with what its bytes say.
#pragma once

#include "sensor/decode/decode.h"

namespace kakoi::decode {

// Ethernet may carry tags that carry Ethernet, and so on: `layers` more of them are read.
inline constexpr unsigned kMostLayers = 12;

void decode_ethernet(Bytes frame, Decoded& out, unsigned layers = kMostLayers) noexcept;
void decode_llc(Bytes data, Decoded& out, unsigned layers = kMostLayers) noexcept;
// `length`: as the layer below says; ≥ data.size() if the capture cut it.
void decode_ethertype(std::uint16_t ethertype, Bytes data, Decoded& out, unsigned layers = kMostLayers) noexcept;
// Tags and labels that are rarer than VLANs: false if `ethertype` is none of them.
bool decode_tag(std::uint16_t ethertype, Bytes data, Decoded& out, unsigned layers) noexcept;
void decode_mpls(Bytes data, Decoded& out, unsigned layers = kMostLayers) noexcept;
void decode_ppp(Bytes data, Decoded& out, unsigned layers = kMostLayers) noexcept;  // from the protocol field on

// Link types other than Ethernet, by LINKTYPE_ number.
void decode_link(std::uint32_t link_type, Bytes data, Decoded& out) noexcept;
void decode_wireless(Bytes frame, Decoded& out) noexcept;
// Behind a radio's report: radiotap (127), Prism (119), AVS (163), PPI (192).
void decode_radio(std::uint32_t link_type, Bytes data, Decoded& out) noexcept;
bool decode_capwap(Bytes data, Decoded& out) noexcept;  // false: not a CAPWAP data packet

void decode_ip(Bytes packet, Decoded& out) noexcept;  // version by its first nibble
// `segment` is the IP payload, `length` what the IP header says of it.
void decode_transport(Bytes segment, std::uint32_t length, Decoded& out) noexcept;

Tunnel decode_gre(Bytes data, Decoded& out) noexcept;
Tunnel decode_udp_tunnel(const Decoded& outer, Decoded& out) noexcept;
// Whether a datagram is, to its last octet, an IPv6 packet from or to a Teredo address (RFC 4380 §2.6): what relays
// send has no port of its own.
bool is_teredo_packet(Bytes data) noexcept;
Tunnel decode_l2tpv3(Bytes data, Decoded& out) noexcept;  // from the session id on

// What follows is an Ethernet frame, as far as its EtherType and the next header tell: for carriers
// that do not say what they carry.
bool looks_like_ethernet(Bytes data) noexcept;
inline bool looks_like_ip(Bytes data) noexcept {
  return data.size() >= 20 && ((data[0] >> 4 == 4 && (data[0] & 15) >= 5) || (data[0] >> 4 == 6 && data.size() >= 40));
}

constexpr bool is_vlan_tag(std::uint16_t ethertype) noexcept {
  return ethertype == 0x8100 || ethertype == 0x88A8 || ethertype == 0x9100 || ethertype == 0x9200;
}

}  // namespace kakoi::decode
