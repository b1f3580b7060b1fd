// Which findings are new, which are fixed, and which the new captures could not have shown again.
#include <algorithm>
#include <map>
#include <set>

#include "reports/diff/diff.h"
#include "reports/findings_order.h"

namespace kakoi {

namespace {

// A capture that is shorter by more than this may have missed what happens once in the old one's time.
constexpr double kAsLong = 0.9;

struct Finding {
  ComparedFinding text;
  std::string peer;
  std::vector<ChangedField> weights;  // name and value, in `before`
};

bool has_table(Database& db, std::string_view name) {
  Statement s = db.prepare("select 1 from sqlite_master where type = 'table' and name = ?1");
  return s.bind(1, name).step();
}

std::set<std::string> words(Database& db, std::string_view sql, std::string_view value) {
  std::set<std::string> found;
  Statement s = db.prepare(sql);
  for (s.bind(1, value); s.step();) found.insert(s.text(0));
  return found;
}
bool any(Database& db, std::string_view sql, std::string_view value) { return !words(db, sql, value).empty(); }

std::vector<Finding> findings_of(Database& db) {
  std::vector<Finding> found;
  Statement packets = db.prepare(
      "select c.source || ':' || p.number from finding_packet f join packet p on p.packet_id = f.packet_id join "
      "capture "
      "c on c.capture_id = p.capture_id where f.finding_id = ?1 order by f.position limit 3");
  Statement s = db.prepare(
      "select f.finding_id, f.rule_id, f.exposure_class, f.severity, f.subject_id, f.peer_id, f.title_en, f.title_ja, "
      "f.detail_en, f.detail_ja, f.confidence, f.accepted, coalesce(a.name, z.name, f.subject_id) || coalesce(' / ' || "
      "p.name, '') from finding f left join asset a on a.asset_id = f.subject_id left join zone z on z.zone_id = "
      "f.subject_id left join asset p on p.asset_id = f.peer_id " +
      std::string(kFindingOrder));
  while (s.step()) {
    Finding& f = found.emplace_back();
    ComparedFinding& t = f.text;
    t.id = s.text(0);
    t.rule = s.text(1);
    t.exposure_class = s.text(2);
    t.severity = s.text(3);
    t.subject_id = s.text(4);
    f.peer = s.text(5);
    t.title = {s.text(6), s.text(7)};
    t.detail = {s.text(8), s.text(9)};
    t.subject = {s.text(12), s.text(12)};
    f.weights = {{"severity", s.text(3), {}}, {"confidence", s.text(10), {}}, {"accepted", s.text(11), {}}};
    for (packets.bind(1, t.id); packets.step();) t.packets.push_back(packets.text(0));
    packets.reset();
  }
  return found;
}

class Judge {
 public:
  Judge(Database& before, Database& after, const Diff& diff) : before_(before), after_(after), diff_(diff) {}

  void gone(Finding& f) {
    ComparedFinding& t = f.text;
    if (Text text = not_run(t); !text.en.empty()) return say(t, FindingChange::not_observable, std::move(text));
    if (t.exposure_class == "capture-blind-spot") return blind_spot(t);
    const std::vector<std::string> named = devices(f);
    if (Text text = declared(t, named); !text.en.empty()) return say(t, FindingChange::declared, std::move(text));
    if (t.exposure_class == "declared-asset-not-seen")
      return say(t, FindingChange::fixed, {"The device was seen in the newer survey.", "今回の調査で機器を観測した。"});
    Text lacks;
    const auto add = [&](const Text& text) {
      lacks.en += (lacks.en.empty() ? "" : " ") + text.en;
      lacks.ja += text.ja;
    };
    if (diff_.after.covered_s < diff_.before.covered_s * kAsLong)
      add({"The newer survey is shorter than the older.", "今回の観測時間が前回より短い。"});
    if (const Text text = not_in_view(f, named); !text.en.empty()) add(text);
    for (const Text& text : unmet(t.exposure_class)) add(text);
    if (!lacks.en.empty()) return say(t, FindingChange::not_observable, std::move(lacks));
    say(t, FindingChange::fixed,
        {"Looked for by the same rule with all that it needs in view, and not found again.",
         "同じルールで、必要な観測条件がそろった状態で調べ、再び見つからなかった。"});
  }

