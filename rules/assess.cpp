#include "rules/assess.h"

#include <algorithm>

#include "rules/evaluate.h"
#include "rules/verdict/verdicts.h"

namespace kakoi {

namespace {

// All or nothing, also inside a transaction of the caller.
class Savepoint {
 public:
  explicit Savepoint(Database& db) : db_(db) { db_.execute("savepoint assess"); }
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
  void commit() {
    db_.execute("release assess");
    done_ = true;
  }

 private:
  Database& db_;
  bool done_ = false;
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
      : acceptances_(acceptances),
        now_(db.integer("select max(last_ts) from capture")),
        finding_(db.prepare("insert into finding values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
                            "?15, ?16, ?17, ?18)")),
        packet_(db.prepare("insert into finding_packet values (?1, ?2, ?3)")),
        asset_(db.prepare("insert into finding_asset values (?1, ?2, ?3)")) {}

  void write(const Rule& rule, const Finding& f) {
    const Acceptance* acceptance = accepted(f);
    finding_.bind(1, f.id).bind(2, f.rule_id).bind(3, f.family).bind(4, f.severity).bind(5, f.confidence);
    finding_.bind(6, f.subject_id).bind(7, f.peer_id);
    finding_.bind(8, f.title.en).bind(9, f.title.ja).bind(10, f.detail.en).bind(11, f.detail.ja);
    finding_.bind(12, f.zones_inferred).bind(13, acceptance != nullptr);
    finding_.bind(14, acceptance ? acceptance->reason + " (" + acceptance->approver + ")" : std::string());
    finding_.bind(15, f.first_ts).bind(16, f.last_ts).bind(17, rule.exposure_class).bind(18, rule.attack_ics).run();
    for (std::size_t i = 0; i < f.packets.size(); ++i) packet_.bind(1, f.id).bind(2, i).bind(3, f.packets[i]).run();
    for (std::size_t i = 0; i < f.assets.size(); ++i) asset_.bind(1, f.id).bind(2, f.assets[i]).bind(3, i).run();
    ++result.findings;
    result.accepted += acceptance != nullptr;
  }

  AssessResult result;

 private:
  // The first acceptance in the policy that fits and has not expired at the captures' last packet.
  const Acceptance* accepted(const Finding& f) const {
    const auto found = std::find_if(acceptances_.begin(), acceptances_.end(), [&](const Acceptance& a) {
      return (a.rule.empty() || a.rule == f.rule_id) && (a.finding.empty() || a.finding == f.id) &&
             (!a.expires_ts || now_ < *a.expires_ts);
    });
    return found == acceptances_.end() ? nullptr : &*found;
  }

  const std::vector<Acceptance>& acceptances_;
  std::int64_t now_;
  Statement finding_, packet_, asset_;
};

// An acceptance of a rule that does not exist would silently accept nothing.
void note_unknown_rules(const Policy& policy, const RuleSet& rules, std::vector<std::string>& notes) {
  for (const Acceptance& a : policy.acceptances)
    if (!a.rule.empty() && !rules.find(a.rule)) notes.push_back("acceptance of rule '" + a.rule + "': no such rule");
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
  note_unknown_rules(policy, rules, notes);
  store_default_credentials(db, rules, fingerprint);
  Writer writer(db, policy.acceptances);
  const AssetLabels labels(db);
  for (const Rule& rule : rules.rules()) {
    if (!options.only.empty() && std::find(options.only.begin(), options.only.end(), rule.id) == options.only.end())
      continue;
    for (const Finding& finding : evaluate(rule, db, labels, !policy.declares_zones())) writer.write(rule, finding);
  }
  if (options.catalogue) write_verdicts(db, *options.catalogue, rules);
  writer.result.notes = std::move(notes);
  std::sort(writer.result.notes.begin(), writer.result.notes.end());
  savepoint.commit();
  return std::move(writer.result);
}

}  // namespace kakoi
