// Which MACs are one device's: a switch sends LLDP and spanning tree frames from the MAC of each port,
// and says in them by which MAC the device as a whole is known.
#pragma once

#include <set>
#include <unordered_map>
#include <utility>

#include "sensor/inventory/observed.h"

namespace kakoi {

class Chassis {
 public:
  Chassis() = default;
  explicit Chassis(const Observed& observed);

  // The MAC that stands for the device: its own name for itself if that MAC was seen, else the lowest of
  // its MACs; the MAC itself if nothing ties it to others.
  Address device_of(const Address& mac) const noexcept;
  // The device of `mac` announced `ip` as the address by which it is managed. On its own that binds nothing,
  // because every port announces it; with a frame that `mac` sent from `ip`, it does.
  bool announces(const Address& mac, const Address& ip) const;

 private:
  std::unordered_map<Address, Address, AddressHash> device_;  // of those that have others beside them
  std::set<std::pair<Address, Address>> announced_;           // device, IP
};

}  // namespace kakoi
