// site.yaml → Policy. Every mistake is reported with its place; none stops the reading of the rest.
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <fstream>
#include <set>
#include <sstream>

#include "rules/policy/half_width.h"
#include "rules/policy/policy.h"
#include "rules/policy/role.h"
#include "rules/yaml_reader.h"

namespace kakoi {

namespace {

using namespace std::string_view_literals;

constexpr std::array kZoneKinds = {"ot"sv, "it"sv, "dmz"sv, "safety"sv, "wan"sv};
constexpr std::array kClasses = {"read"sv,    "report"sv,     "write"sv,   "control"sv,  "parameter"sv,
                                 "program"sv, "mode"sv,       "file"sv,    "identify"sv, "time"sv,
                                 "auth"sv,    "diagnostic"sv, "session"sv, "other"sv};
constexpr std::array kDays = {"mon"sv, "tue"sv, "wed"sv, "thu"sv, "fri"sv, "sat"sv, "sun"sv};
constexpr int kMinutesOfDay = 24 * 60;
// key of the policy, role in allowed_role
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kRoles = {{{"gateways", "gateway"},
                                                                                  {"resolvers", "resolver"},
                                                                                  {"time_servers", "time_server"},
                                                                                  {"jump_hosts", "jump_host"},
                                                                                  {"masters", "master"}}};

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  });
}

// Days since the epoch of "YYYY-MM-DD".
std::optional<std::int64_t> parse_date(std::string_view text) {
  int year = 0;
  unsigned month = 0, day = 0;
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto part = [&](std::size_t at, std::size_t n, auto& value) {
    const char* end = text.data() + at + n;
    return std::from_chars(text.data() + at, end, value).ptr == end;
  };
  if (!part(0, 4, year) || !part(5, 2, month) || !part(8, 2, day)) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date).time_since_epoch().count();
}

// Minutes since midnight of "HH:MM"; 24:00 is the end of a day.
std::optional<int> parse_time(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) return std::nullopt;
  const int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
  if (minutes > 59 || hours * 60 + minutes > kMinutesOfDay) return std::nullopt;
  return hours * 60 + minutes;
}

// Nothing but the digits and signs of an IPv4 address, of a MAC, or of an IPv6 address.
bool looks_like_an_address(std::string_view text) {
  const auto consists_of = [&](std::string_view letters) { return text.find_first_not_of(letters) == text.npos; };
  const auto count = [&](char c) { return std::count(text.begin(), text.end(), c); };
  return (consists_of("0123456789.") && count('.') == 3) ||
         (consists_of("0123456789abcdefABCDEF:.") && count(':') >= 2) ||
         (consists_of("0123456789abcdefABCDEF-") && count('-') == 5);
}

class Loader {
 public:
  Loader(std::string_view text, const std::string& origin, std::span<const std::string_view> protocols)
      : complaints_(origin), root_(parse_yaml(text, complaints_)), protocols_(protocols) {}

  Policy load() {
    if (!complaints_.empty()) throw PolicyError(complaints_.lines());
    if (root_.is_null()) return policy_;  // an empty file declares nothing
    MapReader map(root_, "the policy",
                  {"site", "timezone", "zones", "conduits", "allowed_external", "gateways", "resolvers", "time_servers",
                   "jump_hosts", "masters", "ranges", "internal_public_ranges", "acceptances", "assets"},
                  complaints_);
    policy_.site = map.text("site");
    timezone(map);
    for (const yaml::Node& node : map.items("zones")) zone(node);
    overlaps();
    for (const yaml::Node& node : map.items("conduits")) conduit(node);
    for (const yaml::Node& node : map.items("allowed_external")) allowed(node);
    for (const auto& [key, role] : kRoles)
      for (const yaml::Node& node : map.items(key)) host(node, key, role);
    ranges(map, "ranges", policy_.ranges);
    ranges(map, "internal_public_ranges", policy_.internal_public_ranges);
    for (const yaml::Node& node : map.items("acceptances")) acceptance(node);
    for (const yaml::Node& node : map.items("assets")) asset(node);
    if (!complaints_.empty()) throw PolicyError(complaints_.lines());
    return policy_;
  }

 private:
  void timezone(MapReader& map) {
    if (const std::string given = map.text("timezone"); !given.empty()) policy_.timezone = given;
    if (const std::optional<int> offset = utc_offset(policy_.timezone)) {
      offset_ = *offset;
    } else {
      complaints_.add(map.at("timezone"), "unknown time zone '" + policy_.timezone +
                                              "'; write an offset from UTC such as +09:00, or a zone without daylight "
                                              "saving such as Asia/Tokyo");
    }
  }

