// What each asset does, as its links tell.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sensor/inventory/resolve.h"

namespace kakoi {

struct Activity {
  bool is_ot = false, is_it = false;
  std::string_view controller, controller_reason;  // the role of who answers such a protocol; static, "" none
  bool serves_ot = false;                          // an OT protocol that controllers and servers alike answer
  bool serves_dhcp = false, serves_dns = false, serves_office = false;
  bool programs = false;          // sent a program to an OT device
  bool announces_routes = false;  // routing, redundancy protocols, router advertisements
  bool browses = false;
  std::uint32_t ot_servers = 0;  // assets that it asks by an OT protocol
  std::uint32_t it_client_links = 0;
};

// In the order of resolution.assets().
std::vector<Activity> observe_activity(const Observed& observed, const Resolution& resolution);

// Did the side (0 client, 1 server) speak, so that a protocol over the link says something about it?
// An unanswered probe, or a datagram into the blue, says nothing about its target.
bool takes_part(const LinkRow& link, std::size_t side) noexcept;
// The server answered: a TCP handshake, or datagrams both ways.
bool is_answered(const LinkRow& link) noexcept;

}  // namespace kakoi
