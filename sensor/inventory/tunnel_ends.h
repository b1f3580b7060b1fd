// Where an address is that was seen inside of tunnels with the internet: on this side, behind the end in the plant, or
// beyond the other end. The number alone can't tell: Teredo, 6to4 and tunnel brokers give the plant's own hosts numbers
// of the internet, and both ends' link-local numbers look alike.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <utility>

#include "sensor/inventory/observed.h"
#include "sensor/inventory/scope.h"

namespace kakoi {

struct TunnelledAddress {
  bool here = false, beyond = false;                 // behind an end in the plant, behind one on the internet
  std::set<std::pair<Address, std::uint32_t>> ends;  // those in the plant, and their VLANs
  bool sends = false;
  TtlRange ttl;               // of what it sent
  std::uint64_t packets = 0;  // that named it, either way

  // What passes through the plant from one tunnel into another is behind ends of both kinds.
  bool is_inside() const noexcept { return here && !beyond; }
  bool is_outside() const noexcept { return beyond && !here; }
};

// Of unicast addresses of such tunnels. `scope`: where an end of a tunnel is.
std::map<Address, TunnelledAddress> judge_tunnels(
    const Observed& observed, const std::function<Scope(const Address& end, std::uint32_t vlan)>& scope);

}  // namespace kakoi