  std::optional<Cidr> cidr(const yaml::Node& node, std::string_view what) {
    std::optional<std::string> text = scalar(node, what, complaints_);
    if (!text) return std::nullopt;
    *text = half_width(*text);
    const std::optional<Cidr> range = parse_cidr(*text);
    if (!range) {
      complaints_.add(node, "'" + *text + "' is no address range; write it like 192.168.10.0/24 or fd00:1::/64");
    } else if (const std::string exact = to_string(*range); text->find('/') != std::string::npos) {
      // a /24 around the wrong base is a slip that would move a border
      const std::optional<Address> base = parse_address(std::string_view(*text).substr(0, text->find('/')));
      if (base && *base != range->base) {
        complaints_.add(node, "'" + *text + "' has host bits set; did you mean '" + exact + "'?");
        return std::nullopt;
      }
    }
    return range;
  }

  void ranges(MapReader& map, std::string_view key, std::vector<Cidr>& out) {
    for (const yaml::Node& node : map.items(key))
      if (const std::optional<Cidr> range = cidr(node, "a range")) {
        if (key == "internal_public_ranges" && !range->base.is_global())
          complaints_.add(node, "'" + to_string(*range) + "' is no public range; private ranges belong under 'ranges'");
        else if (key == "ranges" && range->base.is_global())
          complaints_.add(node, "'" + to_string(*range) +
                                    "' is a public range; public numbers used inside belong under "
                                    "'internal_public_ranges'");
        else
          out.push_back(*range);
      }
  }

  void zone(const yaml::Node& node) {
    MapReader map(node, "a zone", {"id", "name", "kind", "level", "closed", "criticality", "members"}, complaints_);
    if (!map.valid()) return;
    Zone zone;
    zone.id = id(map, "id", true);
    if (!zone.id.empty() && !zone_ids_.insert(zone.id).second)
      complaints_.add(map.at("id"), "zone '" + zone.id + "' is declared twice; give each zone its own id");
    zone.name = map.text("name");
    if (zone.name.empty()) zone.name = zone.id;
    zone.kind = map.word("kind", kZoneKinds, true);
    zone.level = map.number("level", 0, 5);
    zone.closed = map.flag("closed", false);
    zone.criticality = map.word("criticality", kCriticalities);
    for (const yaml::Node& item : map.items("members")) member(item, zone);
    policy_.zones.push_back(std::move(zone));
  }

  void member(const yaml::Node& node, Zone& zone) {
    MapReader map(node, "a member", {"cidr", "vlan", "mac", "asset"}, complaints_);
    if (!map.valid()) return;
    ZoneMember m;
    if (map.has("cidr")) m.cidr = cidr(map.at("cidr"), "'cidr'");
    if (map.has("vlan")) m.vlan = vlan(map.at("vlan"));
    if (map.has("mac")) {
      const std::string text = half_width(map.text("mac"));
      m.mac = parse_address(text);
      if (!m.mac || !m.mac->is_mac()) {
        complaints_.add(map.at("mac"), "'" + text + "' is no MAC address; write it like 00:1d:9c:c8:13:a1");
        return;
      }
    }
    m.asset = map.text("asset");
    if (!map.has("cidr") && !map.has("vlan") && !map.has("mac") && !map.has("asset"))
      complaints_.add(node, "a member needs one of cidr, vlan, mac or asset");
    if (!m.cidr && !m.vlan && !m.mac && m.asset.empty()) return;
    places_.push_back({policy_.zones.size(), node.mark()});
    members_.push_back(m);
    zone.members.push_back(std::move(m));
  }

  // "20", or "400.12" for an inner tag 12 in an outer tag 400.
  std::optional<std::uint32_t> vlan(const yaml::Node& node) {
    const std::optional<std::string> text = scalar(node, "'vlan'", complaints_);
    if (!text) return std::nullopt;
    const std::size_t dot = text->find('.');
    const auto tag = [](std::string_view part) -> std::optional<std::uint32_t> {
      std::uint32_t value = 0;
      const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
      if (part.empty() || error != std::errc() || end != part.data() + part.size() || value == 0 || value > 4094)
        return std::nullopt;
      return value;
    };
    const std::string_view view = *text;
    const auto outer = tag(view.substr(0, dot));
    const auto inner = dot == std::string::npos ? outer : tag(view.substr(dot + 1));
    if (outer && inner) return dot == std::string::npos ? *outer : *outer * 4096 + *inner;
    complaints_.add(node, "'" + *text + "' is no VLAN; write a number from 1 to 4094, or OUTER.INNER for stacked tags");
    return std::nullopt;
  }

