#include "rules/verdict/verdicts.h"

#include <algorithm>
#include <map>

namespace kakoi {

namespace {

// What the inventory says of one exposure class.
struct ClassState {
  std::int64_t sure = 0, unsure = 0, accepted = 0;  // findings; unsure: of little confidence
  bool has_rule = false, undeclared = false;
  std::vector<const Requirement*> missing;
  const Otherwise* otherwise = nullptr;  // set: what the class speaks of is not in view
};
using ClassStates = std::map<std::string_view, ClassState>;

struct Check {
  const Mapping* mapping;
  const ClassState* state;
  const Contract* contract;
  std::int64_t findings() const noexcept { return state->sure + state->unsure; }
  // Of the findings that nobody accepted; nothing if there is none.
  std::optional<Strength> evidence() const noexcept {
    if (findings() == 0) return std::nullopt;
    if (state->sure != 0 && !state->undeclared && !state->otherwise) return mapping->strength;
    return mapping->strength == Strength::strong ? Strength::moderate : Strength::weak;
  }
  const Text& title() const noexcept { return state->otherwise ? state->otherwise->title : contract->title; }
  const Text& rationale() const noexcept {
    return state->otherwise && findings() != 0 ? state->otherwise->rationale : mapping->rationale;
  }
};

// A list in a sentence.
class Listed {
 public:
  void add(const Text& text) {
    if (std::find(seen_.begin(), seen_.end(), text.en) != seen_.end()) return;
    seen_.push_back(text.en);
    list_.en += (list_.en.empty() ? "" : "; ") + text.en;
    list_.ja += (list_.ja.empty() ? "" : "、") + text.ja;
  }
  bool empty() const noexcept { return seen_.empty(); }
  const Text& text() const noexcept { return list_; }

