// Policy → database. The tables of the policy are written as declared; assets are placed in zones.
// What was observed is kept in policy_change wherever the policy overwrites it.
#include <algorithm>
#include <cstdio>
#include <set>
#include <unordered_map>

#include "rules/policy/policy.h"
#include "rules/register/owners.h"
#include "rules/register/register.h"
#include "rules/yaml_reader.h"
#include "sensor/inventory/coverage.h"

namespace kakoi {

namespace {

struct AssetAddress {
  Address address;
  std::string text;
  std::optional<std::uint32_t> vlan;
};

struct Asset {
  std::string id, name, scope;
  std::vector<AssetAddress> addresses;
  bool has_mac = false;
};

// Assets with their addresses, ordered by id.
std::vector<Asset> load_assets(Database& db) {
  std::vector<Asset> assets;
  std::unordered_map<std::string, std::size_t> index;
  for (Statement s = db.prepare("select asset_id, name, scope from asset order by asset_id"); s.step();) {
    index.emplace(s.text(0), assets.size());
    assets.push_back({s.text(0), s.text(1), s.text(2), {}, false});
  }
  for (Statement s = db.prepare("select asset_id, value, vlan from address order by asset_id, value, vlan");
       s.step();) {
    const auto found = index.find(s.text(0));
    const std::optional<Address> address = parse_address(s.text(1));
    if (found == index.end() || !address) continue;
    Asset& asset = assets[found->second];
    asset.has_mac |= address->is_mac();
    asset.addresses.push_back({*address, s.text(1), std::nullopt});
    if (!s.is_null(2)) asset.addresses.back().vlan = static_cast<std::uint32_t>(s.integer(2));
  }
  return assets;
}

bool is_group(const Asset& asset) { return asset.scope == "multicast" || asset.scope == "broadcast"; }
bool is_named(const Asset& asset, const std::string& name) { return asset.name == name || asset.id == name; }

bool in_any(const std::vector<Cidr>& ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Cidr& range) { return range.contains(address); });
}

std::string comma_list(const std::vector<std::string>& words) {
  if (words.empty()) return "*";
  std::string out = ",";
  for (const std::string& word : words) out += word + ",";
  return out;
}

std::string vlan_text(std::uint32_t vlan) {
  return vlan < 4096 ? std::to_string(vlan) : std::to_string(vlan / 4096) + "." + std::to_string(vlan % 4096);
}

class Applier {
 public:
  Applier(Database& db, const Policy& policy) : db_(db), policy_(policy), assets_(load_assets(db)) { look_up(); }

  std::vector<std::string> apply() {
    meta();
    tables();
    inside();
    zones();
    outside();
    roles();
    ranges();
    match_register(db_);
    std::sort(notes_.begin(), notes_.end());
    return std::move(notes_);
  }

 private:
  // Which devices the rows of the register declare, and the other way round.
  void look_up() {
    AddressOwners owners;
    for (std::size_t i = 0; i < assets_.size(); ++i)
      if (!is_group(assets_[i]))
        for (const AssetAddress& a : assets_[i].addresses) owners.add(a.address, i);
    declared_of_.resize(assets_.size());
    for (const DeclaredAsset& declared : policy_.assets) {
      std::set<std::size_t>& devices = devices_of_.emplace_back();
      for (const auto& found : owners.of(addresses_of(declared))) devices.insert(found.begin(), found.end());
      for (const std::size_t device : devices) declared_of_[device].push_back(&declared);
    }
  }

  static std::vector<Address> addresses_of(const DeclaredAsset& declared) {
    std::vector<Address> all = declared.others;
    if (!declared.address.is_none()) all.insert(all.begin(), declared.address);
    return all;
  }

  void set_meta(std::string_view key, std::string_view value) {
    db_.prepare("delete from meta where key = ?1").bind(1, key).run();
    db_.prepare("insert into meta (key, value) values (?1, ?2)").bind(1, key).bind(2, value).run();
  }

