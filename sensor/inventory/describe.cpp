#include "sensor/inventory/describe.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "sensor/inventory/activity.h"
#include "sensor/inventory/dns_names.h"
#include "sensor/inventory/local_mac.h"
#include "sensor/inventory/oui.h"
#include "sensor/inventory/software.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kOuiConfidence = 60;
constexpr std::uint8_t kUserAgentConfidence = 45;  // any program may call itself any browser
constexpr std::uint8_t kHearsay = 50;              // claims below are other people's words, or guesses

// The device's own word first; of those, what an operator typed in for this purpose.
int name_rank(const Attribute& a) noexcept {
  static constexpr std::string_view order[] = {"dhcp option 12", "dhcp option 81",
                                               "dhcpv6",         "snmp sysName",
                                               "lldp",           "cdp",
                                               "profinet dcp",   "s7 szl",
                                               "bacnet",         "hart",
                                               "synchrophasor",  "dlms",
                                               "knxnet",         "fox",
                                               "dnp3",           "modbus",
                                               "nbns",           "mdns",
                                               "llmnr",          "browser announcement",
                                               "ntlm",           "netbios",
                                               "smb1",           "rdp client",
                                               "kerberos",       "cldap",
                                               "ldap",           "dns ptr",
                                               "dns answer"};
  int rank = a.confidence < kHearsay ? 100 : 0;
  for (const std::string_view method : order) {
    if (std::string_view(a.method).starts_with(method)) return rank;
    ++rank;
  }
  return rank;
}

// Somebody may have been asked for by number: "192.0.2.7", "192.0.2.7:8080".
bool is_address(std::string_view name) {
  return parse_address(name).has_value() || parse_address(name.substr(0, name.rfind(':'))).has_value();
}

int rank(const Attribute& a) noexcept {
  if (a.name == to_string(Trait::name)) return name_rank(a);
  return a.method == "oui" ? 1 : 0;
}

bool is_better(const Attribute& a, const Attribute& b) noexcept {
  const auto key = [](const Attribute& x) {
    return std::tuple(x.asset, x.name, rank(x), -int{x.confidence}, -static_cast<std::int64_t>(x.seen.count),
                      std::string_view(x.value), std::string_view(x.method), std::string_view(x.protocol));
  };
  return key(a) < key(b);
}

