// Which devices a row of the asset register declares (docs/register.md, "How a row finds its device").
#pragma once

#include <algorithm>
#include <cstddef>
#include <set>
#include <unordered_map>
#include <vector>

#include "dissectors/core/address.h"

namespace kakoi {

class AddressOwners {
 public:
  using Device = std::size_t;  // a number of the caller's

  void add(const Address& address, Device device) {
    auto& devices = owners_[address];
    if (std::find(devices.begin(), devices.end(), device) == devices.end()) devices.push_back(device);
    if (address.is_mac()) with_mac_.insert(device);
  }

  // For each address of a row the devices that have it. A MAC address tells more than a number: where the row has as
  // many of them as of IP addresses, a device of another card that answers by its number is not the one meant. Several
  // for one address: copied machine cells, where the zone decides.
  std::vector<std::vector<Device>> of(const std::vector<Address>& row) const {
    std::vector<std::vector<Device>> out(row.size());
    std::set<Device> by_mac;
    std::size_t macs = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!row[i].is_mac()) continue;
      ++macs;
      out[i] = all(row[i]);
      by_mac.insert(out[i].begin(), out[i].end());
    }
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i].is_mac()) continue;
      out[i] = all(row[i]);
      const auto found = [&](Device device) { return by_mac.contains(device); };
      if (std::any_of(out[i].begin(), out[i].end(), found))
        std::erase_if(out[i], [&](Device device) { return !found(device); });
      else if (!by_mac.empty() && macs * 2 >= row.size())
        std::erase_if(out[i], [&](Device device) { return with_mac_.contains(device); });
    }
    return out;
  }

 private:
  std::vector<Device> all(const Address& address) const {
    const auto found = owners_.find(address);
    return found == owners_.end() ? std::vector<Device>{} : found->second;
  }

  std::unordered_map<Address, std::vector<Device>, AddressHash> owners_;
  std::set<Device> with_mac_;
};

}  // namespace kakoi
