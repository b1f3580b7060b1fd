// Which MACs are one device's: a switch sends LLDP, spanning tree and LACP frames from the MAC of each port, and says in
// them by which MAC the device as a whole is known; others follow from what succession.h finds.
#pragma once

#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sensor/inventory/succession.h"

namespace kakoi {

class Chassis {
 public:
  Chassis() = default;
  explicit Chassis(const Observed& observed);

  // The MAC that stands for the device: its own name for itself if that MAC was seen, else the lowest of the MACs that
  // are its ports, of MACs that follow each other the first; the MAC itself if nothing ties it to others.
  Address device_of(const Address& mac) const noexcept;
  // The device of `mac` announced `ip` as the address by which it is managed. On its own that binds nothing,
  // because every port announces it; with a frame that `mac` sent from `ip`, it does.
  bool announces(const Address& mac, const Address& ip) const;
  // What tied MACs together that do not name a chassis.
  const std::vector<SameDevice>& same_devices() const noexcept { return same_; }

 private:
  std::unordered_map<Address, Address, AddressHash> device_;  // of those that have others beside them
  std::set<std::pair<Address, Address>> announced_;           // device, IP
  std::vector<SameDevice> same_;
};

}  // namespace kakoi