// Values that belong to one device, whatever address it speaks from: two assets with the same are one device, a
// machine and its clone, or a pair behind one address. Which of them, traffic can't tell: so it is said, not decided.
void add_same_identities(std::vector<Attribute>& attributes, const Resolution& resolution) {
  static constexpr std::string_view kOwn[] = {"ssh host key", "smb server guid", "dhcpv6 duid",
                                              "upnp uuid",    "stp bridge",      "snmp engine id"};
  static constexpr std::size_t kMost = 8;  // named per asset
  std::map<std::pair<std::string_view, std::string_view>, std::vector<std::size_t>> holders;
  for (std::size_t i = 0; i < attributes.size(); ++i) {
    const Attribute& a = attributes[i];
    if (a.name != to_string(Trait::fingerprint)) continue;
    if (std::find(std::begin(kOwn), std::end(kOwn), a.method) != std::end(kOwn))
      holders[{a.method, a.value}].push_back(i);
  }
  std::vector<Attribute> found;
  for (const auto& [key, rows] : holders)
    for (const std::size_t one : rows) {
      std::size_t named = 0;
      for (const std::size_t other : rows) {
        if (attributes[one].asset == attributes[other].asset) continue;
        if (++named > kMost) break;
        Attribute same = attributes[one];
        same.name = "same_identity";
        same.value = resolution.assets()[attributes[other].asset].id;
        same.confidence = kHearsay;
        found.push_back(std::move(same));
      }
    }
  attributes.insert(attributes.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
}

// MACs that no maker gave, and what ties several MACs to one device.
void add_mac_claims(std::vector<Attribute>& attributes, const Resolution& resolution) {
  constexpr std::uint8_t kSure = 80, kLikely = 60;  // a prefix of a program; a look that may be chance
  for (std::uint32_t i = 0; i < resolution.assets().size(); ++i) {
    std::map<std::string_view, Seen> kinds;
    for (const AssetAddress& a : resolution.assets()[i].addresses)
      if (const std::string_view kind = local_mac_kind(a.address); !kind.empty()) kinds[kind].merge(a.seen);
    for (const auto& [kind, seen] : kinds)
      attributes.push_back({i, "local_mac", std::string(kind), "locally administered bit", "ethernet",
                            kind == "random" || kind == "assigned" ? kLikely : kSure, seen});
  }
  for (const SameDevice& s : resolution.segments().chassis.same_devices()) {
    const std::uint32_t asset = resolution.find(s.other, 0);
    if (asset == Resolution::kNone) continue;
    Seen seen;
    seen.add(s.proof);
    attributes.push_back({asset, "also_mac", to_string(s.other), std::string(s.why), "", kLikely, seen});
  }
}

std::vector<Attribute> collect(const Observed& observed, const Resolution& resolution, const DnsNames& dns_names,
                               const std::filesystem::path& ieee_data) {
  // claims about several addresses of one asset are one claim
  std::map<
      std::tuple<std::uint32_t, std::string_view, std::string_view, std::string_view, std::string_view, std::uint8_t>,
      Seen>
      claims;
  std::set<std::string> systems;  // what claims have views of
  for (const auto& identity : observed.identities) {
    const auto& key = identity.first;
    const auto& seen = identity.second;
    const std::uint32_t asset = resolution.find_anywhere(key.subject, key.vlan);
    if (asset == Resolution::kNone) continue;  // only ever spoken of
    const Scope scope = resolution.assets()[asset].scope;
    if (scope == Scope::multicast || scope == Scope::broadcast) continue;
    if (DnsNames::is_one(key) && !dns_names.names(key, asset)) continue;
    claims[{asset, to_string(key.trait), key.text, key.method, key.protocol, key.confidence}].merge(seen);
    const auto claim_system = [&](std::string_view os, std::uint8_t confidence) {
      if (!os.empty()) claims[{asset, to_string(Trait::os), os, key.method, key.protocol, confidence}].merge(seen);
    };
    if (key.trait == Trait::user_agent) claim_system(system_in(key.text), kUserAgentConfidence);
    if (key.trait == Trait::description && (key.method == "snmp sysDescr" || key.protocol == "lldp"))
      claim_system(*systems.insert(system_described(key.text)).first, key.confidence);
    if (key.trait == Trait::software && key.protocol == "ssh") claim_system(system_of_ssh(key.text), key.confidence);
  }
  std::vector<Attribute> attributes;
  for (const auto& [claim, seen] : claims) {
    const auto& [asset, name, value, method, protocol, confidence] = claim;
    attributes.push_back(
        {asset, name, std::string(value), std::string(method), std::string(protocol), confidence, seen});
  }

  std::vector<Address> macs;
  for (const Asset& asset : resolution.assets())
    for (const AssetAddress& a : asset.addresses)
      if (a.address.is_mac() && !is_virtual_router(a.address)) macs.push_back(a.address);
  const Vendors vendors = find_vendors(macs, ieee_data);
  for (std::uint32_t i = 0; i < resolution.assets().size(); ++i) {
    std::map<std::string_view, Seen> makers;  // of a device with several MACs
    for (const AssetAddress& a : resolution.assets()[i].addresses)
      if (const auto at = vendors.find(a.address); at != vendors.end()) makers[at->second].merge(a.seen);
    for (const auto& [maker, seen] : makers)
      attributes.push_back({i, to_string(Trait::vendor), std::string(maker), "oui", "", kOuiConfidence, seen});
  }
  add_same_identities(attributes, resolution);
  add_mac_claims(attributes, resolution);
  std::sort(attributes.begin(), attributes.end(), is_better);
  return attributes;
}

// A workstation shares a folder with one or two others.
constexpr std::uint32_t kServedBySharing = 3;

struct Duty {  // a role, and why
  std::string_view role, reason;
};

Duty role_of(const Asset& asset, const Activity& a, std::string_view own_word) {
  if (asset.scope == Scope::multicast || asset.scope == Scope::broadcast || asset.scope == Scope::internet) return {};
  // An identity object names the kind of device; that it answers the protocol does not.
  const bool is_any_device = a.controller == "ot_device";
  if (a.fronts_devices) return {"gateway", "answers modbus for four units or more"};
  if (!a.controller.empty() && !is_any_device) return {a.controller, a.controller_reason};
  for (const std::string_view known : {"plc", "hmi"})
    if (own_word == known) return {known, "says so itself"};
  if (is_any_device && own_word != "switch") return {a.controller, a.controller_reason};
  if (a.serves_ot && a.ot_servers == 0 && own_word != "switch")
    return {"ot_device", a.answers_ot ? "answers an OT protocol" : "is asked by an OT protocol"};
  if (a.is_firewall) return {"firewall", "its description names a firewall"};
  if (own_word == "firewall") return {"firewall", "refuses what is for others as prohibited"};
  if (asset.is_router) {
    if (!asset.addresses.empty() && is_virtual_router(asset.addresses.back().address))
      return {"router", "virtual router address"};
    return {"router", "forwards for other addresses"};
  }
  if (a.announces_routes) return {"router", "announces routes"};
  if (a.programs) return {"engineering_station", "sends programs to OT devices"};
  if (a.ot_servers != 0 && own_word == "engineering_station") return {own_word, "says so itself"};
  if (a.ot_servers >= 2 && a.serves_database && !a.commands)
    return {"historian", "reads from OT devices, commands none, and answers as a database"};
  if (a.serves_ot && a.ot_servers != 0)
    return {"scada_server", a.answers_ot ? "asks OT devices and answers an OT protocol"
                                         : "asks OT devices and is asked by an OT protocol"};
  if (a.ot_servers >= 5) return {"scada_server", "asks five or more OT devices"};
  if (a.ot_servers != 0) return {"hmi", "asks OT devices"};
  if (a.commands) return {"hmi", "commands OT devices"};  // by broadcasts alone
  for (const std::string_view known : {"router", "switch", "engineering_station", "ot_device", "printer", "camera"})
    if (own_word == known) return {known, "says so itself"};
  if (a.exchanges_io) return {"ot_device", "exchanges cyclic I/O"};
  if (a.serves_video) return {"camera", "serves live video"};
  if (a.serves_dhcp) return {"server", "answers dhcp"};
  if (a.serves_dns) return {"server", "answers dns"};
  if (a.serves_office) return {"server", "answers office protocols"};
  if (a.smb_clients >= kServedBySharing) return {"server", "shares files with several hosts"};
  if (a.serves_prints) return {"printer", "takes pages to print"};
  if (a.is_mobile) return {"mobile", "its software is that of phones and tablets"};
  if (a.browses) return {"workstation", "browser user agent"};
  if (!a.general_server.empty()) return {"server", a.general_server};
  if (a.office_services >= 3) return {"workstation", "uses office services"};
  if (a.smb_clients != 0) return {"server", "shares files"};
  return {};
}

bool is_ot_role(std::string_view own_word) noexcept {
  return own_word == "plc" || own_word == "hmi" || own_word == "ot_device" || own_word == "engineering_station";
}

std::optional<double> purdue_level(std::string_view role) noexcept {
  if (role == "plc" || role == "rtu" || role == "ied" || role == "ot_device") return 1.0;
  if (role == "gateway") return 1.0;
  if (role == "historian") return 3.0;
  if (role == "hmi" || role == "scada_server" || role == "engineering_station") return 2.0;
  return std::nullopt;
}

std::string best_address(const Asset& asset) {
  for (const AssetAddress& a : asset.addresses)
    if (!a.address.is_unspecified()) return to_string(a.address);
  return asset.addresses.empty() ? asset.id : to_string(asset.addresses.front().address);
}

}  // namespace

