// A site.yaml to start from: what the inventory shows, written as a policy for the engineer to correct.
#include <algorithm>
#include <map>
#include <set>

#include "rules/policy/policy.h"

namespace kakoi {

namespace {

// A YAML double-quoted scalar: names come from traffic and may hold anything.
std::string yaml_quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\x";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  return out + '"';
}

struct Segment {
  std::string vlan, cidr, kind;
  std::int64_t ot_hosts, it_hosts;
  bool is_public;
};

// What was found and is not declared by itself: a line for somebody to confirm. "" if nothing was.
std::string to_confirm(std::string_view key, const std::vector<std::string>& found) {
  std::string list;
  for (const std::string& one : found) list += (list.empty() ? "" : ", ") + one;
  if (list.empty()) return "";
  return "#" + std::string(key) + ": [" + list +
         "]  # found; if right, put it in place of the line above (確認のうえ上の行と置き換える)\n";
}

// Control hosts or office hosts, whichever there are twice as many of (infer.cpp); mixed ones are to be looked at. A segment
// with a controller is no office one until somebody says so: findings about the controller would go away.
std::string_view kind_of(std::int64_t ot_hosts, std::int64_t it_hosts, bool has_controller) {
  return it_hosts > 0 && it_hosts >= 2 * ot_hosts && !has_controller ? "it" : "ot";
}

// Local subnets, also those of public numbers.
std::vector<Segment> segments(Database& db) {
  std::vector<Segment> out;
  std::set<std::string> seen;
  std::vector<std::pair<std::string, Address>> controllers;  // VLAN, IP
  for (Statement s = db.prepare("select ad.vlan, ad.value from asset a join address ad on ad.asset_id = a.asset_id"
                                " where a.scope = 'local' and a.role in ('plc', 'rtu', 'ied') and ad.kind <> 'mac'");
       s.step();)
    if (const auto ip = parse_address(s.text(1))) controllers.emplace_back(s.text(0), *ip);
  for (Statement s =
           db.prepare("select vlan, cidr, ot_hosts, it_hosts from subnet where hosts > 0 order by cidr, vlan");
       s.step();) {
    const auto range = parse_cidr(s.text(1));
    if (!range || range->base.is_link_local()) continue;
    const bool nested = [&] {
      for (const Segment& other : out)
        if (other.vlan == s.text(0) || other.vlan.empty() || s.text(0).empty())
          if (const auto o = parse_cidr(other.cidr); o && o->overlaps(*range)) return true;
      return false;
    }();
    if (nested) continue;
    const bool has_controller = std::any_of(controllers.begin(), controllers.end(), [&](const auto& c) {
      return c.first == s.text(0) && range->contains(c.second);
    });
    const std::string_view kind = kind_of(s.integer(2), s.integer(3), has_controller);
    out.push_back(
        {s.text(0), to_string(*range), std::string(kind), s.integer(2), s.integer(3), range->base.is_global()});
  }
  return out;
}

std::string vlan_text(const std::string& vlan) {
  const unsigned long number = std::stoul(vlan);
  return number < 4096 ? vlan : std::to_string(number / 4096) + "." + std::to_string(number % 4096);
}

std::string zone_lines(const Segment& s, const std::string& id) {
  std::string out = "  - id: " + id + "\n    name: " + id + "\n    kind: " + s.kind +
                    "\n    closed: " + (s.kind == "ot" ? "true" : "false") + "\n    members:\n      - cidr: " + s.cidr +
                    "  # control hosts " + std::to_string(s.ot_hosts) + ", office hosts " + std::to_string(s.it_hosts);
  if (s.ot_hosts > 0 && s.it_hosts > 0) out += ": mixed, decide which it is (混在: どちらの区画か判断してください)";
  return out + "\n" + (s.vlan.empty() ? "" : "        vlan: " + vlan_text(s.vlan) + "\n");
}

// A zone makes public numbers inside ones, so somebody is to confirm that they are the site's.
std::string as_remark(const std::string& lines) {
  std::string out = "#";
  for (const char c : lines.substr(0, lines.size() - 1)) out += c == '\n' ? std::string("\n#") : std::string(1, c);
  return out + "\n";
}

std::string zones(const std::vector<Segment>& found) {
  std::map<std::string, int> count;
  std::string own, open;
  for (const Segment& s : found)
    if (!s.is_public) own += zone_lines(s, s.kind + "-" + std::to_string(++count[s.kind]));
  for (const Segment& s : found)
    if (s.is_public) open += as_remark(zone_lines(s, s.kind + "-" + std::to_string(++count[s.kind])));
  if (!open.empty())
    open.insert(0,
                "# Public numbers that are used inside: if these hosts are the site's, take away the # below (and put "
                "'zones:' for 'zones: []').\n"
                "# グローバルアドレスを内部で使用している区画: 自組織の機器であれば、以下の # を外してください。\n");
  return (own.empty() ? "zones: []\n" : "zones:\n" + own) + open;
}

}  // namespace