 private:
  std::vector<std::string> seen_;
  Text list_;
};

struct Verdict {
  std::string_view word;
  Text reason;
};

Text counted(const Check& check, std::int64_t n) {
  const std::string number = std::to_string(n);
  return {check.title().en + " (" + number + ")", check.title().ja + "（" + number + "件）"};
}

// Why silence says nothing.
void add_gaps(const Check& check, Listed& gaps) {
  if (!check.state->has_rule)
    gaps.add({"no rule looks for: " + check.contract->title.en, "検出ルールのない項目: " + check.contract->title.ja});
  for (const Requirement* requirement : check.state->missing) gaps.add(requirement->change);
}

// What was found, where nothing in view is what the control speaks of.
Listed found_elsewhere(const std::vector<Check>& checks) {
  Listed found;
  for (const Check& check : checks)
    if (const std::int64_t n = check.findings() + check.state->accepted; !check.mapping->supports && n != 0)
      found.add(counted(check, n));
  return found;
}

// `lacking`: what the control speaks of, if that is not in view.
Verdict judge(const Control& control, const std::vector<Check>& checks, const Requirement* lacking) {
  Listed strong, some, hints, accepted, clear, gaps;
  if (lacking) {
    if (const Listed found = found_elsewhere(checks); !found.empty())
      return {"not_observable",
              {lacking->missing.en + " Found, and not shown to concern one: " + found.text().en +
                   ". Needed: " + lacking->change.en + ".",
               lacking->missing.ja + "次の項目がこれに関わるかは判断できない: " + found.text().ja +
                   "。必要な条件: " + lacking->change.ja + "。"}};
    gaps.add(lacking->change);
  }
  for (const Check& check : checks) {
    if (check.mapping->supports) continue;
    if (const auto evidence = check.evidence()) {
      Listed& list = *evidence == Strength::strong && control.may_be_not_met ? strong
                     : *evidence != Strength::weak                           ? some
                                                                             : hints;
      list.add(counted(check, check.findings()));
    } else if (check.state->accepted != 0 && check.mapping->strength != Strength::weak) {
      accepted.add(counted(check, check.state->accepted));
    } else if (check.mapping->strength != Strength::weak) {
      add_gaps(check, gaps);
      clear.add(check.contract->title);
    }
  }
  const auto say = [](const char* en, const char* ja, const Listed& list, const char* en_end = ".",
                      const char* ja_end = "。") {
    return Text{en + list.text().en + en_end, ja + list.text().ja + ja_end};
  };
  if (!strong.empty()) return {"not_met", say("Evidence against it: ", "反する証拠: ", strong)};
  if (!some.empty())
    return {"partly", say("Speaks against it but cannot settle it: ", "反する兆候（確定には至らない）: ", some)};
  if (!accepted.empty()) return {"partly", say("Recorded exceptions: ", "受容済みの例外: ", accepted)};
  if (!hints.empty()) return {"not_observable", say("Hints only: ", "手掛かりのみ: ", hints)};
  if (checks.empty())
    return {"not_observable",
            {"No observation of this program bears on it.", "本ツールの観測項目に対応するものがありません。"}};
  if (clear.empty() || !control.may_be_supported)
    return {"not_observable",
            {"Nothing against it was seen, and traffic alone cannot confirm it.",
             "反する事実は観測されていませんが、通信の観測だけでは確認できません。"}};
  if (!gaps.empty())
    return {"not_observable",
            say("The captures could not have shown it. Needed: ", "この観測では判断できません。必要な条件: ", gaps)};
  return {"supported",
          say("Not seen, though the captures could have shown it: ", "観測できる条件で見つからなかった項目: ", clear)};
}

const char* state_word(const Check& check, bool lacking) {
  if (lacking && check.findings() + check.state->accepted != 0) return "undetermined";
  if (check.mapping->supports) return check.findings() != 0 ? "supports" : "nothing";
  if (const auto evidence = check.evidence()) return *evidence == Strength::weak ? "hint" : "against";
  if (check.state->accepted != 0) return "accepted";
  if (!check.state->has_rule) return "no_rule";
  return check.state->missing.empty() && !lacking ? "clear" : "not_in_view";
}

void clear(Database& db) {
  for (const char* table : {"verdict_check", "verdict", "contract", "requirement", "framework_source", "framework"})
    db.execute(std::string("delete from ") + table);
}

std::map<std::string_view, bool> write_requirements(Database& db, const Catalogue& catalogue) {
  std::map<std::string_view, bool> met;
  Statement row = db.prepare("insert into requirement values (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  for (const Requirement& r : catalogue.requirements) {
    try {
      Statement query = db.prepare(r.query);
      const bool found = query.step();
      met[r.id] = found && query.integer(0) != 0;
      row.bind(1, r.id).bind(2, met[r.id]).bind(3, found ? query.text(1) : std::string());
    } catch (const DatabaseError& error) {
      throw RuleError({"requirement '" + r.id + "': " + error.what()});
    }
    row.bind(4, r.missing.en).bind(5, r.missing.ja).bind(6, r.change.en).bind(7, r.change.ja).run();
  }
  return met;
}

ClassStates write_contracts(Database& db, const Catalogue& catalogue, const RuleSet& rules,
                            const std::map<std::string_view, bool>& met) {
  ClassStates states;
  for (const Rule& rule : rules.rules())
    for (const std::string_view name : kExposureClasses)
      if (name == rule.exposure_class) states[name].has_rule = true;
  Statement row = db.prepare("insert into contract values (?1, ?2)");
  for (const Contract& contract : catalogue.contracts) {
    ClassState& state = states[contract.exposure_class];
    state.undeclared = !contract.declaration.empty() && !met.at(contract.declaration);
    if (contract.otherwise && !met.at(contract.otherwise->needs)) state.otherwise = &*contract.otherwise;
    for (const Requirement& r : catalogue.requirements) {
      if (std::find(contract.requirements.begin(), contract.requirements.end(), r.id) == contract.requirements.end())
        continue;
      row.bind(1, contract.exposure_class).bind(2, r.id).run();
      if (!met.at(r.id)) state.missing.push_back(&r);
    }
  }
  Statement found =
      db.prepare("select exposure_class, accepted, confidence >= ?1, count(*) from finding group by 1, 2, 3");
  for (found.bind(1, kFullConfidence); found.step();) {
    const auto state = states.find(found.view(0));
    if (state == states.end()) continue;
    const std::int64_t n = found.integer(3);
    (found.integer(1) != 0   ? state->second.accepted
     : found.integer(2) != 0 ? state->second.sure
                             : state->second.unsure) += n;
  }
  return states;
}

}  // namespace

void write_verdicts(Database& db, const Catalogue& catalogue, const RuleSet& rules) {
  clear(db);
  const std::map<std::string_view, bool> met = write_requirements(db, catalogue);
  const ClassStates states = write_contracts(db, catalogue, rules, met);
  std::map<std::pair<std::string_view, std::string_view>, std::vector<Check>> checks;
  for (const Mapping& m : catalogue.mappings) {
    const auto contract = std::find_if(catalogue.contracts.begin(), catalogue.contracts.end(),
                                       [&](const Contract& c) { return c.exposure_class == m.exposure_class; });
    for (const auto& [framework, control] : m.controls)
      checks[{framework, control}].push_back({&m, &states.at(contract->exposure_class), &*contract});
  }
  Statement framework_row =
      db.prepare("insert into framework values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
  Statement source_row = db.prepare("insert into framework_source values (?1, ?2, ?3, ?4)");
  Statement verdict_row =
      db.prepare("insert into verdict values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)");
  Statement check_row = db.prepare("insert into verdict_check values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  for (const Framework& f : catalogue.frameworks) {
    const auto cited =
        std::count_if(f.controls.begin(), f.controls.end(), [](const Control& c) { return c.is_cited(); });
    framework_row.bind(1, f.id).bind(2, f.name.en).bind(3, f.name.ja).bind(4, f.version).bind(5, f.publisher);
    framework_row.bind(6, f.total).bind(7, f.unit.en).bind(8, f.unit.ja).bind(9, cited);
    framework_row.bind(10, static_cast<std::int64_t>(f.controls.size()) - cited);
    framework_row.bind(11, f.licence.en).bind(12, f.licence.ja).bind(13, f.note.en).bind(14, f.note.ja).run();
    for (const auto& [key, text] : f.sources)
      source_row.bind(1, f.id).bind(2, key).bind(3, text.en).bind(4, text.ja).run();
    std::int64_t position = 0;
    for (const Control& c : f.controls) {
      if (!c.is_cited()) continue;
      const std::vector<Check>& own = checks[{f.id, c.id}];
      const Requirement* const lacking = c.needs.empty() || met.at(c.needs) ? nullptr : catalogue.requirement(c.needs);
      const Verdict verdict = judge(c, own, lacking);
      const Topic& topic = *catalogue.topic(c.topic);
      const Text& observable = c.observable.en.empty() ? topic.observable : c.observable;
      verdict_row.bind(1, f.id)
          .bind(2, c.id)
          .bind(3, verdict.word)
          .bind(4, verdict.reason.en)
          .bind(5, verdict.reason.ja);
      verdict_row.bind(6, c.title).bind(7, c.status).bind(8, topic.title.en).bind(9, topic.title.ja);
      verdict_row.bind(10, observable.en).bind(11, observable.ja).bind(12, position++);
      verdict_row.bind(13, c.detail.en).bind(14, c.detail.ja).bind(15, c.source).run();
      for (const Check& check : own) {
        check_row.bind(1, f.id).bind(2, c.id).bind(3, check.mapping->exposure_class);
        check_row.bind(4, check.mapping->supports ? "supports" : "against").bind(5, to_string(check.mapping->strength));
        check_row.bind(6, check.rationale().en).bind(7, check.rationale().ja).bind(8, state_word(check, lacking));
        check_row.bind(9, check.findings()).bind(10, check.state->accepted).run();
      }
    }
  }
}

}  // namespace kakoi