  void meta() {
    const int offset = utc_offset(policy_.timezone).value_or(0), minutes = std::abs(offset) / 60;
    char text[8] = "UTC";
    if (offset != 0)
      std::snprintf(text, sizeof text, "%c%02d:%02d", offset < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
    if (!policy_.site.empty()) {
      Statement observed = db_.prepare("select value from meta where key = 'site'");
      keep("site", "meta", observed.step() ? std::optional(observed.text(0)) : std::nullopt);
      set_meta("site", policy_.site);
    }
    set_meta("timezone", text);
    set_meta("policy", policy_.declares_zones() ? "declared" : "inferred");
  }

  void tables() {
    Statement zone = db_.prepare("insert into zone values (?1, ?2, ?3, ?4, ?5, 'declared')");
    for (const Zone& z : policy_.zones)
      zone.bind(1, z.id).bind(2, z.name).bind(3, z.kind).bind(4, z.level).bind(5, z.closed).run();
    Statement conduit = db_.prepare("insert into conduit values (?1, ?2, ?3, ?4, ?5)");
    for (const Conduit& c : policy_.conduits)
      conduit.bind(1, c.id)
          .bind(2, c.from)
          .bind(3, c.to)
          .bind(4, comma_list(c.protocols))
          .bind(5, comma_list(c.classes))
          .run();
    times();
    declare_assets();
    for (const AllowedExternal& e : policy_.allowed_external) allow(e);
    Statement acceptance = db_.prepare("insert into acceptance values (?1, ?2, ?3, ?4, ?5)");
    for (const Acceptance& a : policy_.acceptances)
      acceptance.bind(1, a.rule).bind(2, a.finding).bind(3, a.reason).bind(4, a.approver).bind(5, a.expires_ts).run();
  }

  // Windows are kept in UTC, as packets' times are; the site's offset does not change over the year.
  void times() {
    constexpr int kWeek = 7 * 24 * 60;
    const int offset = utc_offset(policy_.timezone).value_or(0) / 60;
    Statement s = db_.prepare("insert into conduit_time values (?1, ?2, ?3)");
    for (const Conduit& c : policy_.conduits)
      for (const TimeWindow& window : c.times) {
        const int from = (window.from - offset % kWeek + kWeek) % kWeek, to = from + window.to - window.from;
        s.bind(1, c.id).bind(2, from).bind(3, std::min(to, kWeek)).run();
        if (to > kWeek) s.bind(1, c.id).bind(2, 0).bind(3, to - kWeek).run();
      }
  }

  void declare_assets() {
    Statement asset =
        db_.prepare("insert into declared_asset values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
    Statement address = db_.prepare("insert into declared_address values (?1, ?2, ?3)");
    std::int64_t id = 0;
    for (const DeclaredAsset& a : policy_.assets) {
      asset.bind(1, ++id).bind(2, a.name).bind(3, to_string(a.address)).bind(4, a.role);
      a.zone.empty() ? asset.bind(5, nullptr) : asset.bind(5, a.zone);
      asset.bind(6, a.vendor).bind(7, a.product).bind(8, a.firmware).bind(9, a.serial).bind(10, a.os);
      asset.bind(11, a.location).bind(12, a.purpose).bind(13, a.source).run();
      int position = 0;
      for (const Address& one : addresses_of(a)) address.bind(1, id).bind(2, ++position).bind(3, to_string(one)).run();
    }
  }

  void allow(const AllowedExternal& e) {
    Statement s = db_.prepare("insert into allowed_external values (?1, ?2, ?3, ?4)");
    s.bind(1, e.name).bind(2, to_string(e.cidr)).bind(3, e.protocol);
    e.port ? s.bind(4, static_cast<int>(*e.port)) : s.bind(4, nullptr);
    s.run();
    Statement member = db_.prepare("insert into allowed_external_member values (?1, ?2)");
    for (const Asset& asset : assets_)
      if (asset.scope == "internet" && has_address_in(asset, e.cidr)) member.bind(1, asset.id).bind(2, e.name).run();
  }

  static bool has_address_in(const Asset& asset, const Cidr& range) {
    return std::any_of(asset.addresses.begin(), asset.addresses.end(),
                       [&](const AssetAddress& a) { return range.contains(a.address); });
  }

  void keep(std::string_view subject, std::string_view field, const std::optional<std::string>& observed) {
    db_.prepare("insert into policy_change values (?1, ?2, ?3)")
        .bind(1, subject)
        .bind(2, field)
        .bind(3, observed)
        .run();
  }

  // Public numbers that the site declares as its own: as internal ranges, or as part of a zone that is not the WAN.
  void inside() {
    std::vector<Cidr> own = policy_.internal_public_ranges;
    for (const Zone& zone : policy_.zones)
      for (const ZoneMember& m : zone.members)
        if (m.cidr && zone.kind != "wan") own.push_back(*m.cidr);
    if (own.empty()) return;
    for (Asset& asset : assets_) {
      for (const AssetAddress& a : asset.addresses) {
        if (!a.address.is_global() || !in_any(own, a.address)) continue;
        if (asset.scope == "internet") {
          keep(asset.id, "asset.scope", asset.scope);
          asset.scope = asset.has_mac ? "local" : "remote";
          db_.prepare("update asset set scope = ?1 where asset_id = ?2").bind(1, asset.scope).bind(2, asset.id).run();
        }
        Statement squatted =
            db_.prepare("select 1 from address where asset_id = ?1 and value = ?2 and is_squatted = 1");
        if (!squatted.bind(1, asset.id).bind(2, a.text).step()) continue;
        keep(asset.id + ' ' + a.text, "address.is_squatted", "1");
        db_.prepare("update address set is_squatted = 0 where asset_id = ?1 and value = ?2")
            .bind(1, asset.id)
            .bind(2, a.text)
            .run();
      }
    }
  }

  // How well a member fits an asset: 0 not at all; a named host before a MAC, that before a range
  // (the narrower the better), that before a VLAN.
  static unsigned fit(const ZoneMember& m, const Asset& asset) {
    if (!m.asset.empty() && !is_named(asset, m.asset)) return 0;
    if (m.mac && std::none_of(asset.addresses.begin(), asset.addresses.end(),
                              [&](const AssetAddress& a) { return a.address == *m.mac; }))
      return 0;
    if (m.cidr || m.vlan) {
      // range and VLAN must hold of one address; a VLAN alone also of a MAC
      const bool found = std::any_of(asset.addresses.begin(), asset.addresses.end(), [&](const AssetAddress& a) {
        return (!m.cidr || m.cidr->contains(a.address)) && (!m.vlan || a.vlan == m.vlan);
      });
      if (!found) return 0;
    }
    return (m.asset.empty() ? 0 : 4000u) + (m.mac ? 2000u : 0) + (m.cidr ? 1000u + m.cidr->bits : 0) +
           (m.vlan ? 1u : 0);
  }

  static std::string reason(const ZoneMember& m) {
    if (!m.asset.empty()) return "asset " + m.asset;
    if (m.mac) return "mac " + to_string(*m.mac);
    std::string text;
    if (m.cidr) text = "cidr " + to_string(*m.cidr);
    if (m.vlan) text += (text.empty() ? "vlan " : ", vlan ") + vlan_text(*m.vlan);
    return text;
  }

  void zones() {
    if (!policy_.declares_zones()) {
      infer_zones(db_);
      for (std::size_t i = 0; i < assets_.size(); ++i)
        for (const DeclaredAsset* declared : declared_of_[i]) weigh("asset", assets_[i].id, declared->criticality);
      return;
    }
    for (const Zone& z : policy_.zones) weigh("zone", z.id, z.criticality);
    std::vector<Place> places(assets_.size());
    for (std::size_t i = 0; i < assets_.size(); ++i)
      if (!is_group(assets_[i])) places[i] = by_members(assets_[i]);
    const std::vector<Place> by_register = places_of_register(places);
    Statement member = db_.prepare("insert into zone_member values (?1, ?2, ?3)");
    Statement place = db_.prepare("update asset set zone_id = ?1 where asset_id = ?2");
    Statement level = db_.prepare("update asset set purdue_level = ?1 where asset_id = ?2");
    Statement observed = db_.prepare("select purdue_level from asset where asset_id = ?1");
    Statement change = db_.prepare("insert into policy_change values (?1, 'asset.purdue_level', ?2)");
    for (std::size_t i = 0; i < assets_.size(); ++i) {
      const Asset& asset = assets_[i];
      const auto& [best, fits, why] = by_register[i].fit > places[i].fit ? by_register[i] : places[i];
      for (const DeclaredAsset* declared : declared_of_[i])
        if (const Zone* zone = find_zone(declared->zone); !zone || sits_in(i, *zone, best))
          weigh("asset", asset.id, declared->criticality);
      if (!best) continue;
      if (by_register[i].fit <= places[i].fit) note_claims(asset, places[i]);
      member.bind(1, best->id).bind(2, asset.id).bind(3, why).run();
      place.bind(1, best->id).bind(2, asset.id).run();
      if (!best->level) continue;
      observed.bind(1, asset.id).step();
      change.bind(1, asset.id);
      observed.is_null(0) ? change.bind(2, nullptr) : change.bind(2, observed.text(0));
      change.run();
      observed.reset();
      level.bind(1, *best->level).bind(2, asset.id).run();
    }
    if (contested_ > kTold)
      notes_.push_back("zones: " + std::to_string(contested_ - kTold) + " more assets are claimed by several");
    unseen();
  }

  struct Place {
    const Zone* zone = nullptr;
    unsigned fit = 0;
    std::string why;
  };

  // Of equally good zones the one that has more of the host's addresses, then that of the first id: not that which
  // stands first in the file.
  Place by_members(const Asset& asset) const {
    Place best;
    std::size_t most = 0;
    for (const Zone& zone : policy_.zones) {
      Place place{&zone, 0, {}};
      for (const ZoneMember& m : zone.members)
        if (const unsigned n = fit(m, asset); n > place.fit) place.fit = n, place.why = reason(m);
      if (place.fit == 0 || place.fit < best.fit) continue;
      const auto here = static_cast<std::size_t>(
          std::count_if(asset.addresses.begin(), asset.addresses.end(), [&](const AssetAddress& a) {
            return std::any_of(zone.members.begin(), zone.members.end(),
                               [&](const ZoneMember& m) { return m.cidr && m.cidr->contains(a.address); });
          }));
      if (place.fit > best.fit || here > most || (here == most && zone.id < best.zone->id))
        best = std::move(place), most = here;
    }
    return best;
  }

  // The zones that claim a host: the best ones of all, and, where ranges place it, the best of each IP address.
  std::set<std::string> claimants(const Asset& asset, unsigned best) const {
    std::set<std::string> out;
    for (const Zone& zone : policy_.zones)
      for (const ZoneMember& m : zone.members)
        if (fit(m, asset) == best) out.insert(zone.id);
    if (best >= 2000) return out;
    for (const AssetAddress& a : asset.addresses) {
      if (!a.address.is_ip()) continue;
      const Asset alone{asset.id, asset.name, asset.scope, {a}, false};
      const Place place = by_members(alone);
      if (place.zone && place.fit >= 1000) out.insert(place.zone->id);
    }
    return out;
  }

  // A host that several zones claim.
  void note_claims(const Asset& asset, const Place& place) {
    const std::set<std::string> zones = claimants(asset, place.fit);
    if (zones.size() < 2 || ++contested_ > kTold) return;
    std::string list;
    for (const std::string& zone : zones) list += (list.empty() ? "'" : ", '") + zone + "'";
    notes_.push_back("asset '" + asset.name + "' is claimed by zones " + list + "; it counts as one of '" +
                     place.zone->id + "' (" + place.why + "). Declare it under assets to say which");
  }

  // By asset. Of a row with devices in several networks, those outside its zone stay where ranges and VLANs put them
  // if another one of them is in it.
  std::vector<Place> places_of_register(const std::vector<Place>& by_members) const {
    std::vector<Place> out(assets_.size());
    for (std::size_t row = 0; row < policy_.assets.size(); ++row) {
      const DeclaredAsset& declared = policy_.assets[row];
      const Zone* zone = find_zone(declared.zone);
      if (!zone) continue;
      const auto& devices = devices_of_[row];
      const bool one_sits =
          std::any_of(devices.begin(), devices.end(), [&](std::size_t i) { return by_members[i].zone == zone; });
      for (const std::size_t i : devices) {
        if (!sits_in(i, *zone, by_members[i].zone)) continue;
        if (one_sits && by_members[i].zone && by_members[i].zone != zone) continue;
        if (!out[i].zone) out[i] = {zone, 3000, "asset " + declared.name};
      }
    }
    return out;
  }

  void weigh(std::string_view kind, const std::string& id, const std::string& criticality) {
    if (criticality.empty()) return;
    db_.prepare("insert into declared_criticality values (?1, ?2, ?3)")
        .bind(1, kind)
        .bind(2, id)
        .bind(3, criticality)
        .run();
  }

  static bool owns(const Asset& asset, const Address& address) {
    return std::any_of(asset.addresses.begin(), asset.addresses.end(),
                       [&](const AssetAddress& a) { return a.address == address; });
  }

  // The same address may be declared in several zones (copied machine cells): then range and VLAN decide.
  bool sits_in(std::size_t asset, const Zone& zone, const Zone* by_members) const {
    const auto& rows = declared_of_[asset];
    const auto copies =
        std::count_if(rows.begin(), rows.end(), [](const DeclaredAsset* declared) { return !declared->zone.empty(); });
    return copies == 1 || by_members == &zone;
  }

  const Zone* find_zone(const std::string& id) const {
    const auto found =
        std::find_if(policy_.zones.begin(), policy_.zones.end(), [&](const Zone& z) { return z.id == id; });
    return id.empty() || found == policy_.zones.end() ? nullptr : &*found;
  }

  void unseen() {
    for (const Zone& zone : policy_.zones)
      for (const ZoneMember& m : zone.members)
        if (std::none_of(assets_.begin(), assets_.end(), [&](const Asset& a) { return !is_group(a) && fit(m, a) > 0; }))
          notes_.push_back("zone '" + zone.id + "': no traffic of its member " + reason(m));
  }

  void outside() {
    // A resolver or time server outside is allowed for that service alone.
    std::set<std::string> done;
    for (const AllowedRole& r : policy_.roles) {
      const std::uint16_t port = r.role == "resolver" ? 53 : r.role == "time_server" ? 123 : 0;
      if (port == 0 || !r.address || !r.address->is_global() || !done.insert(r.role + to_string(*r.address)).second)
        continue;
      allow({r.role + " " + to_string(*r.address), range_around(*r.address, 32, 128), "", port});
    }
  }

  void roles() {
    std::set<std::pair<std::string, std::string>> by_asset, by_address;
    const auto give_to = [&](const Asset& asset, const std::string& role) {
      by_asset.insert({asset.id, role});
      for (const AssetAddress& a : asset.addresses) by_address.insert({a.text, role});
    };
    const auto give = [&](const AllowedRole& r) {
      bool seen = false;
      for (const Asset& asset : assets_) {
        if (r.address ? !owns(asset, *r.address) : !is_named(asset, r.asset)) continue;
        seen = true;
        give_to(asset, r.role);
      }
      if (r.address) by_address.insert({to_string(*r.address), r.role});
      return seen;
    };
    for (const AllowedRole& r : policy_.roles)
      if (!give(r))
        notes_.push_back(r.role + " '" + (r.address ? to_string(*r.address) : r.asset) + "': no traffic seen");
    for (std::size_t row = 0; row < policy_.assets.size(); ++row) {
      const DeclaredAsset& a = policy_.assets[row];
      if (a.role != "router" && a.role != "firewall" && a.role != "gateway") continue;
      for (const std::size_t device : devices_of_[row]) give_to(assets_[device], "gateway");
      for (const Address& address : addresses_of(a)) by_address.insert({to_string(address), "gateway"});
    }
    for (const auto& [id, role] : by_asset)
      db_.prepare("insert into allowed_role values (?1, ?2)").bind(1, id).bind(2, role).run();
    for (const auto& [address, role] : by_address)
      db_.prepare("insert into allowed_address values (?1, ?2)").bind(1, address).bind(2, role).run();
  }

  void ranges() {
    std::vector<Cidr> declared = policy_.ranges;
    CidrSet subnets;
    declared.insert(declared.end(), policy_.internal_public_ranges.begin(), policy_.internal_public_ranges.end());
    for (const Zone& zone : policy_.zones)
      for (const ZoneMember& m : zone.members)
        if (m.cidr) declared.push_back(*m.cidr);
    CidrSet registered;
    for (const DeclaredAsset& a : policy_.assets)
      for (const Address& address : addresses_of(a))
        if (address.is_ip()) registered.add(range_around(address, 32, 128));
    for (Statement s = db_.prepare("select distinct cidr from subnet"); s.step();)
      if (const auto range = parse_cidr(s.text(0))) subnets.add(*range);
    Statement insert = db_.prepare("insert into address_range values (?1, ?2, ?3, ?4)");
    std::set<std::string> done;
    for (const Asset& asset : assets_) {
      if (asset.scope != "local" && asset.scope != "remote") continue;
      for (const AssetAddress& a : asset.addresses) {
        const Address& ip = a.address;
        if (!ip.is_ip() || ip.is_multicast() || ip.is_broadcast() || ip.is_link_local() || ip.is_loopback() ||
            ip.is_unspecified() || !done.insert(a.text).second)
          continue;
        const auto subnet = ip.is_global() ? std::nullopt : subnets.narrowest_around(ip);
        const Cidr range = subnet.value_or(range_around(ip));
        insert.bind(1, a.text).bind(2, to_string(range)).bind(3, ip.is_private());
        policy_.declares_ranges() ? insert.bind(4, in_any(declared, ip) || registered.narrowest_around(ip))
                                  : insert.bind(4, nullptr);
        insert.run();
      }
    }
  }

  Database& db_;
  const Policy& policy_;
  std::vector<Asset> assets_;
  std::vector<std::set<std::size_t>> devices_of_;               // by row of the register: places in assets_
  std::vector<std::vector<const DeclaredAsset*>> declared_of_;  // by asset
  static constexpr std::size_t kTold = 10;
  std::size_t contested_ = 0;  // hosts that several zones claim; so many of them are told
  std::vector<std::string> notes_;
};

}  // namespace

void clear_assessment(Database& db) {
  db.execute(
      "delete from meta where key in (select subject from policy_change where field = 'meta');"
      "insert into meta (key, value)"
      "  select subject, observed from policy_change where field = 'meta' and observed is not null;"
      "delete from meta where key in ('policy', 'timezone');"
      "update asset set zone_id = null where zone_id is not null;"
      "update asset set scope = (select observed from policy_change c where c.subject = asset_id and c.field = "
      "'asset.scope')"
      "  where asset_id in (select subject from policy_change where field = 'asset.scope');"
      "update asset set purdue_level = (select cast(observed as real) from policy_change c"
      "    where c.subject = asset_id and c.field = 'asset.purdue_level')"
      "  where asset_id in (select subject from policy_change where field = 'asset.purdue_level');"
      "update address set is_squatted = 1 where asset_id || ' ' || value in (select subject from policy_change where "
      "field = 'address.is_squatted');");
  for (const char* table : {"risk",
                            "reach",
                            "evaluated_rule",
                            "finding_packet",
                            "finding_asset",
                            "finding",
                            "verdict_check",
                            "verdict",
                            "contract",
                            "requirement",
                            "framework_source",
                            "framework",
                            "declared_criticality",
                            "zone_member",
                            "conduit_time",
                            "conduit",
                            "zone",
                            "register_difference",
                            "register_device",
                            "register_match",
                            "declared_address",
                            "declared_asset",
                            "allowed_external_member",
                            "allowed_external",
                            "allowed_role",
                            "allowed_address",
                            "address_range",
                            "acceptance",
                            "policy_change",
                            "advisory_match",
                            "advisory"})
    db.execute(std::string("delete from ") + table);
  db.prepare("delete from coverage where metric = ?1").bind(1, kDeclaredVlansUnseen).run();
}

namespace {

// VLANs that the zones name and no packet showed: a row of table coverage, as it is the mirror that does not show them.
void cover_declared_vlans(Database& db, const Policy& policy) {
  std::set<std::uint32_t> declared, unseen;
  for (const Zone& zone : policy.zones)
    for (const ZoneMember& m : zone.members)
      if (m.vlan) declared.insert(*m.vlan);
  if (declared.empty()) return;
  unseen = declared;
  for (Statement s = db.prepare("select vlan from address where vlan is not null union "
                                "select vlan from link where vlan is not null");
       s.step();)
    unseen.erase(static_cast<std::uint32_t>(s.integer(0)));
  std::string detail = std::to_string(unseen.size()) + " of " + std::to_string(declared.size());
  for (const std::uint32_t vlan : unseen)
    if (detail.size() < 200) detail += (vlan == *unseen.begin() ? ": " : ", ") + vlan_text(vlan);
  const double share = static_cast<double>(unseen.size()) / static_cast<double>(declared.size());
  const CoverageJudgement j = judge_coverage(kDeclaredVlansUnseen, share);
  Statement s = db.prepare("insert into coverage values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  s.bind(1, kDeclaredVlansUnseen).bind(2, share).bind(3, to_string(j.level)).bind(4, detail);
  s.bind(5, j.meaning.en).bind(6, j.meaning.ja).bind(7, j.advice.en).bind(8, j.advice.ja).run();
}

}  // namespace

std::vector<std::string> apply_policy(Database& db, const Policy& policy) {
  std::vector<std::string> notes = Applier(db, policy).apply();
  cover_declared_vlans(db, policy);
  return notes;
}

}  // namespace kakoi
