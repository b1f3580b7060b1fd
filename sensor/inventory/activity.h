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
  bool answers_ot = false;                         // and was heard to: else what it was asked passed alone
  bool exchanges_io = false;                       // cyclic process data with a peer; neither asks
  bool serves_dhcp = false, serves_dns = false;
  bool serves_office = false;  // but for files: any Windows machine may share a folder
  bool serves_prints = false;
  std::uint32_t smb_clients = 0;    // assets that it answers SMB
  std::string_view general_server;  // why it passes for a general-purpose server; static, "" it does not
  bool programs = false;            // sent a program to an OT device
  bool commands = false;            // wrote to or commanded one, or more
  bool serves_database = false;
  bool fronts_devices = false;                  // answers for several addresses of a serial line
  bool is_firewall = false, is_mobile = false;  // as its description, its software says
  bool serves_video = false;                    // live, and not as a program on a computer
  bool announces_routes = false;                // routing, redundancy protocols, router advertisements
  bool browses = false;
  std::uint32_t ot_servers = 0;       // assets that it asks by an OT protocol
  std::uint32_t office_services = 0;  // that it uses: protocols, each of one server
};

// In the order of resolution.assets().
std::vector<Activity> observe_activity(const Observed& observed, const Resolution& resolution);

// Did the side (0 client, 1 server) speak, so that a protocol over the link says something about it?
// An unanswered probe, or a datagram into the blue, says nothing about its target.
bool takes_part(const LinkRow& link, std::size_t side) noexcept;
// The server answered: a TCP handshake, or datagrams both ways.
bool is_answered(const LinkRow& link) noexcept;

}  // namespace kakoi
