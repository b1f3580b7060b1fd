// Zones from what hosts do, for sites without a policy. Two zones at most, because traffic can tell
// control from office, but not which control cells are meant to be apart.
//
// A segment is a subnet of a VLAN. Where hosts of one kind are at least twice as many as those of the
// other, the segment is of that kind, with all its hosts. Else each host goes by what it speaks itself.
// What answers an OT protocol is OT wherever it stands, and so is who asks beside it; routers and hosts without a sign
// stay out.
#include <algorithm>
#include <map>
#include <set>

#include "rules/policy/policy.h"

namespace kakoi {

namespace {

constexpr std::size_t kPredominant = 2;  // times as many as the others

struct Host {
  bool ot = false, it = false, ot_server = false, router = false;
  std::string segment;  // "" if it has no IP address of its own
};

struct Count {
  std::size_t ot = 0, it_only = 0, ot_servers = 0;
  bool is_ot() const noexcept { return ot > 0 && ot >= kPredominant * it_only; }
  bool is_it() const noexcept { return it_only > 0 && it_only >= kPredominant * ot; }
};

std::map<std::string, CidrSet> subnets(Database& db) {  // by VLAN, or ""
  std::map<std::string, CidrSet> out;
  for (Statement s = db.prepare("select distinct vlan, cidr from subnet"); s.step();)
    if (const auto range = parse_cidr(s.text(1))) out[s.text(0)].add(*range);
  return out;
}

std::map<std::string, Host> load_hosts(Database& db) {
  std::map<std::string, Host> hosts;
  for (Statement s =
           db.prepare("select asset_id, is_ot, is_it, is_router from asset where scope in ('local', 'remote')");
       s.step();)
    hosts[s.text(0)] = {s.integer(1) != 0, s.integer(2) != 0, false, s.integer(3) != 0, {}};
  for (Statement s = db.prepare("select distinct server_id from link where protocol_domain = 'ot'"
                                " and (packets_to_client > 0 or state = 'established')");
       s.step();)
    if (const auto host = hosts.find(s.text(0)); host != hosts.end()) host->second.ot_server = true;
  const auto ranges = subnets(db);
  // the first IPv4 address decides, else the first IPv6 address
  for (Statement s = db.prepare("select asset_id, value, vlan from address where kind in ('ipv4', 'ipv6')"
                                " order by asset_id, kind, value, vlan");
       s.step();) {
    const auto host = hosts.find(s.text(0));
    const auto address = parse_address(s.text(1));
    if (host == hosts.end() || !address || address->is_link_local() || !host->second.segment.empty()) continue;
    const std::string vlan = s.text(2);
    const auto known = ranges.find(vlan);
    const auto range = known == ranges.end() ? std::nullopt : known->second.narrowest_around(*address);
    host->second.segment = vlan + ' ' + to_string(range.value_or(range_around(*address)));
  }
  return hosts;
}

struct Place {
  std::string_view zone, reason;
};

Place place(const Host& host, const Count& segment) {
  if (host.router) return {};
  if (host.ot_server) return {"inferred-ot", "answers an OT protocol"};
  if (segment.is_ot()) return {"inferred-ot", "in a segment where OT hosts predominate"};
  // beside what it asks, no border lies between
  const bool beside = segment.ot_servers != 0;
  if (segment.is_it() && !(host.ot && beside)) return {"inferred-it", "in a segment where IT hosts predominate"};
  if (host.ot) return {"inferred-ot", "speaks an OT protocol"};
  if (host.it) return {"inferred-it", "speaks IT protocols only"};
  return {};
}

}  // namespace

void infer_zones(Database& db) {
  const std::map<std::string, Host> hosts = load_hosts(db);
  std::map<std::string, Count> segments;
  for (const auto& [id, host] : hosts) {
    if (host.segment.empty() || host.router) continue;
    Count& count = segments[host.segment];
    count.ot += host.ot;
    count.ot_servers += host.ot_server;
    count.it_only += host.it && !host.ot;
  }
  std::map<std::string_view, std::vector<std::pair<std::string, std::string_view>>> members;
  for (const auto& [id, host] : hosts) {
    const auto segment = segments.find(host.segment);
    const Place where = place(host, segment == segments.end() ? Count{} : segment->second);
    if (!where.zone.empty()) members[where.zone].emplace_back(id, where.reason);
  }
  Statement zone = db.prepare("insert into zone values (?1, ?2, ?3, null, 0, 'inferred')");
  Statement member = db.prepare("insert into zone_member values (?1, ?2, ?3)");
  Statement asset = db.prepare("update asset set zone_id = ?1 where asset_id = ?2");
  for (const auto& [id, list] : members) {
    const bool ot = id == "inferred-ot";
    zone.bind(1, id).bind(2, ot ? "OT (inferred)" : "IT (inferred)").bind(3, ot ? "ot" : "it").run();
    for (const auto& [host, reason] : list) {
      member.bind(1, id).bind(2, host).bind(3, reason).run();
      asset.bind(1, id).bind(2, host).run();
    }
  }
}

}  // namespace kakoi
