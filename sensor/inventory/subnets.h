// Which addresses are neighbours on a VLAN, as far as traffic tells: by the mask of a DHCP lease,
// else by the /24 (IPv6: /64) around an address that is known to live there.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <tuple>
#include <unordered_set>

#include "dissectors/core/address.h"

namespace kakoi {

struct Network {
  Address base;
  unsigned bits = 0;  // of the family's own address length
  auto operator<=>(const Network&) const = default;
};

Network network_of(const Address& ip, unsigned bits) noexcept;
std::string to_string(const Network& network);  // "192.0.2.0/24"

class Subnets {
 public:
  // A mask that a DHCP server gave out. Masks wider than /8 are taken for a mistake and ignored.
  void learn_mask(std::uint32_t vlan, const Address& ip, unsigned bits);
  // An address that lives on the VLAN; its neighbours do, too. Masks must be learned before.
  void add_local(std::uint32_t vlan, const Address& ip);

  Network around(std::uint32_t vlan, const Address& ip) const noexcept;
  bool has_mask(std::uint32_t vlan, const Network& network) const noexcept { return masks_.contains({vlan, network}); }
  bool is_on_link(std::uint32_t vlan, const Address& ip) const noexcept;

 private:
  std::set<std::pair<std::uint32_t, Network>> masks_, local_;
  std::array<bool, 33> used_{};  // lengths of masks_
};

}  // namespace kakoi
