// What both files for CSET draw: devices and who talks with whom.
#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/report.h"

namespace kakoi::cset {

struct Node {
  std::string id, name, role, zone;  // zone: "" none
  std::string address;               // the first IP address, else the MAC address, else ""
  std::string host_name;             // "" if the name is but an address
  std::string description, criticality;
};

struct Zone {
  std::string id, name, kind;
};

struct Network {
  std::vector<Node> nodes;  // by id; no multicast, no broadcast
  std::vector<Zone> zones;  // by id
  // Client and server, as indexes into nodes, each pair once, and the number of connections either way.
  std::map<std::pair<std::size_t, std::size_t>, std::int64_t> edges;
};

Network network_of(const ReportInput& input);

// Name of a role as CSET's symbols have it; "" if none fits. Without "." and ":", which would make it an address.
std::string_view symbol_of(std::string_view role);

}  // namespace kakoi::cset

namespace kakoi {

void write_diagram(const ReportInput& input, std::ostream& out);

}  // namespace kakoi
