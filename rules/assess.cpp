#include "rules/assess.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <optional>
#include <span>

#include "rules/advisories/match.h"
#include "rules/evaluate.h"
#include "rules/risk/risk.h"
#include "rules/verdict/verdicts.h"
#include "rules/yaml_reader.h"

namespace kakoi {

namespace {

constexpr std::string_view kStalePacks = "stale_rule_packs";  // in table coverage

// All or nothing, also inside a transaction of the caller.
class Savepoint {
 public:
  explicit Savepoint(Database& db) : db_(db) { begin(); }
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  ~Savepoint() {
    if (done_) return;
    try {
      db_.execute("rollback to assess; release assess");
    } catch (const DatabaseError&) {
      // the error that brought us here is the one to show
    }
  }
  void begin() {
    db_.execute("savepoint assess");
    done_ = false;
  }
  void commit() {
    db_.execute("release assess");
    done_ = true;
  }

 private:
  Database& db_;
  bool done_ = true;
};

void store_default_credentials(Database& db, const RuleSet& rules, const Fingerprint& fingerprint) {
  if (!fingerprint) return;
  db.execute("delete from default_credential");
  Statement s = db.prepare("insert into default_credential values (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
  for (const DefaultCredential& c : rules.credentials()) {
    // as in table credential: an empty secret has no fingerprint
    s.bind(1, c.id).bind(2, c.vendor).bind(3, c.product).bind(4, c.scheme).bind(5, c.username);
    s.bind(6, c.secret.empty() ? std::string() : fingerprint(c.secret)).bind(7, c.source).run();
  }
}

class Writer {
 public:
  Writer(Database& db, const std::vector<Acceptance>& acceptances)
      : finding_(db.prepare("insert into finding values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                            "?15, ?16, ?17, ?18)")),
        packet_(db.prepare("insert into finding_packet values (?1, ?2, ?3)")),
        asset_(db.prepare("insert into finding_asset values (?1, ?2, ?3)")) {
    const std::int64_t now = db.integer("select max(last_ts) from capture");
    for (const Acceptance& a : acceptances) agreed_.push_back({a, a.expires_ts && now >= *a.expires_ts});
  }

  void write(const Rule& rule, const std::vector<Finding>& findings) {
    for (const Finding& finding : findings) write(rule, finding);
  }

  void write(const Rule& rule, const Finding& f) {
    const Agreed* const agreed = agreement(f);
    const bool accepted = agreed && !agreed->expired;
    // one that has expired no longer counts, but is told
    const std::string reason = agreed ? agreed->entry.reason + " (" + agreed->entry.approver +
                                            (agreed->entry.expires.empty() ? "" : ", ≤ " + agreed->entry.expires) + ")"
                                      : std::string();
    finding_.bind(1, f.id).bind(2, f.rule_id).bind(3, f.family).bind(4, f.severity).bind(5, f.confidence);
    finding_.bind(6, f.subject_id).bind(7, f.peer_id);
    finding_.bind(8, f.title.en).bind(9, f.title.ja).bind(10, f.detail.en).bind(11, f.detail.ja);
    finding_.bind(12, f.zones_inferred).bind(13, accepted).bind(14, reason);
    finding_.bind(15, f.first_ts).bind(16, f.last_ts).bind(17, rule.exposure_class).bind(18, rule.attack_ics).run();
    for (std::size_t i = 0; i < f.packets.size(); ++i) packet_.bind(1, f.id).bind(2, i).bind(3, f.packets[i]).run();
    for (std::size_t i = 0; i < f.assets.size(); ++i) asset_.bind(1, f.id).bind(2, f.assets[i]).bind(3, i).run();
    ++result.findings;
    result.accepted += accepted;
  }

  // Acceptances that no longer hold, and those that meet nothing.
  void note_acceptances(const RuleSet& rules, std::vector<std::string>& notes) const {
    std::vector<std::string_view> known;
    for (const Rule& rule : rules.rules()) known.push_back(rule.id);
    for (const Agreed& a : agreed_) {
      std::string name = "acceptance of ";
      if (!a.entry.rule.empty()) name += "rule '" + a.entry.rule + "'";
      if (!a.entry.finding.empty()) name += (a.entry.rule.empty() ? "" : " and ") + ("finding " + a.entry.finding);
      if (!a.entry.rule.empty() && !rules.find(a.entry.rule))
        notes.push_back(name + ": no such rule" + did_you_mean(a.entry.rule, known));
      else if (a.findings == 0)
        notes.push_back(name + ": there is no such finding");
      else if (a.again != 0)
        notes.push_back(name + " ended on " + a.entry.expires + ": " + std::to_string(a.again) +
                        (a.again == 1 ? " finding counts again" : " findings count again"));
    }
  }

  AssessResult result;

 private:
  struct Agreed {
    const Acceptance& entry;
    bool expired;              // at the captures' last packet
    std::size_t findings = 0;  // that it fits
    std::size_t again = 0;     // of them, those that no other one accepts
  };

  // The first acceptance in the policy that fits and has not expired; else the first that fits.
  const Agreed* agreement(const Finding& f) {
    Agreed* best = nullptr;
    for (Agreed& a : agreed_) {
      const bool fits =
          (a.entry.rule.empty() || a.entry.rule == f.rule_id) && (a.entry.finding.empty() || a.entry.finding == f.id);
      if (!fits) continue;
      ++a.findings;
      if (!best || (best->expired && !a.expired)) best = &a;
    }
    if (best && best->expired) ++best->again;
    return best;
  }

  std::vector<Agreed> agreed_;
  Statement finding_, packet_, asset_;
};

// How many rules are run before what they found is written: findings wait in memory for that long.
constexpr std::size_t kTogether = 24;

struct Evaluation {
  AssetLabels labels;
  bool zones_inferred;

  // Of each rule; with another connection, by two threads that take the next one in turn.
  std::vector<std::vector<Finding>> of(std::span<const Rule* const> rules, Database& db, Database* other) const {
    std::vector<std::vector<Finding>> found(rules.size());
    std::atomic<std::size_t> next = 0;
    const auto run = [&](Database& connection) {
      const Reading reading(connection);
      for (std::size_t i = next++; i < rules.size(); i = next++)
        found[i] = evaluate(*rules[i], connection, labels, zones_inferred);
    };
    std::future<void> another_thread;
    if (other) another_thread = std::async(std::launch::async, [&] { run(*other); });
    run(db);
    if (other) another_thread.get();
    return found;
  }
};

// Rules against current campaigns that are older than the captures may miss what is current: a row of table coverage.
void cover_stale_packs(Database& db, const RuleSet& rules, std::vector<std::string>& notes) {
  const std::int64_t end = db.integer("select max(last_ts) from capture");
  Text meaning;
  std::string detail;
  std::size_t stale = 0;
  for (const Pack& pack : rules.packs()) {
    if (!pack.is_stale(end)) continue;
    ++stale;
    detail += (detail.empty() ? "" : ", ") + pack.id + ' ' + pack.version + " until " + pack.valid_until;
    notes.push_back("rule pack " + pack.id + ' ' + pack.version + " was current until " + pack.valid_until +
                    "; the captures are newer");
  }
  if (stale == 0) return;
  Statement s = db.prepare("insert into coverage values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
  s.bind(1, kStalePacks).bind(2, static_cast<double>(stale)).bind(3, "limited").bind(4, detail);
  s.bind(5, "Rule packs against current campaigns are older than the captures (" + detail +
                "): what came up since is not looked for.");
  s.bind(6, "最新の攻撃動向に対応するルールパックの有効期限が、キャプチャの取得時点より前に切れています（" + detail +
                "）。その後に判明した手口は検出対象に含まれていません。");
  s.bind(7, "Get the current packs and assess the inventory again with --pack.");
  s.bind(8, "最新のルールパックを入手し、--pack を付けて再判定してください。").run();
}

}  // namespace

void RuleSet::check(Database& db) const {
  std::vector<std::string> problems;
  for (const Rule& rule : rules_)
    for (std::string& line : check_rule(rule, db)) problems.push_back(std::move(line));
  if (!problems.empty()) throw RuleError(std::move(problems));
}

AssessResult assess(Database& db, const Policy& policy, const RuleSet& rules, const Fingerprint& fingerprint,
                    const AssessOptions& options) {
  rules.check(db);
  Savepoint savepoint(db);
  clear_assessment(db);
  std::vector<std::string> notes = apply_policy(db, policy);
  db.prepare("delete from coverage where metric = ?1").bind(1, kStalePacks).run();
  cover_stale_packs(db, rules, notes);
  store_default_credentials(db, rules, fingerprint);
  if (options.advisories) match_advisories(db, *options.advisories, Names::built_in());
  Writer writer(db, policy.acceptances);
  const Evaluation evaluation{AssetLabels(db), !policy.declares_zones()};
  Statement evaluated = db.prepare("insert into evaluated_rule values (?1, ?2, ?3)");
  std::vector<const Rule*> chosen;
  for (const Rule& rule : rules.rules()) {
    if (!options.only.empty() && std::find(options.only.begin(), options.only.end(), rule.id) == options.only.end())
      continue;
    evaluated.bind(1, rule.id).bind(2, rule.exposure_class).bind(3, rule.query).run();
    chosen.push_back(&rule);
  }
  std::optional<Database> other;
  if (options.in_steps) savepoint.commit();
  if (options.another) other = options.another();
  for (std::size_t at = 0; at < chosen.size(); at += kTogether) {
    const auto group = std::span(chosen).subspan(at, std::min(kTogether, chosen.size() - at));
    const auto found = evaluation.of(group, db, other ? &*other : nullptr);
    if (options.in_steps) savepoint.begin();
    for (std::size_t i = 0; i < group.size(); ++i) writer.write(*group[i], found[i]);
    if (options.in_steps) savepoint.commit();
  }
  if (options.in_steps) savepoint.begin();
  if (options.only.empty()) writer.note_acceptances(rules, notes);
  write_risk(db);
  if (options.catalogue) write_verdicts(db, *options.catalogue, rules);
  writer.result.notes = std::move(notes);
  std::sort(writer.result.notes.begin(), writer.result.notes.end());
  savepoint.commit();
  return std::move(writer.result);
}

}  // namespace kakoi