 private:
  static void say(ComparedFinding& t, FindingChange change, Text reason) {
    t.change = change;
    t.reason = std::move(reason);
  }

  // The same question must have been asked.
  Text not_run(const ComparedFinding& t) {
    const char* query = "select query from evaluated_rule where rule_id = ?1";
    if (!has_table(before_, "evaluated_rule") || !has_table(after_, "evaluated_rule"))
      return {"One of the inventories does not say which rules were run: assess it again with this version.",
              "一方のインベントリに実行したルールの記録がない。現在の版で再評価（assess）が必要。"};
    const std::set<std::string> then = words(before_, query, t.rule), now = words(after_, query, t.rule);
    if (now.empty()) return {"Its rule was not run on the newer inventory.", "今回は、このルールを実行していない。"};
    if (then != now)
      return {"Its rule has changed since: assess the older inventory again with the newer rules, then compare.",
              "ルールがその後変更されている。前回のインベントリを新しいルールで再評価（assess）してから比較する必要があ"
              "る。"};
    return {};
  }

  void blind_spot(ComparedFinding& t) {
    const auto level = words(after_, "select level from coverage where metric = ?1", t.subject_id);
    if (level.contains("ok") || level.contains("info"))
      say(t, FindingChange::fixed,
          {"Measured again, and the capture is no longer limited by it.", "今回も測定し、観測の制約に当たらない。"});
    else
      say(t, FindingChange::not_observable, {"Not measured in the newer survey.", "今回は測定できていない。"});
  }

  std::vector<std::string> devices(const Finding& f) {
    std::set<std::string> named = words(before_, "select asset_id from finding_asset where finding_id = ?1", f.text.id);
    named.insert(f.text.subject_id);
    named.insert(f.peer);
    return {named.begin(), named.end()};
  }

  // What the policy says of a device, if the rule looks at it. Only what it says more than before explains anything.
  Text declared(const ComparedFinding& t, const std::vector<std::string>& named) {
    const std::set<std::string> sql = words(after_, "select query from evaluated_rule where rule_id = ?1", t.rule);
    const auto reads = [&](std::string_view table) {
      return !table.empty() && sql.begin()->find(table) != std::string::npos;
    };
    struct Fact {
      std::string_view table, other;  // "" no other
      const char* sql;
    };
    static constexpr Fact facts[] = {
        {"allowed_external", "", "select 'x' from allowed_external_member where asset_id = ?1"},
        {"allowed_role", "allowed_address", "select role from allowed_role where asset_id = ?1"},
        {"declared_asset", "register_device",
         "select d.address from declared_address d join address a on a.value = d.address where a.asset_id = ?1"},
        {"address_range", "",
         "select r.address from address_range r join address a on a.value = r.address where a.asset_id = ?1 and "
         "r.declared = 1"},
        {"conduit", "",
         "select c.from_zone || ' ' || c.to_zone || ' ' || c.protocols || ' ' || c.classes from conduit c join "
         "zone_member m on m.zone_id in (c.from_zone, c.to_zone) where m.asset_id = ?1"},
        {"zone", "",
         "select z.kind || ' ' || z.closed from zone z join zone_member m on m.zone_id = z.zone_id where m.asset_id = "
         "?1 and z.source = 'declared'"},
    };
    for (const Fact& fact : facts) {
      if (!reads(fact.table) && !reads(fact.other)) continue;
      for (const std::string& asset : named) {
        const std::set<std::string> then = words(before_, fact.sql, asset), now = words(after_, fact.sql, asset);
        if (!std::includes(then.begin(), then.end(), now.begin(), now.end()))
          return {
              "The policy declares more than before about what it spoke of, so that the rule no longer applies. That "
              "is no proof of a change on site.",
              "ポリシーの申告が前回から増え、ルールの対象外となった。現場が変わったことの証明ではない。"};
      }
    }
    if (t.exposure_class == "declared-asset-not-seen" &&
        !any(after_, "select 1 from declared_asset where ?1 in (name, address)", t.subject_id))
      return {"The policy no longer names the device.", "ポリシーから機器の記載がなくなった。"};
    return {};
  }

