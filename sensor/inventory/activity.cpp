#include "sensor/inventory/activity.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "sensor/inventory/software.h"

namespace kakoi {

namespace {

// Whoever answers these is there to serve; a web page, SSH or Telnet is on any device.
constexpr std::array<std::string_view, 11> kOfficeServices = {
    "ldap", "kerberos", "smtp", "imap", "pop3", "mssql", "mysql", "radius", "postgresql", "oracle", "sip"};

// Web pages, SSH and FTP are on controllers, switches and cameras, too. They make a server of what several hosts use if
// the software is that of computers: systems that answer with their name, and FTP servers that one installs.
constexpr std::array<std::string_view, 4> kComputersBySsh = {"Debian", "Ubuntu", "FreeBSD", "Windows"};
constexpr std::array<std::string_view, 9> kComputersByHttp = {
    "(Debian", "(Ubuntu", "(Red Hat", "(CentOS", "(Rocky", "(AlmaLinux", "(SUSE", "(Win", "Microsoft-IIS"};
constexpr std::array<std::string_view, 6> kFtpServers = {"vsFTPd",    "ProFTPD",       "FileZilla Server",
                                                         "Pure-FTPd", "Microsoft FTP", "Serv-U"};

// RTSP servers that computers run; a camera's says LIVE555, GStreamer, or its maker's own name.
constexpr std::array<std::string_view, 7> kMediaServers = {"VLC/",     "Wowza", "FFserver", "gortsplib",
                                                           "MediaMTX", "Helix", "Darwin"};

constexpr std::array<std::string_view, 4> kDatabases = {"mssql", "mysql", "postgresql", "oracle"};
constexpr std::uint16_t kPiServer = 5450;  // of a process historian (AVEVA PI), which has a protocol of its own

// Parts of the names of firewalls' products, as LLDP, CDP, SNMP, banners and pages tell them.
constexpr std::array<std::string_view, 16> kFirewalls = {"FortiGate",
                                                         "FortiOS",
                                                         "Palo Alto Networks",
                                                         "PAN-OS",
                                                         "SonicWALL",
                                                         "SonicWall",
                                                         "Adaptive Security Appliance",
                                                         "pfSense",
                                                         "OPNsense",
                                                         "Check Point",
                                                         "WatchGuard",
                                                         "Firebox",
                                                         "mGuard",
                                                         "SCALANCE S6",
                                                         "Stormshield",
                                                         "Tofino"};

// Unit identifiers that one address must answer for to be a gateway: a controller answers for itself, and often for two
// or three parts of itself.
constexpr std::size_t kUnitsOfGateway = 4;
// How often each: many controllers answer whatever the unit, so that a scan of units makes no gateway.
constexpr std::uint64_t kPolled = 3;

enum class Asked : std::uint8_t { http, tls, ssh, ftp, telnet, smb, count };

constexpr std::uint16_t kLpd = 515, kIpp = 631, kRawPrint = 9100;

// What answers these controls something itself. The earlier line counts for more: gateways answer several. OPC UA, Fox and
// ECHONET Lite are not here, because SCADA servers and controllers of buildings answer them, too.
struct Controller {
  std::string_view protocol, role, reason, asked;  // asked: the reason where no answer was heard
};
constexpr auto kControllers = std::to_array<Controller>({
    {"modbus", "plc", "answers modbus", "is asked by modbus"},
    {"modbus_rtu", "plc", "answers modbus", "is asked by modbus"},
    {"s7comm", "plc", "answers s7comm", "is asked by s7comm"},
    {"s7comm_plus", "plc", "answers s7comm-plus", "is asked by s7comm-plus"},
    {"slmp", "plc", "answers slmp", "is asked by slmp"},
    {"melsoft", "plc", "answers MELSOFT", "is asked by MELSOFT"},
    {"fins", "plc", "answers fins", "is asked by fins"},
    {"fins_tcp", "plc", "answers fins", "is asked by fins"},
    {"ads", "plc", "answers ads", "is asked by ads"},
    {"ads_udp", "plc", "answers ads", "is asked by ads"},
    {"ge_srtp", "plc", "answers ge-srtp", "is asked by ge-srtp"},
    {"sbus", "plc", "answers S-Bus", "is asked by S-Bus"},
    {"ethercat", "plc", "drives an EtherCAT segment", "drives an EtherCAT segment"},
    {"dnp3", "rtu", "answers dnp3", "is asked by dnp3"},
    {"iec104", "rtu", "answers iec104", "is asked by iec104"},
    {"bsap", "rtu", "answers BSAP", "is asked by BSAP"},
    {"genisys", "rtu", "answers Genisys", "is asked by Genisys"},
    {"mms", "ied", "answers mms", "is asked by mms"},
    {"synchrophasor", "ied", "serves C37.118", "is asked by C37.118"},
    {"goose", "ied", "publishes GOOSE", "publishes GOOSE"},
    {"sv", "ied", "publishes sampled values", "publishes sampled values"},
    {"enip", "ot_device", "answers EtherNet/IP", "is asked by EtherNet/IP"},
    {"bacnet", "ot_device", "answers BACnet", "is asked by BACnet"},
    {"hart_ip", "ot_device", "answers HART-IP", "is asked by HART-IP"},
    {"dlms", "ot_device", "answers DLMS/COSEM", "is asked by DLMS/COSEM"},
    {"c1222", "ot_device", "answers C12.22", "is asked by C12.22"},
    {"knxnet_ip", "ot_device", "answers KNXnet/IP", "is asked by KNXnet/IP"},
    {"profinet_cm", "ot_device", "answers PROFINET", "is asked by PROFINET"},
    {"opc_classic", "scada_server", "serves OPC Classic, as Windows alone does", "is asked by OPC Classic"},
});

// Phasor data concentrators answer as PMUs do, and pass on what they get from those by the same protocol.
constexpr std::string_view kConcentrated = "synchrophasor";

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
    observe_software();
    observe_servers();
    return std::move(found_);
  }