  // Two zones that claim the same hosts: the order in the file would decide, so it is a mistake. A range within another
  // is none, for the narrower one has its hosts; nor is one of a VLAN within the same range of all.
  void overlaps() {
    for (std::size_t b = 0; b < members_.size(); ++b)
      for (std::size_t a = 0; a < b; ++a) {
        if (places_[a].zone == places_[b].zone) continue;
        const ZoneMember &x = members_[a], &y = members_[b];
        const std::string& other = policy_.zones[places_[a].zone].id;
        std::string what;
        if (!x.asset.empty() && x.asset == y.asset) what = "asset '" + y.asset + "'";
        if (x.mac && x.mac == y.mac) what = "MAC " + to_string(*y.mac);
        if (x.cidr && x.cidr == y.cidr && x.vlan == y.vlan) what = "range " + to_string(*y.cidr);
        if (!x.cidr && !y.cidr && x.vlan && x.vlan == y.vlan) what = "VLAN " + std::to_string(*y.vlan);
        if (!what.empty())
          complaints_.add(places_[b].mark,
                          what + " belongs to zone '" + other + "' already; a host can be in one zone only");
      }
  }

  std::string id(MapReader& map, std::string_view key, bool required) {
    const std::string text = map.text(key, required);
    if (text.empty() || is_id(text)) return text;
    complaints_.add(map.at(key), "'" + text + "' is no id; use letters, digits, '-', '_' and '.'");
    return {};
  }

  std::string zone_reference(MapReader& map, std::string_view key, bool required) {
    const std::string text = map.text(key, required);
    if (text.empty() || zone_ids_.contains(text)) return text;
    const std::vector<std::string_view> known(zone_ids_.begin(), zone_ids_.end());
    const std::string advice = did_you_mean(text, known);
    complaints_.add(map.at(key),
                    "unknown zone '" + text + "'" + (advice.empty() ? "; declare it under 'zones'" : advice));
    return text;
  }

  void conduit(const yaml::Node& node) {
    MapReader map(node, "a conduit", {"id", "from", "to", "protocols", "classes", "times"}, complaints_);
    if (!map.valid()) return;
    Conduit conduit;
    conduit.id = id(map, "id", false);
    conduit.from = zone_reference(map, "from", true);
    conduit.to = zone_reference(map, "to", true);
    if (conduit.id.empty()) {
      conduit.id = conduit.from + "-" + conduit.to;
      for (int n = 2; conduit_ids_.contains(conduit.id); ++n)
        conduit.id = conduit.from + "-" + conduit.to + "-" + std::to_string(n);
    }
    if (!conduit_ids_.insert(conduit.id).second)
      complaints_.add(map.at("id"), "conduit '" + conduit.id + "' is declared twice; give each conduit its own id");
    if (!conduit.from.empty() && conduit.from == conduit.to)
      complaints_.add(map.at("to"), "a conduit joins two zones, but both ends are '" + conduit.to + "'");
    for (const yaml::Node& item : map.items("protocols"))
      if (const auto text = scalar(item, "a protocol", complaints_)) {
        if (text->find_first_of(",%") != std::string::npos)
          complaints_.add(item, "'" + *text + "' is no protocol name; write one name per list item");
        else
          protocol(item, *text);
        conduit.protocols.push_back(*text);
      }
    for (const yaml::Node& item : map.items("classes"))
      if (const auto text = scalar(item, "a class", complaints_)) {
        if (std::find(kClasses.begin(), kClasses.end(), *text) == kClasses.end())
          complaints_.add(item,
                          "unknown operation class '" + *text + "'" + did_you_mean(*text, kClasses) +
                              "; known are read, report, write, control, parameter, program, mode, file, identify, "
                              "time, auth, diagnostic, session, other");
        conduit.classes.push_back(*text);
      }
    for (const yaml::Node& item : map.items("times")) times(item, conduit);
    policy_.conduits.push_back(std::move(conduit));
  }

  // One that is never seen would cover nothing, without a word.
  void protocol(const yaml::Node& node, const std::string& name) {
    if (name.empty() || protocols_.empty() || std::find(protocols_.begin(), protocols_.end(), name) != protocols_.end())
      return;
    complaints_.add(node, "unknown protocol '" + name + "'" + did_you_mean(name, protocols_) +
                              "; 'kakoi protocols' names those that are understood");
  }

