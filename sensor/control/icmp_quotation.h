// The packet that an ICMP or ICMPv6 error quotes.
#pragma once

#include "sensor/control/control.h"

namespace kakoi {

// An IPv4 header and 8 octets at least (RFC 792). False: unreadable, `seen` unchanged.
bool read_quoted_ipv4(Bytes quoted, IcmpSeen& seen) noexcept;
// An IPv6 packet as far as it fits (RFC 4443 §2.4 c).
bool read_quoted_ipv6(Bytes quoted, IcmpSeen& seen) noexcept;

// The speaker refuses what goes on to another as prohibited, so it is a filter between networks.
inline void state_filter(const Decoded& packet, const IcmpSeen& seen, const Emit& emit) noexcept {
  if (seen.original_destination != packet.source) emit(Identity{Trait::role, "firewall", "icmp prohibited", 55, {}});
}

}  // namespace kakoi
