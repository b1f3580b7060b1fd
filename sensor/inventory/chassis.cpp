#include "sensor/inventory/chassis.h"

#include <algorithm>
#include <map>
#include <vector>

#include "sensor/inventory/segment.h"

namespace kakoi {

namespace {

bool is_station(const Address& mac) noexcept {
  return mac.is_mac() && mac.lo != 0 && !mac.is_multicast() && !mac.is_broadcast() && !is_virtual_router(mac);
}

bool names_chassis(const IdentityKey& key) noexcept {
  return key.trait == Trait::fingerprint && (key.method == "lldp chassis" || key.method == "stp bridge");
}

// Ports by the chassis that they name, whichever VLAN they sent on.
class Groups {
 public:
  void join(const Address& a, const Address& b) {
    const Address one = find(a), other = find(b);
    if (one != other) parent_[std::max(one, other)] = std::min(one, other);
  }
  Address find(Address mac) {
    for (auto at = parent_.find(mac); at != parent_.end(); at = parent_.find(mac)) mac = at->second;
    return mac;
  }

 private:
  std::map<Address, Address> parent_;
};

}  // namespace

Chassis::Chassis(const Observed& observed) {
  std::vector<std::pair<Address, Address>> ports;  // and the chassis that it names
  std::map<std::pair<std::string, std::uint32_t>, std::pair<std::vector<Address>, std::vector<Address>>> managed;
  for (const auto& [key, seen] : observed.identities) {
    if (!names_chassis(key)) continue;
    const auto chassis = parse_address(key.text);
    if (!chassis || !is_station(*chassis)) continue;
    if (is_station(key.subject)) ports.emplace_back(key.subject, *chassis);
    if (key.method != "lldp chassis") continue;
    auto& [macs, ips] = managed[{key.text, key.vlan}];
    if (is_station(key.subject)) macs.push_back(key.subject);
    if (key.subject.is_ip()) ips.push_back(key.subject);
  }
  Groups groups;
  for (const auto& [port, chassis] : ports) groups.join(port, chassis);
  const auto was_seen = [&](const Address& mac) {
    const auto at = observed.macs.lower_bound({mac, 0});
    return at != observed.macs.end() && at->first.mac == mac;
  };
  std::map<Address, Address> stands_for;  // by group: a chassis that was seen
  std::map<Address, std::set<Address>> members;
  for (const auto& [port, chassis] : ports) {
    const Address group = groups.find(port);
    members[group].insert(port);
    if (!was_seen(chassis)) continue;
    members[group].insert(chassis);
    const auto [at, is_new] = stands_for.emplace(group, chassis);
    if (!is_new) at->second = std::min(at->second, chassis);
  }
  for (const auto& [group, macs] : members) {
    if (macs.size() < 2) continue;
    const auto named = stands_for.find(group);
    for (const Address& mac : macs) device_[mac] = named != stands_for.end() ? named->second : *macs.begin();
  }
  for (const auto& [key, both] : managed)
    for (const Address& mac : both.first)
      for (const Address& ip : both.second) announced_.emplace(device_of(mac), ip);
}

Address Chassis::device_of(const Address& mac) const noexcept {
  const auto at = device_.find(mac);
  return at == device_.end() ? mac : at->second;
}

bool Chassis::announces(const Address& mac, const Address& ip) const {
  return announced_.contains({device_of(mac), ip});
}

}  // namespace kakoi
