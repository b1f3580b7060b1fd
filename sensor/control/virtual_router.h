// MAC addresses that belong to a virtual router, not to a device: whoever sends from one forwards
// for the segment.
#pragma once

#include <string_view>

#include "dissectors/core/address.h"

namespace kakoi {

// "VRRP", "HSRP" or "".
inline std::string_view virtual_router_kind(const Address& mac) noexcept {
  if (!mac.is_mac()) return {};
  const std::uint64_t prefix = mac.lo >> 8;
  if (prefix == 0x00005E0001 || prefix == 0x00005E0002) return "VRRP";  // RFC 5798 §7.3, IPv4 and IPv6
  if (prefix == 0x00000C07AC) return "HSRP";                            // RFC 2281 §6
  // Version 2 has 12 bits of group: 00:00:0c:9f:fx:xx, for IPv6 00:05:73:a0:0x:xx.
  if (mac.lo >> 12 == 0x00000C9FF || mac.lo >> 12 == 0x000573A00) return "HSRP";
  return {};
}

}  // namespace kakoi