Description describe(const Observed& observed, const Resolution& resolution, const std::filesystem::path& ieee_data) {
  Description d;
  const DnsNames dns_names(observed, resolution);
  d.attributes = collect(observed, resolution, dns_names, ieee_data);
  const std::vector<Activity> activities = observe_activity(observed, resolution);
  auto claim = d.attributes.cbegin();
  for (std::uint32_t i = 0; i < resolution.assets().size(); ++i) {
    const Asset& asset = resolution.assets()[i];
    Profile p;
    std::string model, own_word;
    // the best of each name comes first
    for (; claim != d.attributes.cend() && claim->asset == i; ++claim) {
      const auto take = [&](Trait trait, std::string& into) {
        if (into.empty() && claim->name == to_string(trait)) into = claim->value;
      };
      if (claim->name == to_string(Trait::name) && is_address(claim->value)) continue;
      if (claim->method.starts_with("dns ") && !dns_names.is_only_name(claim->method, i)) continue;
      take(Trait::name, p.name);
      take(Trait::vendor, p.vendor);
      take(Trait::product, p.product);
      take(Trait::model, model);
      take(Trait::firmware, p.firmware);
      take(Trait::serial, p.serial);
      take(Trait::os, p.os);
      take(Trait::role, own_word);
    }
    if (p.product.empty()) p.product = model;
    if (p.name.empty()) p.name = best_address(asset);
    const Activity& activity = activities[i];
    p.is_ot = activity.is_ot || is_ot_role(own_word);
    p.is_it = activity.is_it;
    const Duty duty = role_of(asset, activity, own_word);
    p.role = duty.role;
    p.role_reason = duty.reason;
    p.purdue_level = purdue_level(p.role);
    d.profiles.push_back(std::move(p));
  }
  return d;
}

}  // namespace kakoi
