// Policy → database. The tables of the policy are written as declared; assets are placed in zones.
// What was observed is kept in policy_change wherever the policy overwrites it.
#include <algorithm>
#include <cstdio>
#include <set>

#include "rules/policy/places.h"
#include "rules/policy/policy.h"
#include "rules/register/register.h"
#include "sensor/inventory/coverage.h"

namespace kakoi {

namespace {

bool in_any(const std::vector<Cidr>& ranges, const Address& address) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Cidr& range) { return range.contains(address); });
}

std::string comma_list(const std::vector<std::string>& words) {
  if (words.empty()) return "*";
  std::string out = ",";
  for (const std::string& word : words) out += word + ",";
  return out;
}

class Applier {
 public:
  Applier(Database& db, const Policy& policy)
      : db_(db), policy_(policy), assets_(load_seen_assets(db)), devices_(policy.assets, assets_) {}

  std::vector<std::string> apply() {
    meta();
    tables();
    inside();
    zones();
    outside();
    roles();
    ranges();
    match_register(db_);
    forget_unread();
    std::sort(notes_.begin(), notes_.end());
    return std::move(notes_);
  }

 private:
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

  // Of a row whose address could not be read nothing tells that the device was not seen.
  void forget_unread() {
    std::int64_t id = 0;
    for (const DeclaredAsset& a : policy_.assets) {
      ++id;
      if (!a.is_unread ||
          !db_.prepare("select 1 from register_match where declared_id = ?1 and asset_id is null").bind(1, id).step())
        continue;
      db_.prepare("delete from register_match where declared_id = ?1").bind(1, id).run();
      db_.prepare("delete from declared_asset where declared_id = ?1").bind(1, id).run();
    }
  }

  void allow(const AllowedExternal& e) {
    Statement s = db_.prepare("insert into allowed_external values (?1, ?2, ?3, ?4)");
    s.bind(1, e.name).bind(2, to_string(e.cidr)).bind(3, e.protocol);
    e.port ? s.bind(4, static_cast<int>(*e.port)) : s.bind(4, nullptr);
    s.run();
    Statement member = db_.prepare("insert into allowed_external_member values (?1, ?2)");
    for (const SeenAsset& asset : assets_)
      if (asset.scope == "internet" && asset.has_address_in(e.cidr)) member.bind(1, asset.id).bind(2, e.name).run();
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
    for (SeenAsset& asset : assets_) {
      for (const SeenAddress& a : asset.addresses) {
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

  void zones() {
    if (!policy_.declares_zones()) {
      infer_zones(db_);
      for (std::size_t i = 0; i < assets_.size(); ++i)
        for (const DeclaredAsset* row : devices_.of_asset[i]) weigh("asset", assets_[i].id, row->criticality);
      return;
    }
    for (const Zone& z : policy_.zones) weigh("zone", z.id, z.criticality);
    const Places places(policy_, assets_, devices_);
    Statement member = db_.prepare("insert into zone_member values (?1, ?2, ?3)");
    Statement update = db_.prepare("update asset set zone_id = ?1 where asset_id = ?2");
    for (std::size_t i = 0; i < assets_.size(); ++i) {
      const std::string& id = assets_[i].id;
      for (const DeclaredAsset* row : devices_.of_asset[i])
        if (const Zone* zone = places.find_zone(row->zone); !zone || places.sits_in(i, *zone))
          weigh("asset", id, row->criticality);
      const Place& place = places.of(i);
      if (!place.zone) continue;
      member.bind(1, place.zone->id).bind(2, id).bind(3, place.why).run();
      update.bind(1, place.zone->id).bind(2, id).run();
      if (place.zone->level) set_level(id, *place.zone->level);
    }
    notes_ = places.notes();
  }

  void set_level(const std::string& asset, double level) {
    Statement observed = db_.prepare("select purdue_level from asset where asset_id = ?1");
    observed.bind(1, asset).step();
    keep(asset, "asset.purdue_level", observed.is_null(0) ? std::nullopt : std::optional(observed.text(0)));
    db_.prepare("update asset set purdue_level = ?1 where asset_id = ?2").bind(1, level).bind(2, asset).run();
  }

  void weigh(std::string_view kind, const std::string& id, const std::string& criticality) {
    if (criticality.empty()) return;
    db_.prepare("insert into declared_criticality values (?1, ?2, ?3)")
        .bind(1, kind)
        .bind(2, id)
        .bind(3, criticality)
        .run();
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
    const auto give_to = [&](const SeenAsset& asset, const std::string& role) {
      by_asset.insert({asset.id, role});
      for (const SeenAddress& a : asset.addresses) by_address.insert({a.text, role});
    };
    const auto give = [&](const AllowedRole& r) {
      bool seen = false;
      for (const SeenAsset& asset : assets_) {
        if (r.address ? !asset.owns(*r.address) : !asset.is_named(r.asset)) continue;
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
      for (const std::size_t device : devices_.of_row[row]) give_to(assets_[device], "gateway");
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
    const auto add = [&](const Address& ip, const std::string& text) {
      if (!ip.is_ip() || ip.is_multicast() || ip.is_broadcast() || ip.is_link_local() || ip.is_loopback() ||
          ip.is_unspecified() || !done.insert(text).second)
        return;
      const auto subnet = ip.is_global() ? std::nullopt : subnets.narrowest_around(ip);
      const Cidr range = subnet.value_or(range_around(ip));
      insert.bind(1, text).bind(2, to_string(range)).bind(3, ip.is_private());
      policy_.declares_ranges() ? insert.bind(4, in_any(declared, ip) || registered.narrowest_around(ip))
                                : insert.bind(4, nullptr);
      insert.run();
    };
    for (const SeenAsset& asset : assets_) {
      if (asset.scope != "local" && asset.scope != "remote") continue;
      for (const SeenAddress& a : asset.addresses) add(a.address, a.text);
    }
    for (Statement s = db_.prepare("select distinct value from attribute where name = 'own_address'"); s.step();)
      if (const auto address = parse_address(s.text(0))) add(*address, std::string(s.text(0)));
  }

  Database& db_;
  const Policy& policy_;
  std::vector<SeenAsset> assets_;
  RegisterDevices devices_;
  std::vector<std::string> notes_;
};

}  // namespace

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
