// MAC addresses that nobody assigned to a maker: the locally administered bit is set (IEEE 802-2014 §8.2.2).
#pragma once

#include <string_view>

#include "dissectors/core/address.h"

namespace kakoi {

// What gave the address, as far as its octets tell; static. Empty for a global address, and for a group.
//   "QEMU", "Docker" …  a program that uses this prefix
//   "assigned"          octets that hardly come by chance: given by hand, or by a scheme of the site
//   "random"            all others: privacy addresses of phones and PCs, virtual interfaces. The next may be another
std::string_view local_mac_kind(const Address& mac) noexcept;
inline bool is_random_mac(const Address& mac) noexcept { return local_mac_kind(mac) == "random"; }

}  // namespace kakoi
