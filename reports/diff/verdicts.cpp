// The verdict on each control then and now. Less in view, and more declared or accepted, are no improvement of a plant.
#include <algorithm>
#include <map>
#include <set>

#include "reports/diff/diff.h"

namespace kakoi {

namespace {

constexpr std::int64_t kFullConfidence = 50;  // as rules/verdict counts a finding fully

bool has_table(Database& db, std::string_view name) {
  Statement s = db.prepare("select 1 from sqlite_master where type = 'table' and name = ?1");
  return s.bind(1, name).step();
}

int rank(std::string_view verdict) { return verdict == "not_met" ? 0 : verdict == "partly" ? 1 : 2; }

// Why verdicts are better: by what happened to the findings that decided the old ones.
class Improvements {
 public:
  Improvements(Database& before, Database& after, const std::vector<ComparedFinding>& findings)
      : policy_changed_(policy(before) != policy(after)) {
    for (const ComparedFinding& f : findings) now_.emplace(f.id, &f);
    const std::set<std::string> then = met(before), now = met(after);
    std::set_symmetric_difference(then.begin(), then.end(), now.begin(), now.end(),
                                  std::inserter(conditions_, conditions_.end()));
    if (has_table(before, "verdict_check")) read(before);
  }

  std::string_view word(const ComparedControl& c) const {
    const auto findings = against_.find({c.framework, c.control});
    std::set<std::string_view> causes;
    if (findings != against_.end())
      for (const Against& f : findings->second)
        if (decided(f, c)) causes.insert(cause(f, c));
    for (const std::string_view most : {"by_observation", "by_declaration", "better"})
      if (causes.contains(most)) return most;
    return "reweighed";
  }

 private:
  struct Against {
    std::string id;
    bool strong, accepted, sure;
  };

  static std::string policy(Database& db) { return db.text("select value from meta where key = 'policy'"); }

  static std::set<std::string> met(Database& db) {
    std::set<std::string> names;
    if (!has_table(db, "requirement")) return names;
    for (Statement s = db.prepare("select requirement from requirement where met = 1"); s.step();)
      names.insert(s.text(0));
    return names;
  }

  void read(Database& before) {
    Statement s = before.prepare(
        "select v.framework, v.control, f.finding_id, v.strength = 'strong', f.accepted, f.confidence from "
        "verdict_check v join finding f on f.exposure_class = v.exposure_class where v.direction = 'against' and "
        "v.strength <> 'weak' and v.state in ('against', 'accepted') order by f.finding_id");
    while (s.step())
      against_[{s.text(0), s.text(1)}].push_back(
          {s.text(2), s.integer(3) != 0, s.integer(4) != 0, s.integer(5) >= kFullConfidence});
  }

  // Strong evidence alone makes a control not met; whatever speaks against it keeps it from being supported.
  static bool decided(const Against& f, const ComparedControl& c) {
    return c.after == "supported" || (f.strong && f.sure && !f.accepted);
  }

  std::string_view cause(const Against& f, const ComparedControl& c) const {
    const auto found = now_.find(f.id);
    if (found == now_.end()) return "by_observation";
    switch (found->second->change) {
      case FindingChange::fixed:
        return "better";
      case FindingChange::declared:
        return "by_declaration";
      case FindingChange::not_observable:
      case FindingChange::appeared:
        return "by_observation";
      case FindingChange::unchanged:
        break;
    }
    return weighed(*found->second, c);
  }

  // Still there, and no longer what it was: accepted, less certain, or compared with another declaration. "" where it
  // weighs as before, so that it did not decide.
  std::string_view weighed(const ComparedFinding& f, const ComparedControl& c) const {
    for (const ChangedField& field : f.fields) {
      if (field.name == "accepted") return "by_declaration";
      if (field.name == "confidence" && c.after == "partly")
        return policy_changed_ ? "by_declaration" : "by_observation";
    }
    for (const std::string& name : conditions_)
      if (name.starts_with("declared-")) return "by_declaration";
    return conditions_.contains("control-network-in-view") ? "by_observation" : "";
  }

  bool policy_changed_;
  std::set<std::string> conditions_;  // requirements that one survey meets alone
  std::map<std::string_view, const ComparedFinding*> now_;
  std::map<std::pair<std::string, std::string>, std::vector<Against>> against_;
};

std::string_view change_of(const ComparedControl& c, const Improvements& improvements) {
  if (c.before == c.after) return "same";
  if (c.before.empty()) return "added";
  if (c.after.empty()) return "removed";
  if (c.after == "not_observable") return "no_longer_observable";
  if (c.before == "not_observable") return "now_observable";
  return rank(c.after) < rank(c.before) ? "worse" : improvements.word(c);
}

}  // namespace

std::vector<ComparedControl> compare_controls(Database& before, Database& after,
                                              const std::vector<ComparedFinding>& findings) {
  constexpr const char* kVerdicts =
      "select v.framework, v.control, v.title, f.name_en, f.name_ja, v.topic_en, v.topic_ja, v.verdict, v.reason, "
      "v.reason_ja from verdict v join framework f on f.framework = v.framework order by v.framework, v.position";
  std::vector<ComparedControl> controls;
  std::map<std::pair<std::string, std::string>, std::size_t> place;
  const auto read = [&](Database& db, std::string ComparedControl::*verdict, Text ComparedControl::*reason) {
    if (!has_table(db, "verdict")) return;
    for (Statement s = db.prepare(kVerdicts); s.step();) {
      const auto [at, fresh] = place.try_emplace({s.text(0), s.text(1)}, controls.size());
      if (fresh) {
        ComparedControl& c = controls.emplace_back();
        c.framework = s.text(0);
        c.control = s.text(1);
        c.title = s.text(2);
        c.framework_name = {s.text(3), s.text(4)};
        c.topic = {s.text(5), s.text(6)};
      }
      controls[at->second].*verdict = s.text(7);
      controls[at->second].*reason = {s.text(8), s.text(9)};
    }
  };
  read(after, &ComparedControl::after, &ComparedControl::reason_after);
  read(before, &ComparedControl::before, &ComparedControl::reason_before);
  std::stable_sort(controls.begin(), controls.end(),
                   [](const ComparedControl& a, const ComparedControl& b) { return a.framework < b.framework; });
  const Improvements improvements(before, after, findings);
  for (ComparedControl& c : controls) c.change = change_of(c, improvements);
  return controls;
}

}  // namespace kakoi
