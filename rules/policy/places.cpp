#include "rules/policy/places.h"

#include <algorithm>

namespace kakoi {

namespace {

constexpr std::size_t kMostClaims = 10;  // assets claimed by several zones that are told one by one

// A named host before a row of the register, that before a MAC address, that before a range (the narrower the better),
// that before a VLAN.
constexpr unsigned kNamed = 4000, kRegistered = 3000, kMac = 2000, kRange = 1000, kVlan = 1;

// How well a member fits an asset; 0 not at all.
unsigned fit(const ZoneMember& m, const SeenAsset& asset) {
  if (!m.asset.empty() && !asset.is_named(m.asset)) return 0;
  if (m.mac && !asset.owns(*m.mac)) return 0;
  if (m.cidr || m.vlan) {
    // range and VLAN must hold of one address; a VLAN alone also of a MAC
    const bool found = std::any_of(asset.addresses.begin(), asset.addresses.end(), [&](const SeenAddress& a) {
      return (!m.cidr || m.cidr->contains(a.address)) && (!m.vlan || a.vlan == m.vlan);
    });
    if (!found) return 0;
  }
  return (m.asset.empty() ? 0 : kNamed) + (m.mac ? kMac : 0) + (m.cidr ? kRange + m.cidr->bits : 0) +
         (m.vlan ? kVlan : 0);
}

std::string reason(const ZoneMember& m) {
  if (!m.asset.empty()) return "asset " + m.asset;
  if (m.mac) return "mac " + to_string(*m.mac);
  std::string text;
  if (m.cidr) text = "cidr " + to_string(*m.cidr);
  if (m.vlan) text += (text.empty() ? "vlan " : ", vlan ") + vlan_text(*m.vlan);
  return text;
}

}  // namespace

Places::Places(const Policy& policy, const std::vector<SeenAsset>& assets, const RegisterDevices& devices)
    : policy_(policy), assets_(assets), devices_(devices), by_members_(assets.size()) {
  for (std::size_t i = 0; i < assets_.size(); ++i)
    if (!assets_[i].is_group()) by_members_[i] = by_members(assets_[i]);
  by_register_ = by_register();
}

const Place& Places::of(std::size_t asset) const {
  return by_register_[asset].fit > by_members_[asset].fit ? by_register_[asset] : by_members_[asset];
}

bool Places::sits_in(std::size_t asset, const Zone& zone) const { return sits_in(asset, zone, of(asset).zone); }

bool Places::sits_in(std::size_t asset, const Zone& zone, const Zone* by_members) const {
  const auto& rows = devices_.of_asset[asset];
  const auto copies =
      std::count_if(rows.begin(), rows.end(), [](const DeclaredAsset* declared) { return !declared->zone.empty(); });
  return copies == 1 || by_members == &zone;
}

const Zone* Places::find_zone(const std::string& id) const {
  const auto found =
      std::find_if(policy_.zones.begin(), policy_.zones.end(), [&](const Zone& z) { return z.id == id; });
  return id.empty() || found == policy_.zones.end() ? nullptr : &*found;
}

// Of equally good zones the one that has more of the host's addresses, then that of the first id: not that which
// stands first in the file.
Place Places::by_members(const SeenAsset& asset) const {
  Place best;
  std::size_t most = 0;
  for (const Zone& zone : policy_.zones) {
    Place place{&zone, 0, {}};
    for (const ZoneMember& m : zone.members)
      if (const unsigned n = fit(m, asset); n > place.fit) place.fit = n, place.why = reason(m);
    if (place.fit == 0 || place.fit < best.fit) continue;
    const auto here = static_cast<std::size_t>(
        std::count_if(asset.addresses.begin(), asset.addresses.end(), [&](const SeenAddress& a) {
          return std::any_of(zone.members.begin(), zone.members.end(),
                             [&](const ZoneMember& m) { return m.cidr && m.cidr->contains(a.address); });
        }));
    if (place.fit > best.fit || here > most || (here == most && zone.id < best.zone->id))
      best = std::move(place), most = here;
  }
  return best;
}

// Of a row with devices in several networks, those outside its zone stay where ranges and VLANs put them if another one
// of them is in it.
std::vector<Place> Places::by_register() const {
  std::vector<Place> out(assets_.size());
  for (std::size_t row = 0; row < policy_.assets.size(); ++row) {
    const DeclaredAsset& declared = policy_.assets[row];
    const Zone* zone = find_zone(declared.zone);
    if (!zone) continue;
    const auto& devices = devices_.of_row[row];
    const bool one_sits =
        std::any_of(devices.begin(), devices.end(), [&](std::size_t i) { return by_members_[i].zone == zone; });
    for (const std::size_t i : devices) {
      const Zone* already = by_members_[i].zone;
      if (!sits_in(i, *zone, already) || (one_sits && already && already != zone)) continue;
      if (!out[i].zone) out[i] = {zone, kRegistered, "asset " + declared.name};
    }
  }
  return out;
}

std::vector<std::string> Places::notes() const {
  // The zones that claim a host: the best ones of all, and, where ranges place it, the best of each IP address.
  const auto claimants = [&](const SeenAsset& asset, unsigned best) {
    std::set<std::string> out;
    for (const Zone& zone : policy_.zones)
      for (const ZoneMember& m : zone.members)
        if (fit(m, asset) == best) out.insert(zone.id);
    if (best >= kMac) return out;
    for (const SeenAddress& a : asset.addresses) {
      if (!a.address.is_ip()) continue;
      const Place place = by_members({asset.id, asset.name, asset.scope, {a}, false});
      if (place.zone && place.fit >= kRange) out.insert(place.zone->id);
    }
    return out;
  };
  std::vector<std::string> out;
  std::size_t contested = 0;
  for (std::size_t i = 0; i < assets_.size(); ++i) {
    const Place& place = by_members_[i];
    if (!place.zone || by_register_[i].fit > place.fit) continue;
    const std::set<std::string> zones = claimants(assets_[i], place.fit);
    if (zones.size() < 2 || ++contested > kMostClaims) continue;
    std::string list;
    for (const std::string& zone : zones) list += (list.empty() ? "'" : ", '") + zone + "'";
    out.push_back("asset '" + assets_[i].name + "' is claimed by zones " + list + "; it counts as one of '" +
                  place.zone->id + "' (" + place.why + "). Declare it under assets to say which");
  }
  if (contested > kMostClaims)
    out.push_back("zones: " + std::to_string(contested - kMostClaims) + " more assets are claimed by several");
  for (const Zone& zone : policy_.zones)
    for (const ZoneMember& m : zone.members)
      if (std::none_of(assets_.begin(), assets_.end(),
                       [&](const SeenAsset& a) { return !a.is_group() && fit(m, a) > 0; }))
        out.push_back("zone '" + zone.id + "': no traffic of its member " + reason(m));
  return out;
}

}  // namespace kakoi