std::string starter_policy(Database& db) {
  const std::vector<Segment> found = segments(db);
  std::string out =
      "# Site policy: what this site declares about its network. Correct it; docs/policy.md explains every key.\n"
      "# サイトポリシー: 実際のネットワークに合わせて修正してください。各項目の説明は docs/policy.md にあります。\n"
      "site: \"\"\n"
      "timezone: Asia/Tokyo\n"
      "\n"
      "# Zones (ゾーン): kind is ot, it, dmz, safety or wan; a host belongs to one zone.\n";
  out += zones(found);
  out +=
      "\n# Flows between zones that are meant to be (コンジット): from is the client's zone.\n"
      "conduits: []\n"
      "#  - {from: it-1, to: ot-1, protocols: [http], classes: [read]}\n"
      "\n# Addresses of the internet that may be reached (外部接続の許可).\n"
      "allowed_external: []\n"
      "#  - {name: vendor support, cidr: 198.51.100.7, protocol: tls, port: 443}\n"
      "\n# Hosts with a role of their own: an address, a MAC or a name.\n";
  out += "gateways: []\n";
  std::vector<std::string> routers;
  for (Statement s = db.prepare("select min(ad.value) from asset a join address ad on ad.asset_id = a.asset_id"
                                " where a.scope = 'local' and a.is_router = 1 and ad.kind = 'ipv4'"
                                " group by a.asset_id order by 1");
       s.step();)
    routers.push_back(s.text(0));
  out += to_confirm("gateways", routers);
  out += "resolvers: []\ntime_servers: []\njump_hosts: []\nmasters: []\n";
  std::set<std::string> ranges;
  for (const Segment& s : found)
    if (const auto range = parse_cidr(s.cidr); range && range->base.is_private()) ranges.insert(s.cidr);
  out += "\n# All private ranges in use (使用中のプライベートアドレス範囲).\n";
  out += ranges.empty() ? "ranges: []\n" : "ranges:\n";
  for (const std::string& range : ranges) out += "  - " + range + "\n";
  out +=
      "\n# Public numbers that are used inside (内部で使用するグローバルアドレス範囲).\n"
      "internal_public_ranges: []\n";
  std::vector<std::string> numbers;
  for (Statement s = db.prepare("select distinct cidr from subnet where hosts > 0 order by cidr"); s.step();)
    if (const auto range = parse_cidr(s.text(0)); range && range->base.is_global())
      numbers.push_back(to_string(*range));
  out += to_confirm("internal_public_ranges", numbers);
  out +=
      "\n# Findings that the site has judged and accepts (受容).\n"
      "acceptances: []\n"
      "#  - {finding: 0123456789abcdef, reason: \"\", approver: \"\", expires: 2027-03-31}\n"
      "\n# The asset register; a list given by --assets completes it (資産台帳。--assets の台帳で補われる).\n";
  std::string assets;
  std::set<std::string> done;
  std::map<std::string, int> owners;
  // Of copied machine cells several have one number: then the network card tells which.
  const std::string devices =
      "select a.name, coalesce(min(case when ad.value not like '169.254.%' and ad.value not like 'fe80:%' then ad.value"
      " end), min(ad.value)) as ip, a.role, a.vendor, a.product,"
      " (select min(m.value) from address m where m.asset_id = a.asset_id and m.kind = 'mac'), a.asset_id"
      " from asset a join address ad on ad.asset_id = a.asset_id"
      " where a.scope = 'local' and ad.kind in ('ipv4', 'ipv6')"
      " group by a.asset_id, a.name, a.role, a.vendor, a.product";
  for (Statement s = db.prepare("select ip, count(*) from (" + devices + ") group by ip"); s.step();)
    owners[s.text(0)] = static_cast<int>(s.integer(1));
  for (Statement s = db.prepare(devices + " order by a.asset_id"); s.step();) {
    const std::string ip = s.text(1);
    const bool by_card = owners[ip] > 1 && !s.text(5).empty();
    const std::string address = by_card ? s.text(5) : ip;
    if (!parse_address(ip) || s.text(0).empty()) continue;
    const bool twice = !done.insert(address).second;
    assets += std::string(twice ? "#" : "") + "  - {name: " + yaml_quoted(s.text(0)) + ", address: \"" + address + "\"";
    for (const auto& [key, column] : {std::pair("role", 2), std::pair("vendor", 3), std::pair("product", 4)})
      if (const std::string text = s.text(column); !text.empty())
        assets += std::string(", ") + key + ": " + yaml_quoted(text);
    assets += '}';
    if (by_card) assets += "  # " + ip + ", as others (同じアドレスの機器が他にある)";
    if (twice) assets += "  # the address is declared above; give each its zone (アドレスが重複。zone で区別する)";
    assets += '\n';
  }
  return out + (assets.empty() ? "assets: []\n" : "assets:\n" + assets);
}

}  // namespace kakoi
