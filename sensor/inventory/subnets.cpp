#include "sensor/inventory/subnets.h"

#include <string>

namespace kakoi {

Network network_of(const Address& ip, unsigned bits) noexcept {
  const unsigned kept = ip.is_ipv4() ? bits + 96 : bits;  // IPv4 is held as an IPv4-mapped address
  const auto upper = [](unsigned n) { return n == 0 ? 0 : ~std::uint64_t{0} << (64 - (n > 64 ? 64 : n)); };
  return {{ip.hi & upper(kept), ip.lo & upper(kept > 64 ? kept - 64 : 0)}, bits};
}

std::string to_string(const Network& network) { return to_string(network.base) + '/' + std::to_string(network.bits); }

void Subnets::learn_mask(std::uint32_t vlan, const Address& ip, unsigned bits, MaskSource source) {
  if (!ip.is_ipv4() || bits < (source == MaskSource::dhcp ? 8 : 16) || bits > 32) return;
  if (source == MaskSource::device) {
    const auto known = masks_.find({vlan, around(vlan, ip)});
    if (known != masks_.end() && known->second == MaskSource::dhcp) return;
  }
  masks_.insert({{vlan, network_of(ip, bits)}, source});
  used_[bits] = true;
}

Network Subnets::around(std::uint32_t vlan, const Address& ip) const noexcept {
  if (!ip.is_ipv4()) return network_of(ip, 64);
  for (unsigned bits = 32; bits >= 8; --bits)
    if (used_[bits] && masks_.contains({vlan, network_of(ip, bits)})) return network_of(ip, bits);
  return network_of(ip, 24);
}

void Subnets::add_local(std::uint32_t vlan, const Address& ip) { local_.insert({vlan, around(vlan, ip)}); }

bool Subnets::is_on_link(std::uint32_t vlan, const Address& ip) const noexcept {
  return ip.is_link_local() || local_.contains({vlan, around(vlan, ip)});
}

}  // namespace kakoi