  // Where the finding's device is not seen as it was, silence about it says nothing.
  Text not_in_view(const Finding& f, const std::vector<std::string>& named) {
    const char* site = "select scope from asset where asset_id = ?1 and scope in ('local', 'remote')";
    std::vector<std::string> anchors;
    if (any(before_, site, f.text.subject_id)) {
      anchors.push_back(f.text.subject_id);
    } else {
      std::copy_if(named.begin(), named.end(), std::back_inserter(anchors),
                   [&](const std::string& asset) { return any(before_, site, asset); });
    }
    Text why;
    for (const std::string& asset : anchors) {
      why = hidden(asset);
      if (why.en.empty()) return {};
    }
    if (!anchors.empty()) return why;
    if (f.text.subject_id.starts_with("VLAN ")) {
      const std::string tag = f.text.subject_id.substr(5);
      if (tag.find_first_not_of("0123456789") == std::string::npos &&
          !any(after_, "select 1 from address where vlan = cast(?1 as integer)", tag))
        return {"Its VLAN was not seen.", "対象のVLANが観測されていない。"};
    }
    return {};
  }

  Text hidden(const std::string& asset) {
    const char* scope = "select scope from asset where asset_id = ?1";
    const char* sent = "select value from address where asset_id = ?1 and bound_by <> 'destination only'";
    const char* vlans = "select vlan from address where asset_id = ?1 and vlan is not null";
    if (!any(after_, sent, asset))
      return {"The device was not seen: it may be removed, off, or outside the capture.",
              "対象の機器が観測されていない（撤去、停止、又は観測範囲外）。"};
    if (words(before_, scope, asset).contains("local") && !words(after_, scope, asset).contains("local"))
      return {"The device was seen from behind a router only.", "対象の機器はルータ越しにしか観測されていない。"};
    const std::set<std::string> then = words(before_, vlans, asset), now = words(after_, vlans, asset);
    if (!then.empty() && !now.empty() &&
        std::none_of(then.begin(), then.end(), [&](const std::string& v) { return now.contains(v); }))
      return {"The device was seen in other VLANs than before.", "対象の機器が前回と異なるVLANで観測されている。"};
    return {};
  }

  // The minimum observation of the class, in the newer inventory.
  std::vector<Text> unmet(const std::string& exposure_class) {
    std::vector<Text> missing;
    Statement s = after_.prepare(
        "select r.met, r.missing_en, r.missing_ja from contract c join requirement r on r.requirement = c.requirement "
        "where c.exposure_class = ?1 order by r.requirement");
    bool has_contract = false;
    for (s.bind(1, exposure_class); s.step();) {
      has_contract = true;
      if (s.integer(0) == 0) missing.push_back({s.text(1), s.text(2)});
    }
    if (!has_contract)
      missing.push_back({"It is not known what must be in view for it.", "必要な観測条件が定められていない。"});
    return missing;
  }

  Database &before_, &after_;
  const Diff& diff_;
};

}  // namespace

std::string_view to_string(FindingChange value) noexcept {
  static constexpr std::string_view names[] = {"new", "not_observable", "declared", "fixed", "unchanged"};
  return names[static_cast<std::size_t>(value)];
}

std::vector<ComparedFinding> compare_findings(Database& before, Database& after, const Diff& diff) {
  std::vector<Finding> then = findings_of(before), now = findings_of(after);
  std::map<std::string_view, const Finding*> old;
  for (const Finding& f : then) old.emplace(f.text.id, &f);
  std::set<std::string> still;
  std::vector<ComparedFinding> compared;
  for (Finding& f : now) {
    const auto found = old.find(f.text.id);
    if (found == old.end()) {
      f.text.change = FindingChange::appeared;
    } else {
      still.insert(f.text.id);
      for (std::size_t i = 0; i < f.weights.size(); ++i) {
        const std::string &was = found->second->weights[i].before, &is = f.weights[i].before;
        if (was != is) f.text.fields.push_back({f.weights[i].name, was, is});
      }
    }
    compared.push_back(std::move(f.text));
  }
  Judge judge(before, after, diff);
  for (Finding& f : then) {
    if (still.contains(f.text.id)) continue;
    judge.gone(f);
    compared.push_back(std::move(f.text));
  }
  std::stable_sort(compared.begin(), compared.end(),
                   [](const ComparedFinding& a, const ComparedFinding& b) { return a.change < b.change; });
  return compared;
}

std::size_t Diff::count(FindingChange change) const noexcept {
  return static_cast<std::size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const ComparedFinding& f) { return f.change == change; }));
}

}  // namespace kakoi
