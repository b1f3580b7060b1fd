// MACs that one device has beside or after each other: bonded network cards, and random addresses that change.
//
//   LACP                     ports that name one system (chassis.cpp has it, with LLDP and spanning tree)
//   active-backup bond       an address moves from one MAC to the other, and what is behind it keeps its key or serial number
//   adaptive load balancing  several MACs answer for one address, and each sends the bond's learning frames
//   random MACs              follow each other under one name or DHCP client id, and are never there at the same time
//
// Where the evidence is less than that, MACs stay apart.
#pragma once

#include <string_view>
#include <vector>

#include "sensor/inventory/observed.h"

namespace kakoi {

struct SameDevice {
  Address first, other;  // MACs; `first` was seen earlier
  std::string_view
      why;          // static: 'bond failover', 'bond load balancing', 'dhcp host name', 'dhcp client id', 'mdns name'
  PacketRef proof;  // the packet that ties `other`
};

// By `other`, `first`. Of several MACs of one device each is tied to the one before it.
std::vector<SameDevice> find_same_devices(const Observed& observed);

}  // namespace kakoi
