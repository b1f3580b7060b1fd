#include "sensor/inventory/chassis.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
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
bool names_lacp_system(const IdentityKey& key) noexcept {
  return key.trait == Trait::fingerprint && key.method == "lacp system";
}

// Ports by the chassis that they name, whichever VLAN they sent on.
class Groups {
 public:
  void join(const Address& a, const Address& b) {
    const Address one = find(a), other = find(b);
    if (one != other) parent_[std::max(one, other)] = std::min(one, other);
  }
  Address find(const Address& mac) {
    Address root = mac;
    for (auto at = parent_.find(root); at != parent_.end(); at = parent_.find(root)) root = at->second;
    // whoever asks next finds it at once
    for (auto at = parent_.find(mac); at != parent_.end() && at->second != root;)
      at = parent_.find(std::exchange(at->second, root));
    return root;
  }

 private:
  std::map<Address, Address> parent_;
};

}  // namespace

Chassis::Chassis(const Observed& observed) : same_(find_same_devices(observed)) {
  std::vector<std::pair<Address, Address>> ports;      // and the chassis that it names
  std::map<Address, std::vector<Address>> aggregated;  // ports by LACP system
  // Where the chassis says that it is managed, with one of its ports: all that name it are one device.
  std::map<std::pair<std::string_view, std::uint32_t>, std::pair<std::optional<Address>, std::vector<Address>>> managed;
  for (const auto& [key, seen] : observed.identities) {
    const bool is_aggregated = names_lacp_system(key);
    if (!is_aggregated && !names_chassis(key)) continue;
    const auto chassis = parse_address(key.text);
    if (!chassis || !is_station(*chassis)) continue;
    if (is_aggregated) {
      if (is_station(key.subject)) aggregated[*chassis].push_back(key.subject);
      continue;
    }
    if (is_station(key.subject)) ports.emplace_back(key.subject, *chassis);
    if (key.method != "lldp chassis") continue;
    auto& [port, ips] = managed[{key.text, key.vlan}];
    if (is_station(key.subject)) port = key.subject;
    if (key.subject.is_ip()) ips.push_back(key.subject);
  }
  Groups groups;
  std::set<Address> named_by_chassis;
  for (const auto& [port, chassis] : ports) {
    groups.join(port, chassis);
    named_by_chassis.insert(port);
  }
  // Two switches may aggregate as one (multi-chassis): they share the LACP system, but each has its own chassis.
  for (const auto& [system, members] : aggregated) {
    std::set<Address> named;
    for (const Address& port : members)
      if (named_by_chassis.contains(port)) named.insert(groups.find(port));
    if (named.size() > 1) continue;
    for (const Address& port : members) {
      groups.join(port, system);
      ports.emplace_back(port, system);
    }
  }
  for (const SameDevice& s : same_) groups.join(s.first, s.other);

  const auto is_seen = [&](const Address& mac) {
    const auto at = observed.macs.lower_bound({mac, 0});
    return at != observed.macs.end() && at->first.mac == mac;
  };
  const auto first_seen = [&](const Address& mac) {  // on any VLAN
    std::optional<PacketRef> first;
    for (auto at = observed.macs.lower_bound({mac, 0}); at != observed.macs.end() && at->first.mac == mac; ++at)
      if (!first || at->second.seen.first < *first) first = at->second.seen.first;
    return first;
  };
  const auto first_of = [&](const std::set<Address>& macs) {
    auto first = std::pair(first_seen(*macs.begin()), *macs.begin());
    for (const Address& mac : macs) first = std::min(first, std::pair(first_seen(mac), mac));
    return first.second;
  };
  std::map<Address, Address> stands_for;  // by group: a chassis that was seen
  std::map<Address, std::set<Address>> members;
  for (const auto& [port, chassis] : ports) {
    const Address group = groups.find(port);
    members[group].insert(port);
    if (!is_seen(chassis)) continue;
    members[group].insert(chassis);
    const auto [at, is_new] = stands_for.emplace(group, chassis);
    if (!is_new) at->second = std::min(at->second, chassis);
  }
  std::set<Address> changing;  // groups
  for (const SameDevice& s : same_) {
    const Address group = groups.find(s.first);
    members[group].insert({s.first, s.other});
    changing.insert(group);
  }
  for (const auto& [group, macs] : members) {
    if (macs.size() < 2) continue;
    Address device = *macs.begin();
    if (const auto named = stands_for.find(group); named != stands_for.end())
      device = named->second;
    else if (changing.contains(group))
      device = first_of(macs);
    for (const Address& mac : macs) device_[mac] = device;
  }
  for (const auto& [key, both] : managed)
    if (both.first)
      for (const Address& ip : both.second) announced_.emplace(device_of(*both.first), ip);
}

Address Chassis::device_of(const Address& mac) const noexcept {
  const auto at = device_.find(mac);
  return at == device_.end() ? mac : at->second;
}

bool Chassis::announces(const Address& mac, const Address& ip) const {
  return announced_.contains({device_of(mac), ip});
}

}  // namespace kakoi