 private:
  Activity* at(std::uint32_t asset) {
    if (asset == Resolution::kNone || !is_device(resolution_.assets()[asset])) return nullptr;
    return &found_[asset];
  }

  static bool is_better(const Controller& candidate, bool answers, const Activity& so_far) noexcept {
    for (const Controller& c : kControllers) {
      if (c.reason == so_far.controller_reason) return false;
      if (c.asked == so_far.controller_reason) return answers && c.reason == candidate.reason;
      if (c.reason == candidate.reason) return true;
    }
    return true;
  }

  // Who gets phasors from others, asked for or not.
  std::set<std::uint32_t> find_concentrators() {
    std::set<std::uint32_t> found;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      if (!link.protocol || link.protocol->name != kConcentrated || link.payload[0] + link.payload[1] == 0) continue;
      if (at(ends_[i].client) && at(ends_[i].server)) found.insert(ends_[i].client);
    }
    return found;
  }

  // Who was asked over a link: its server, as a rule.
  struct Answerers {
    std::set<std::size_t> client_alone, both;
  };
  // Meters behind modems connect to who asks them, and OPC servers to whom they bring what changes: over such links, all
  // that was asked was asked by the server. Devices of BACnet and others ask each other.
  Answerers find_answerers() const {
    Answerers found;
    std::set<std::size_t> by_client;
    for (const OperationRow& o : observed_.operations) {
      if (o.key.actor == Role::client) {
        by_client.insert(o.link);
        continue;
      }
      if (o.protocol->name == "dlms" || o.protocol->name == "c1222" || o.protocol->name == "opc_classic")
        found.client_alone.insert(o.link);
      else if (o.accepted != 0 && (o.key.cls == OperationClass::read || is_command(o.key.cls)))
        found.both.insert(o.link);
    }
    std::erase_if(found.client_alone, [&](std::size_t link) { return by_client.contains(link); });
    return found;
  }

  // Both ends of cyclic data send; who asked for them shows in the session that set it up. Controllers, tools and devices
  // alike look for others by DCP. What is published to a group, whoever is in it, may be sent to one alone.
  static bool is_between_equals(const Protocol& p) noexcept {
    return exchanges_io(p) || p.name == "profinet_rt" || p.name == "profinet_dcp" || publishes(p);
  }
  static bool exchanges_io(const Protocol& p) noexcept { return p.name == "enip_io" || p.name == "ether_s_io"; }
  // Or drives devices that have no address.
  static bool publishes(const Protocol& p) noexcept {
    return p.name == "goose" || p.name == "sv" || p.name == "ethercat";
  }

  static void add_controller(Activity& a, const Protocol& protocol, bool answers) noexcept {
    const Controller* const found = controller_of(protocol.name);
    if (!found || !is_better(*found, answers, a)) return;
    a.controller = found->role;
    a.controller_reason = answers ? found->reason : found->asked;
  }

  void observe_ot() {
    std::vector<LinkEnds> asks;
    const std::set<std::uint32_t> concentrators = find_concentrators();
    const Answerers answerers = find_answerers();
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      if (!link.protocol || link.protocol->domain != Domain::ot) continue;
      if (!answerers.client_alone.contains(i)) observe_asked(link, ends_[i], 1, concentrators, asks);
      if (answerers.client_alone.contains(i) || answerers.both.contains(i))
        observe_asked(link, {ends_[i].server, ends_[i].client}, 0, concentrators, asks);
    }
    std::sort(asks.begin(), asks.end());
    asks.erase(std::unique(asks.begin(), asks.end()), asks.end());
    for (const auto& [client, server] : asks) ++found_[client].ot_servers;

    observe_operations();
  }

  // `ends`: who asks, and who is asked; `asked`: which way the latter sends.
  void observe_asked(const LinkRow& link, const LinkEnds& ends, std::size_t asked,
                     const std::set<std::uint32_t>& concentrators, std::vector<LinkEnds>& asks) {
    const std::size_t asking = 1 - asked;
    Activity* const client = at(ends.client);
    Activity* const server = at(ends.server);
    if (client && takes_part(link, asking)) {
      client->is_ot = true;
      if (publishes(*link.protocol)) add_controller(*client, *link.protocol, true);
      client->exchanges_io = client->exchanges_io || exchanges_io(*link.protocol);
    }
    if (!server || !takes_part(link, asked)) return;
    server->is_ot = true;
    server->exchanges_io = server->exchanges_io || exchanges_io(*link.protocol);
    if (is_between_equals(*link.protocol)) return;
    server->serves_ot = true;
    const bool answers = link.payload[asked] != 0;
    server->answers_ot = server->answers_ot || answers;
    const bool passes_on = link.protocol->name == kConcentrated && concentrators.contains(ends.server);
    if (!passes_on) add_controller(*server, *link.protocol, answers);
    if (client && client != server && takes_part(link, asking)) asks.push_back(ends);
  }

  void observe_operations() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> answers;  // by server and unit
    for (const OperationRow& o : observed_.operations) {
      const auto [client, server] = ends_[o.link];
      const bool by_server = o.key.actor == Role::server;
      if (Activity* const a = at(by_server ? server : client); a && (by_server ? o.from_server : o.from_client) != 0) {
        a->programs = a->programs || o.key.cls == OperationClass::program;
        a->commands = a->commands || (o.protocol->domain == Domain::ot && is_command(o.key.cls));
      }
      const bool has_units = o.protocol->name == "modbus" || o.protocol->name == "modbus_rtu";
      if (has_units && o.accepted != 0 && o.key.unit != kNoValue && at(server))
        answers[{server, o.key.unit}] += o.accepted;
    }
    std::map<std::uint32_t, std::size_t> units;  // by server
    for (const auto& [place, count] : answers)
      if (count >= kPolled && ++units[place.first] == kUnitsOfGateway) found_[place.first].fronts_devices = true;
  }

  void observe_it() {
    struct ServiceUse {
      LinkEnds ends;
      std::uint16_t port;
      std::string_view protocol;
      auto operator<=>(const ServiceUse&) const = default;
    };
    std::vector<ServiceUse> uses;
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      if (!link.protocol || link.protocol->domain != Domain::it) continue;
      Activity* const client = at(ends_[i].client);
      Activity* const server = at(ends_[i].server);
      // TLS may carry anything; between OT devices it is theirs.
      if (link.protocol->name == "tls" && ((client && client->is_ot) || (server && server->is_ot))) continue;
      if (client && takes_part(link, 0)) {
        client->is_it = true;
        // Who asks a group by name (NBNS, LLMNR, SSDP) uses nobody's service yet.
        if (server) uses.push_back({ends_[i], link.key.server_port, link.protocol->name});
      }
      if (server && takes_part(link, 1)) server->is_it = true;
    }
    std::sort(uses.begin(), uses.end());
    uses.erase(std::unique(uses.begin(), uses.end()), uses.end());
    for (const ServiceUse& use : uses) ++found_[use.ends.client].office_services;
  }

  void observe_services() {
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      Activity* const server = at(ends_[i].server);
      if (!link.protocol || !server || !is_answered(link)) continue;
      const std::string_view name = link.protocol->name;
      if (name == "dns") server->serves_dns = true;
      // who takes a connection and says nothing may have no such service
      if (link.payload[1] != 0 &&
          std::find(kOfficeServices.begin(), kOfficeServices.end(), name) != kOfficeServices.end())
        server->serves_office = true;
      if (std::find(kDatabases.begin(), kDatabases.end(), name) != kDatabases.end()) server->serves_database = true;
      if (const Asked asked = asked_by(name); asked != Asked::count && ends_[i].client != Resolution::kNone)
        asked_.push_back({ends_[i].server, asked, ends_[i].client});
    }
    for (std::size_t i = 0; i < ends_.size(); ++i) {
      const LinkRow& link = observed_.links[i];
      const LinkKey& k = link.key;
      if (k.transport == Transport::tcp && k.server_port == kPiServer && is_answered(link))
        if (Activity* const server = at(ends_[i].server)) server->serves_database = true;
      if (k.transport != Transport::tcp ||
          (k.server_port != kLpd && k.server_port != kIpp && k.server_port != kRawPrint))
        continue;
      Activity* const server = at(ends_[i].server);
      if (!server || !is_answered(link) || link.payload[0] == 0) continue;
      // pages go as they are, but for IPP, which is HTTP
      const bool is_http = link.protocol && link.protocol->name == "http";
      if (k.server_port == kIpp ? is_http : !link.protocol) server->serves_prints = true;
    }
    for (const auto& [lease, seen] : observed_.leases)
      if (lease.granted)
        if (Activity* const server = at(resolution_.find_anywhere(lease.server, lease.vlan)))
          server->serves_dhcp = true;
    for (const auto& [route, seen] : observed_.routes) {
      if (route.kind == RouteKind::dhcp_router || route.kind == RouteKind::configured) continue;
      const Address& speaker = route.speaker_mac.is_none() ? route.speaker : route.speaker_mac;
      if (Activity* const router = at(resolution_.find(speaker, route.vlan))) router->announces_routes = true;
    }
  }

  void observe_software() {
    const auto names_any = [](std::string_view text, const auto& list) {
      return std::any_of(list.begin(), list.end(),
                         [&](std::string_view one) { return text.find(one) != std::string_view::npos; });
    };
    for (const auto& [key, seen] : observed_.identities) {
      if (key.trait == Trait::description || key.trait == Trait::product || key.trait == Trait::software ||
          key.trait == Trait::os) {
        if (Activity* const a = at(resolution_.find(key.subject, key.vlan))) {
          a->is_firewall = a->is_firewall || names_any(key.text, kFirewalls);
          a->is_mobile = a->is_mobile || key.text.starts_with("android-dhcp");
          a->serves_video = a->serves_video || key.method == "rtsp sdp";
        }
      }
      if (key.trait != Trait::user_agent && (key.trait != Trait::software || key.port == 0)) continue;
      const std::uint32_t asset = resolution_.find(key.subject, key.vlan);
      Activity* const a = at(asset);
      if (!a) continue;
      if (key.trait == Trait::user_agent) {
        a->browses = a->browses || key.text.starts_with("Mozilla/");
        a->is_mobile = a->is_mobile || key.text.starts_with("Mozilla/5.0 (iPhone") ||
                       key.text.starts_with("Mozilla/5.0 (iPad") || key.text.starts_with("Mozilla/5.0 (Linux; Android");
      } else if (key.protocol == "ssh") {
        const std::string_view system = system_of_ssh(key.text);
        if (std::find(kComputersBySsh.begin(), kComputersBySsh.end(), system) != kComputersBySsh.end())
          computers_.insert(asset);
      } else if (key.protocol == "http") {
        if (names_any(key.text, kComputersByHttp)) computers_.insert(asset);
        if (key.text.starts_with("InfluxDB ")) a->serves_database = true;
        // a computer that prints for others
        if (key.port == kIpp && key.text.starts_with("CUPS")) queues_.insert(asset);
      } else if (key.protocol == "ftp" && names_any(key.text, kFtpServers)) {
        with_ftp_.insert(asset);
      } else if (key.protocol == "rtsp" && names_any(key.text, kMediaServers)) {
        media_servers_.insert(asset);
      }
    }
    for (const std::uint32_t asset : media_servers_) found_[asset].serves_video = false;
    for (const std::uint32_t asset : queues_) found_[asset].serves_prints = false;
  }

  void observe_servers() {
    std::sort(asked_.begin(), asked_.end());
    asked_.erase(std::unique(asked_.begin(), asked_.end()), asked_.end());
    for (std::size_t begin = 0, end = 0; begin < asked_.size(); begin = end) {
      const std::uint32_t asset = asked_[begin].server;
      std::array<std::uint32_t, static_cast<std::size_t>(Asked::count)> clients{};
      for (; end < asked_.size() && asked_[end].server == asset; ++end)
        ++clients[static_cast<std::size_t>(asked_[end].what)];
      const auto of = [&](Asked what) { return clients[static_cast<std::size_t>(what)]; };
      Activity& a = found_[asset];
      a.smb_clients = of(Asked::smb);
      const bool has_pages = of(Asked::http) + of(Asked::tls) + of(Asked::telnet) != 0;
      if (computers_.contains(asset) && of(Asked::ssh) >= 1 && of(Asked::http) + of(Asked::tls) >= 2)
        a.general_server = "answers http and ssh to several hosts";
      else if (computers_.contains(asset) && of(Asked::ssh) >= 2)
        a.general_server = "answers ssh to several hosts";
      else if (of(Asked::ftp) >= 2 && (computers_.contains(asset) || (with_ftp_.contains(asset) && !has_pages)))
        a.general_server = "answers ftp to several hosts";
    }
  }

  static Asked asked_by(std::string_view protocol) noexcept {
    constexpr std::array<std::string_view, static_cast<std::size_t>(Asked::count)> names = {"http", "tls",    "ssh",
                                                                                            "ftp",  "telnet", "smb"};
    const auto found = std::find(names.begin(), names.end(), protocol);
    return static_cast<Asked>(found - names.begin());
  }

  const Observed& observed_;
  const Resolution& resolution_;
  std::vector<Activity> found_;
  const std::vector<LinkEnds>& ends_;
  struct Use {
    std::uint32_t server;
    Asked what;
    std::uint32_t client;
    auto operator<=>(const Use&) const = default;
  };
  std::vector<Use> asked_;
  std::set<std::uint32_t> computers_, with_ftp_, queues_, media_servers_;  // assets
};

}  // namespace

std::vector<Activity> observe_activity(const Observed& observed, const Resolution& resolution) {
  return Observer(observed, resolution).run();
}

bool takes_part(const LinkRow& link, std::size_t side) noexcept {
  if (link.key.transport == Transport::ethernet) return link.packets[side] != 0;  // what is in a frame is not counted
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
