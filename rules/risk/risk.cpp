#include "rules/risk/risk.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kakoi {

namespace {

struct Weight {
  std::string_view word;
  int factor;
};
template <std::size_t n>
constexpr int weight(const std::array<Weight, n>& weights, std::string_view word, int otherwise) noexcept {
  for (const Weight& w : weights)
    if (w.word == word) return w.factor;
  return otherwise;
}

constexpr std::array<Weight, 5> kSeverityWeights = {
    {{"critical", 100}, {"high", 75}, {"medium", 50}, {"low", 25}, {"info", 10}}};
constexpr std::array<Weight, 4> kCriticalityWeights = {{{"critical", 100}, {"high", 80}, {"medium", 55}, {"low", 30}}};
constexpr std::array<int, 4> kOutside = {100, 100, 80, 60};  // by hops
constexpr int kFarOutside = 50;
constexpr std::array<int, 3> kIt = {70, 70, 55};
constexpr int kFarIt = 45;
constexpr int kNoPathSeen = 30;  // none was observed, which is not the same as none

// What a device is tells how much depends on it, where the policy does not say: the roles of docs/inventory.md.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kRoles = {{{"plc", "high"},
                                                                                   {"rtu", "high"},
                                                                                   {"ied", "high"},
                                                                                   {"ot_device", "high"},
                                                                                   {"scada_server", "high"},
                                                                                   {"engineering_station", "high"},
                                                                                   {"hmi", "medium"},
                                                                                   {"historian", "medium"},
                                                                                   {"gateway", "medium"},
                                                                                   {"router", "medium"},
                                                                                   {"firewall", "medium"},
                                                                                   {"switch", "medium"},
                                                                                   {"server", "medium"},
                                                                                   {"workstation", "low"},
                                                                                   {"printer", "low"},
                                                                                   {"camera", "low"},
                                                                                   {"mobile", "low"}}};

struct Device {
  std::string id, scope, role, zone, zone_kind;
  std::optional<double> level;
  bool is_ot = false, is_it = false;
  bool is_site() const noexcept { return scope == "local" || scope == "remote"; }
};

struct Way {
  std::optional<int> hops;
  std::optional<std::size_t> next;
};

struct Criticality {
  std::string word;
  std::string_view source;
};

class Reach {
 public:
  explicit Reach(Database& db) : db_(db) {
    Statement s = db_.prepare(
        "select a.asset_id, a.scope, a.role, coalesce(a.zone_id, ''), coalesce(z.kind, ''), a.purdue_level, a.is_ot, "
        "a.is_it from asset a left join zone z on z.zone_id = a.zone_id "
        "where a.scope in ('local', 'remote', 'internet') order by a.asset_id");
    while (s.step()) {
      place_.emplace(s.text(0), devices_.size());
      Device& d = devices_.emplace_back();
      d.id = s.text(0);
      d.scope = s.text(1);
      d.role = s.text(2);
      d.zone = s.text(3);
      d.zone_kind = s.text(4);
      if (!s.is_null(5)) d.level = s.real(5);
      d.is_ot = s.integer(6) != 0;
      d.is_it = s.integer(7) != 0;
    }
    neighbours_.resize(devices_.size());
    // A session carries octets both ways, so whoever holds one end reaches the other. one_way: the other side talked,
    // too, but was not captured.
    for (Statement link = db_.prepare(
             "select distinct client_id, server_id from link where client_id <> server_id and (state in "
             "('established', 'one_way') or (state = 'datagram' and packets_to_server > 0 and packets_to_client > 0))");
         link.step();) {
      const auto a = place_.find(link.text(0)), b = place_.find(link.text(1));
      if (a == place_.end() || b == place_.end()) continue;
      neighbours_[a->second].push_back(b->second);
      neighbours_[b->second].push_back(a->second);
    }
    for (std::vector<std::size_t>& list : neighbours_) std::sort(list.begin(), list.end());
  }

  void write() {
    std::map<std::pair<std::string, std::string>, std::string> declared;  // the highest that is declared
    for (Statement s = db_.prepare("select kind, subject_id, criticality from declared_criticality"); s.step();) {
      std::string& word = declared[{s.text(0), s.text(1)}];
      if (word.empty() || criticality_factor(s.view(2)) > criticality_factor(word)) word = s.text(2);
    }
    const std::vector<Way> outside = ways([](const Device& d) { return d.scope == "internet" || d.zone_kind == "wan"; },
                                          [](const Device&) { return true; });
    const std::vector<Way> it = ways([](const Device& d) { return d.is_site() && d.zone_kind == "it"; },
                                     [](const Device& d) { return d.is_site(); });
    Statement row = db_.prepare("insert into reach values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    products_.resize(devices_.size());
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      if (!devices_[i].is_site()) continue;
      const int exposure = exposure_factor(outside[i].hops, it[i].hops);
      const Criticality criticality = criticality_of(devices_[i], declared);
      const int weight = criticality_factor(criticality.word);
      products_[i] = {exposure, weight};
      row.bind(1, devices_[i].id).bind(2, outside[i].hops);
      bind_next(row, 3, outside[i]);
      row.bind(4, it[i].hops);
      bind_next(row, 5, it[i]);
      row.bind(6, exposure).bind(7, criticality.word).bind(8, criticality.source).bind(9, weight).run();
    }
  }