  // {days: [mon-fri], from: "08:00", to: "17:30"}; from after to: over midnight, into the next day.
  void times(const yaml::Node& node, Conduit& conduit) {
    MapReader map(node, "a time window", {"days", "from", "to"}, complaints_);
    if (!map.valid()) return;
    std::set<int> chosen;
    for (const yaml::Node& item : map.items("days")) days(item, chosen);
    if (!map.has("days"))
      for (int day = 0; day < 7; ++day) chosen.insert(day);
    const auto time = [&](std::string_view key, int absent) -> std::optional<int> {
      if (!map.has(key)) return absent;
      const std::string text = map.text(key);
      const auto value = parse_time(text);
      if (!value) complaints_.add(map.at(key), "'" + text + "' is no time; write it like 08:00, up to 24:00");
      return value;
    };
    const auto from = time("from", 0), to = time("to", kMinutesOfDay);
    if (!from || !to) return;
    if (*from == *to)
      return complaints_.add(node, "a time window begins and ends at the same time; leave both out for the whole day");
    if (*from == kMinutesOfDay)
      return complaints_.add(map.at("from"), "a time window can't begin at 24:00; write 00:00 and the next day");
    for (const int day : chosen) {
      const int midnight = day * kMinutesOfDay, next = (day + 1) % 7 * kMinutesOfDay;
      if (*from < *to) {
        conduit.times.push_back({midnight + *from, midnight + *to});
        continue;
      }
      conduit.times.push_back({midnight + *from, midnight + kMinutesOfDay});
      if (*to > 0) conduit.times.push_back({next, next + *to});
    }
  }

