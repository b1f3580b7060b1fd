#include "sensor/inventory/activity.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace kakoi {

namespace {

// Whoever answers these is there to serve; a web page, SSH or Telnet is on any device.
constexpr std::array<std::string_view, 14> kOfficeServices = {"smb",    "ldap",       "kerberos", "smtp", "imap",
                                                              "pop3",   "mssql",      "mysql",    "nfs",  "rpc",
                                                              "radius", "postgresql", "oracle",   "sip"};

// What answers these controls something itself. The earlier line counts for more: gateways answer several. OPC UA and Fox
// are not here, because SCADA servers answer them, too.
struct Controller {
  std::string_view protocol, role, reason;
};
constexpr std::array<Controller, 15> kControllers = {{
    {"modbus", "plc", "answers modbus"},
    {"modbus_rtu", "plc", "answers modbus"},
    {"s7comm", "plc", "answers s7comm"},
    {"s7comm_plus", "plc", "answers s7comm"},
    {"slmp", "plc", "answers slmp"},
    {"fins", "plc", "answers fins"},
    {"fins_tcp", "plc", "answers fins"},
    {"ads", "plc", "answers ads"},
    {"ads_udp", "plc", "answers ads"},
    {"dnp3", "rtu", "answers dnp3"},
    {"iec104", "rtu", "answers iec104"},
    {"mms", "ied", "answers mms"},
    {"enip", "ot_device", "answers EtherNet/IP"},
    {"bacnet", "ot_device", "answers BACnet"},
    {"hart_ip", "ot_device", "answers HART-IP"},
}};

const Controller* controller_of(std::string_view protocol) noexcept {
  const auto at = std::find_if(kControllers.begin(), kControllers.end(),
                               [&](const Controller& c) { return c.protocol == protocol; });
  return at != kControllers.end() ? at : nullptr;
}

bool is_device(const Asset& asset) noexcept {
  return asset.scope != Scope::multicast && asset.scope != Scope::broadcast;
}

class Observer {
 public:
  Observer(const Observed& observed, const Resolution& resolution)
      : observed_(observed), resolution_(resolution), found_(resolution.assets().size()), ends_(resolution.ends()) {}

  std::vector<Activity> run() {
    observe_ot();
    observe_it();
    observe_services();
    return std::move(found_);
  }

 private:
  Activity* at(std::uint32_t asset) {
    if (asset == Resolution::kNone || !is_device(resolution_.assets()[asset])) return nullptr;
    return &found_[asset];
  }

  static bool is_better(const Controller& candidate, const Activity& so_far) noexcept {
    for (const Controller& c : kControllers) {
      if (c.reason == so_far.controller_reason) return false;
      if (c.reason == candidate.reason) return true;
    }
    return true;
  }

  void observe_ot() {
    std::vector<LinkEnds> asks;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      if (!link.protocol || link.protocol->domain != Domain::ot) continue;
      Activity* const client = at(ends_[i].client);
      Activity* const server = at(ends_[i].server);
      if (client && takes_part(link, 0)) client->is_ot = true;
      if (!server || !takes_part(link, 1)) continue;
      server->is_ot = true;
      // Both ends of cyclic data send; who asked for them shows in the session that set it up.
      if (link.protocol->name == "enip_io") continue;
      server->serves_ot = true;
      if (const Controller* const found = controller_of(link.protocol->name); found && is_better(*found, *server)) {
        server->controller = found->role;
        server->controller_reason = found->reason;
      }
      if (client && takes_part(link, 0)) asks.push_back(ends_[i]);
    }
    std::sort(asks.begin(), asks.end());
    asks.erase(std::unique(asks.begin(), asks.end()), asks.end());
    for (const auto& [client, server] : asks) ++found_[client].ot_servers;

    for (const OperationRow& o : observed_.operations)
      if (o.key.cls == OperationClass::program && o.from_client != 0)
        if (Activity* const client = at(ends_[o.link].client)) client->programs = true;
  }

  void observe_it() {
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      if (!link.protocol || link.protocol->domain != Domain::it) continue;
      Activity* const client = at(ends_[i].client);
      Activity* const server = at(ends_[i].server);
      // TLS may carry anything; between OT devices it is theirs.
      if (link.protocol->name == "tls" && ((client && client->is_ot) || (server && server->is_ot))) continue;
      if (client && takes_part(link, 0)) {
        client->is_it = true;
        ++client->it_client_links;
      }
      if (server && takes_part(link, 1)) server->is_it = true;
    }
  }

  void observe_services() {
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      Activity* const server = at(ends_[i].server);
      if (!link.protocol || !server || !is_answered(link)) continue;
      const std::string_view name = link.protocol->name;
      if (name == "dns") server->serves_dns = true;
      if (std::find(kOfficeServices.begin(), kOfficeServices.end(), name) != kOfficeServices.end())
        server->serves_office = true;
    }
    for (const auto& [lease, seen] : observed_.leases)
      if (lease.granted)
        if (Activity* const server = at(resolution_.find_anywhere(lease.server, lease.vlan)))
          server->serves_dhcp = true;
    for (const auto& [route, seen] : observed_.routes) {
      if (route.kind == RouteKind::dhcp_router) continue;
      const Address& speaker = route.speaker_mac.is_none() ? route.speaker : route.speaker_mac;
      if (Activity* const router = at(resolution_.find(speaker, route.vlan))) router->announces_routes = true;
    }
    for (const auto& [key, seen] : observed_.identities)
      if (key.trait == Trait::user_agent && key.text.starts_with("Mozilla/"))
        if (Activity* const client = at(resolution_.find(key.subject, key.vlan))) client->browses = true;
  }

  const Observed& observed_;
  const Resolution& resolution_;
  std::vector<Activity> found_;
  const std::vector<LinkEnds>& ends_;
};

}  // namespace

std::vector<Activity> observe_activity(const Observed& observed, const Resolution& resolution) {
  return Observer(observed, resolution).run();
}

bool takes_part(const LinkRow& link, std::size_t side) noexcept {
  const bool has_payload = link.payload[0] + link.payload[1] != 0;
  switch (link.state) {
    case LinkState::established:
      return true;
    // TCP carries no payload before both sides agreed to it, so the silent side is on the other wire
    case LinkState::one_way:
      return has_payload;
    case LinkState::datagram:
      return link.payload[side] != 0;
    case LinkState::attempted:
    case LinkState::refused:
      return false;
  }
  return false;
}

bool is_answered(const LinkRow& link) noexcept {
  if (link.key.transport == Transport::tcp) return link.state == LinkState::established;
  // a recognised answer is enough: the question may have gone to all (DHCP), or past the mirror
  return link.key.transport == Transport::udp && link.packets[1] != 0 && (link.packets[0] != 0 || link.protocol);
}

}  // namespace kakoi