  // Of the devices of the site among these, the one of the largest exposure × criticality, the first by id among equals.
  std::optional<std::size_t> worst(const std::vector<std::string>& ids) const {
    std::optional<std::size_t> found;
    for (const std::string& id : ids) {
      const auto at = place_.find(id);
      if (at == place_.end() || !devices_[at->second].is_site()) continue;
      const auto product = [&](std::size_t i) { return products_[i].first * products_[i].second; };
      if (!found || product(at->second) > product(*found) ||
          (product(at->second) == product(*found) && at->second < *found))
        found = at->second;
    }
    return found;
  }
  const std::string& id(std::size_t i) const noexcept { return devices_[i].id; }
  std::pair<int, int> factors(std::size_t i) const noexcept { return products_[i]; }  // exposure, criticality

 private:
  template <typename Source, typename Through>
  std::vector<Way> ways(Source is_source, Through passes) const {
    std::vector<Way> found(devices_.size());
    std::vector<std::size_t> front;
    for (std::size_t i = 0; i < devices_.size(); ++i)
      if (is_source(devices_[i])) {
        found[i].hops = 0;
        front.push_back(i);
      }
    for (int hops = 1; !front.empty(); ++hops) {
      std::vector<std::size_t> further;
      for (const std::size_t i : front)
        for (const std::size_t n : neighbours_[i])
          if (!found[n].hops && passes(devices_[n])) {
            found[n].hops = hops;
            further.push_back(n);
          }
      front = std::move(further);
    }
    for (std::size_t i = 0; i < devices_.size(); ++i) {
      if (found[i].hops.value_or(0) == 0) continue;
      for (const std::size_t n : neighbours_[i])
        if (found[n].hops && *found[n].hops + 1 == *found[i].hops) {
          found[i].next = n;
          break;
        }
    }
    return found;
  }

  void bind_next(Statement& row, int index, const Way& way) const {
    way.next ? row.bind(index, devices_[*way.next].id) : row.bind(index, nullptr);
  }

  static Criticality criticality_of(const Device& d,
                                    const std::map<std::pair<std::string, std::string>, std::string>& declared) {
    if (const auto own = declared.find({"asset", d.id}); own != declared.end()) return {own->second, "declared asset"};
    if (const auto zone = declared.find({"zone", d.zone}); zone != declared.end())
      return {zone->second, "declared zone"};
    if (d.zone_kind == "safety") return {"critical", "zone kind"};
    const auto role = std::find_if(kRoles.begin(), kRoles.end(), [&](const auto& r) { return r.first == d.role; });
    if (role != kRoles.end()) return {std::string(role->second), "role"};
    if (d.level) return {*d.level <= 1 ? "high" : *d.level < 4 ? "medium" : "low", "level"};
    if (d.is_ot) return {"medium", "protocols"};
    if (d.is_it) return {"low", "protocols"};
    return {std::string(kUnknownCriticality), "unknown"};
  }

  Database& db_;
  std::vector<Device> devices_;  // by id
  std::map<std::string, std::size_t, std::less<>> place_;
  std::vector<std::vector<std::size_t>> neighbours_;
  std::vector<std::pair<int, int>> products_;
};

}  // namespace

int severity_factor(std::string_view severity) noexcept { return weight(kSeverityWeights, severity, 10); }

int criticality_factor(std::string_view criticality) noexcept { return weight(kCriticalityWeights, criticality, 55); }

int exposure_factor(std::optional<int> hops_outside, std::optional<int> hops_it) noexcept {
  const auto by = [](const auto& factors, int far, std::optional<int> hops) {
    if (!hops) return kNoPathSeen;
    return static_cast<std::size_t>(*hops) < factors.size() ? factors[static_cast<std::size_t>(*hops)] : far;
  };
  return std::max(by(kOutside, kFarOutside, hops_outside), by(kIt, kFarIt, hops_it));
}

int score_in_tenths(int severity, int confidence, int exposure, int criticality) noexcept {
  return (severity * confidence * exposure * criticality + 50'000) / 100'000;
}

void write_risk(Database& db) {
  Reach reach(db);
  reach.write();
  Statement named = db.prepare(
      "select subject_id from finding where finding_id = ?1 union select peer_id from finding where finding_id = ?1 "
      "union select asset_id from finding_asset where finding_id = ?1");
  Statement row = db.prepare("insert into risk values (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  for (Statement s = db.prepare("select finding_id, severity, confidence from finding order by finding_id");
       s.step();) {
    std::vector<std::string> ids;
    for (named.bind(1, s.view(0)); named.step();) ids.push_back(named.text(0));
    named.reset();
    const auto worst = reach.worst(ids);
    const auto [exposure, criticality] =
        worst ? reach.factors(*worst) : std::pair(kNoPathSeen, criticality_factor(kUnknownCriticality));
    const int severity = severity_factor(s.view(1)), confidence = static_cast<int>(s.integer(2));
    const int tenths = score_in_tenths(severity, confidence, exposure, criticality);
    row.bind(1, s.view(0)).bind(2, tenths / 10.0).bind(3, severity).bind(4, confidence).bind(5, exposure);
    row.bind(6, criticality);
    worst ? row.bind(7, reach.id(*worst)) : row.bind(7, nullptr);
    row.run();
  }
}

}  // namespace kakoi