  // "mon", or "mon-fri".
  void days(const yaml::Node& node, std::set<int>& chosen) {
    const auto text = scalar(node, "a day", complaints_);
    if (!text) return;
    const std::size_t dash = text->find('-');
    std::array<int, 2> ends{};
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string word = i == 0 ? text->substr(0, dash) : text->substr(dash == std::string::npos ? 0 : dash + 1);
      const auto day = std::find(kDays.begin(), kDays.end(), word);
      if (day == kDays.end())
        return complaints_.add(node, "'" + word + "' is no day" +
                                         did_you_mean(std::string_view(word).substr(0, 3), kDays) +
                                         "; write mon, tue, wed, thu, fri, sat, sun or mon-fri");
      ends[i] = static_cast<int>(day - kDays.begin());
    }
    for (int day = ends[0];; day = (day + 1) % 7) {
      chosen.insert(day);
      if (day == ends[1]) break;
    }
  }

  void allowed(const yaml::Node& node) {
    MapReader map(node, "an allowed_external entry", {"name", "cidr", "protocol", "port"}, complaints_);
    if (!map.valid()) return;
    AllowedExternal entry;
    entry.name = map.text("name", true);
    if (!entry.name.empty() && !allowed_names_.insert(entry.name).second)
      complaints_.add(map.at("name"),
                      "allowed_external '" + entry.name + "' is declared twice; give each entry its own name");
    entry.protocol = map.text("protocol");
    if (!entry.protocol.empty()) protocol(map.at("protocol"), entry.protocol);
    if (const auto port = map.integer("port", 1, 65535)) entry.port = static_cast<std::uint16_t>(*port);
    if (!map.has("cidr")) {
      complaints_.add(node, "an allowed_external entry needs the key 'cidr'");
    } else if (const auto range = cidr(map.at("cidr"), "'cidr'")) {
      entry.cidr = *range;
      policy_.allowed_external.push_back(std::move(entry));
    }
  }

  void host(const yaml::Node& node, std::string_view key, std::string_view role) {
    const auto text = scalar(node, "an item of '" + std::string(key) + "'", complaints_);
    if (!text) return;
    if (text->empty()) return complaints_.add(node, "an item of '" + std::string(key) + "' is empty");
    const std::string word = half_width(*text);  // names keep their width
    if (text->find('/') != std::string::npos || (word.find('/') != std::string::npos && parse_cidr(word)))
      return complaints_.add(node, "'" + *text + "' is a range; '" + std::string(key) +
                                       "' takes single hosts: an address, a MAC or an asset's name");
    AllowedRole entry{std::string(role), parse_address(word), {}};
    if (!entry.address && looks_like_an_address(word))
      return complaints_.add(node, "'" + *text + "' is no IP or MAC address; correct it");
    if (!entry.address) entry.asset = *text;
    policy_.roles.push_back(std::move(entry));
  }

  void acceptance(const yaml::Node& node) {
    MapReader map(node, "an acceptance", {"rule", "finding", "reason", "approver", "expires"}, complaints_);
    if (!map.valid()) return;
    Acceptance a;
    a.rule = id(map, "rule", false);
    a.finding = map.text("finding");
    std::transform(a.finding.begin(), a.finding.end(), a.finding.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c; });
    if (!map.has("rule") && !map.has("finding")) complaints_.add(node, "an acceptance needs 'rule', 'finding' or both");
    if (map.has("finding") &&
        (a.finding.size() != 16 || a.finding.find_first_not_of("0123456789abcdef") != std::string::npos))
      complaints_.add(map.at("finding"),
                      "'" + a.finding + "' is no finding id; copy the 16 hex digits from the report");
    a.reason = map.text("reason", true);
    a.approver = map.text("approver", true);
    if (const std::string date = map.text("expires"); !date.empty()) {
      constexpr std::int64_t kDay = 86'400, kNano = 1'000'000'000;
      if (const auto days = parse_date(date); days && *days < 106'000)  // the year 2260: what nanoseconds can hold
        a.expires = date, a.expires_ts = ((*days + 1) * kDay - offset_) * kNano;  // through that day at the site
      else
        complaints_.add(map.at("expires"), "'" + date + "' is no date; write it like 2027-03-31");
    }
    policy_.acceptances.push_back(std::move(a));
  }

  void asset(const yaml::Node& node) {
    MapReader map(node, "an asset",
                  {"name", "address", "role", "zone", "vendor", "product", "firmware", "serial", "os", "location",
                   "purpose", "criticality"},
                  complaints_);
    if (!map.valid()) return;
    DeclaredAsset a;
    a.name = map.text("name", true);
    a.place =
        std::filesystem::path(complaints_.origin()).filename().string() + ':' + std::to_string(node.mark().line + 1);
    const std::string text = half_width(map.text("address"));
    a.role = map.text("role");
    if (const auto role = find_role(a.role))
      a.role = *role;
    else if (!a.role.empty())
      complaints_.add(map.at("role"), "unknown role '" + a.role + "'; known are " + role_list());
    a.zone = zone_reference(map, "zone", false);
    a.vendor = map.text("vendor");
    a.product = map.text("product");
    a.firmware = map.text("firmware");
    a.serial = map.text("serial");
    a.os = map.text("os");
    a.location = map.text("location");
    a.purpose = map.text("purpose");
    a.criticality = map.word("criticality", kCriticalities);
    if (const auto address = parse_address(text)) {
      a.address = *address;
      // (address, zone): copied machine cells use the same address in two zones
      if (!asset_addresses_.insert({to_string(*address), a.zone}).second)
        complaints_.add(map.at("address"), "address " + text + " is declared twice; keep one asset for it");
      policy_.assets.push_back(std::move(a));
    } else if (!text.empty()) {
      complaints_.add(map.at("address"), "'" + text + "' is no address; write an IP or MAC address");
    } else if (!map.has("address")) {
      policy_.assets.push_back(std::move(a));  // by its name alone, as a register's row
    }
  }

  struct Place {
    std::size_t zone;
    yaml::Mark mark;
  };
  Complaints complaints_;
  yaml::Node root_;
  std::span<const std::string_view> protocols_;
  Policy policy_;
  int offset_ = 0;
  std::set<std::string> zone_ids_, conduit_ids_, allowed_names_;
  std::set<std::pair<std::string, std::string>> asset_addresses_;
  std::vector<ZoneMember> members_;  // of all zones, with their places
  std::vector<Place> places_;
};

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

}  // namespace

PolicyError::PolicyError(std::vector<std::string> lines)
    : std::runtime_error(joined(lines)), problems(std::move(lines)) {}

bool Policy::declares_ranges() const noexcept {
  return !ranges.empty() || std::any_of(zones.begin(), zones.end(), [](const Zone& zone) {
    return zone.kind != "wan" && std::any_of(zone.members.begin(), zone.members.end(),
                                             [](const ZoneMember& m) { return m.cidr.has_value(); });
  });
}

Policy parse_policy(std::string_view yaml, const std::string& origin, std::span<const std::string_view> protocols) {
  return Loader(yaml, origin, protocols).load();
}

Policy load_policy(const std::filesystem::path& path, std::span<const std::string_view> protocols) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  std::error_code error;
  if (!file || std::filesystem::is_directory(path, error) ||
      !(text << file.rdbuf() || file.peek() == std::ifstream::traits_type::eof()))
    throw PolicyError({path.string() + ": cannot be read; check the name and the permissions"});
  return parse_policy(text.str(), path.string(), protocols);
}

}  // namespace kakoi
