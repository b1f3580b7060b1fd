#include "sensor/inventory/tunnel_ends.h"

namespace kakoi {

std::map<Address, TunnelledAddress> judge_tunnels(
    const Observed& observed, const std::function<Scope(const Address& end, std::uint32_t vlan)>& scope) {
  std::map<Address, TunnelledAddress> found;
  for (const auto& [key, row] : observed.tunnelled) {
    const Address& ip = key.inner;
    if (ip.is_multicast() || ip.is_broadcast() || ip.is_unspecified() || ip.is_loopback()) continue;
    const Scope near = scope(key.near, key.vlan), far = scope(key.far, key.vlan);
    const auto is_plant = [](Scope s) { return s == Scope::local || s == Scope::remote; };
    const bool here = is_plant(near) && far == Scope::internet;
    if (!here && near != Scope::internet) continue;
    TunnelledAddress& a = found[ip];
    a.packets += row.sent.count + row.received.count;
    a.here = a.here || here;
    a.beyond = a.beyond || !here;
    if (!here) continue;
    a.ends.insert({key.near, key.vlan});
    a.sends = a.sends || row.sent.count != 0;
    a.ttl.merge(row.ttl);
  }
  return found;
}

}  // namespace kakoi
