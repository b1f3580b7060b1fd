#include "sensor/inventory/describe.h"

#include <algorithm>
#include <tuple>

#include "sensor/inventory/activity.h"
#include "sensor/inventory/oui.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kOuiConfidence = 60;
constexpr std::uint8_t kHearsay = 50;  // claims below are other people's words, or guesses

// The device's own word first; of those, what an operator typed in for this purpose.
int name_rank(const Attribute& a) noexcept {
  static constexpr std::string_view order[] = {
      "dhcp option 12", "dhcp option 81", "dhcpv6", "snmp sysName", "lldp",  "cdp", "profinet dcp",
      "dnp3",           "modbus",         "nbns",   "mdns",         "llmnr", "dns"};
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

std::vector<Attribute> collect(const Observed& observed, const Resolution& resolution,
                               const std::filesystem::path& ieee_data) {
  // claims about several addresses of one asset are one claim
  std::map<
      std::tuple<std::uint32_t, std::string_view, std::string_view, std::string_view, std::string_view, std::uint8_t>,
      Seen>
      claims;
  for (const auto& [key, seen] : observed.identities) {
    const std::uint32_t asset = resolution.find_anywhere(key.subject, key.vlan);
    if (asset == Resolution::kNone) continue;  // only ever spoken of
    const Scope scope = resolution.assets()[asset].scope;
    if (scope == Scope::multicast || scope == Scope::broadcast) continue;
    claims[{asset, to_string(key.trait), key.text, key.method, key.protocol, key.confidence}].merge(seen);
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
    const auto& addresses = resolution.assets()[i].addresses;
    if (addresses.empty() || !addresses.back().address.is_mac()) continue;  // one MAC at most, and last
    Seen seen;
    for (const AssetAddress& a : addresses)
      if (a.address.is_mac()) seen.merge(a.seen);
    if (const auto at = vendors.find(addresses.back().address); at != vendors.end())
      attributes.push_back({i, to_string(Trait::vendor), at->second, "oui", "", kOuiConfidence, seen});
  }
  std::sort(attributes.begin(), attributes.end(), is_better);
  return attributes;
}

struct Duty {  // a role, and why
  std::string_view role, reason;
};

Duty role_of(const Asset& asset, const Activity& a, std::string_view own_word) {
  if (asset.scope == Scope::multicast || asset.scope == Scope::broadcast || asset.scope == Scope::internet) return {};
  if (a.serves_modbus) return {"plc", "answers modbus"};
  if (a.serves_dnp3) return {"rtu", "answers dnp3"};
  if (a.serves_iec104) return {"rtu", "answers iec104"};
  if (a.serves_ot) return {"ot_device", "answers an OT protocol"};
  if (asset.is_router) {
    if (!asset.addresses.empty() && is_virtual_router(asset.addresses.back().address))
      return {"router", "virtual router address"};
    return {"router", "forwards for other addresses"};
  }
  if (a.announces_routes) return {"router", "announces routes"};
  if (a.programs) return {"engineering_station", "sends programs to OT devices"};
  if (a.ot_servers >= 5) return {"scada_server", "asks five or more OT devices"};
  if (a.ot_servers != 0) return {"hmi", "asks OT devices"};
  for (const std::string_view known : {"router", "switch"})
    if (own_word == known) return {known, "says so itself"};
  if (a.serves_dhcp) return {"server", "answers dhcp"};
  if (a.serves_dns) return {"server", "answers dns"};
  if (a.serves_office) return {"server", "answers office protocols"};
  if (a.browses) return {"workstation", "browser user agent"};
  if (a.it_client_links >= 3) return {"workstation", "uses office services"};
  return {};
}

std::optional<double> purdue_level(std::string_view role) noexcept {
  if (role == "plc" || role == "rtu" || role == "ot_device") return 1.0;
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
  d.attributes = collect(observed, resolution, ieee_data);
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
    p.is_ot = activity.is_ot;
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
