// Which addresses are neighbours on a VLAN, as far as traffic tells: by the mask of a DHCP lease, else by the one that a
// device says it has, else by the /24 (IPv6: /64) around an address that is known to live there.
#pragma once

#include <array>
#include <cstdint>
#include <map>
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
  enum class MaskSource : std::uint8_t { dhcp, device };
  // A mask that a DHCP server gave out, or that a device says it has: it may be wrong about its neighbours, so that it
  // counts only where no lease covers the address (leases come first). Masks wider than /8, a device's wider than /16,
  // are taken for a mistake and ignored.
  void learn_mask(std::uint32_t vlan, const Address& ip, unsigned bits, MaskSource source = MaskSource::dhcp);
  // An address that lives on the VLAN; its neighbours do, too. Masks must be learned before.
  void add_local(std::uint32_t vlan, const Address& ip);

  Network around(std::uint32_t vlan, const Address& ip) const noexcept;
  bool has_mask(std::uint32_t vlan, const Network& network) const noexcept { return masks_.contains({vlan, network}); }
  // Of a network that has one.
  MaskSource mask_source(std::uint32_t vlan, const Network& network) const { return masks_.at({vlan, network}); }
  bool is_on_link(std::uint32_t vlan, const Address& ip) const noexcept;

 private:
  std::map<std::pair<std::uint32_t, Network>, MaskSource> masks_;
  std::set<std::pair<std::uint32_t, Network>> local_;
  std::array<bool, 33> used_{};  // lengths of masks_
};

}  // namespace kakoi
