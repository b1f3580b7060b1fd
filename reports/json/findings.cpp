#include <string>

#include "reports/findings_order.h"
#include "reports/json/document.h"
#include "reports/json/documents.h"

namespace kakoi {

namespace {

const std::string kFindings =
    R"(select finding_id as "id:key", rule_id as "rule", family as "family", severity as "severity",
  confidence as "confidence:n", subject_id as "subject", peer_id as "peer",
  zones_inferred as "zones_inferred:bool", accepted as "accepted:bool", acceptance_reason as "acceptance_reason",
  first_ts as "first_seen:time", last_ts as "last_seen:time", title_en as "title:pair", title_ja, detail_en as "detail:pair",
  detail_ja from finding )" +
    std::string(kFindingOrder);

constexpr const char* kAssets = R"(select a.asset_id as "id", a.name as "name", a.role as "role", a.zone_id as "zone"
  from finding_asset f join asset a on a.asset_id = f.asset_id where f.finding_id = ?1 order by f.position, a.asset_id)";

constexpr const char* kPackets =
    R"(select p.capture_id as "capture", c.source as "source", p.number as "number:n", p.ts as "time:time",
  'frame.number == ' || p.number as "wireshark_filter", p.captured_len as "captured_length:n",
  p.original_len as "original_length:n", p.bytes as "bytes:hex"
  from finding_packet f join packet p on p.packet_id = f.packet_id join capture c on c.capture_id = p.capture_id
  where f.finding_id = ?1 order by f.position, p.packet_id)";

Json both(const std::string& en, const std::string& ja) { return {{"en", en}, {"ja", ja}}; }

}  // namespace

void write_findings_json(const ReportInput& input, std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  Document document(out);
  document.field("schema", "kakoi-findings/1");
  document.field("kakoi_version", input.kakoi_version);
  document.field("database_schema", rows.meta("schema_version"));
  document.field("site", rows.meta("site"));
  document.field("policy", rows.meta("policy"));
  Json counts = Json::object();
  for (const char* severity : {"critical", "high", "medium", "low", "info"}) {
    Statement open = input.db.prepare("select count(*) from finding where severity = ?1 and accepted = 0");
    counts[severity] = open.bind(1, severity).step() ? open.integer(0) : 0;
  }
  counts["accepted"] = input.db.integer("select count(*) from finding where accepted <> 0");
  document.field("counts", counts);
  document.array("rules", [&](const auto& add) {
    for (const auto& [id, rule] : input.rules) {
      add(dump({{"id", id},
                {"family", rule.family},
                {"title", both(rule.title_en, rule.title_ja)},
                {"rationale", both(rule.rationale_en, rule.rationale_ja)},
                {"limit", both(rule.limit_en, rule.limit_ja)},
                {"remedy", both(rule.remedy_en, rule.remedy_ja)},
                {"confirm", both(rule.confirm_en, rule.confirm_ja)},
                {"sql", rule.sql}}));
    }
  });
  document.array("findings", [&](const auto& add) {
    Cursor assets = rows.query(kAssets), packets = rows.query(kPackets);
    std::string text;
    for (Cursor finding = rows.query(kFindings); finding.step(); add(text)) {
      text.clear();
      finding.append(text);
      text.pop_back();  // the brace: there is more
      text += ",\"assets\":";
      assets.append_rows(text, finding.key());
      text += ",\"packets\":";
      packets.append_rows(text, finding.key());
      text += '}';
    }
  });
  document.rows("verdicts", rows,
                R"(select framework as "framework", control as "control", verdict as "verdict", reason as "reason"
                   from verdict order by framework, control, verdict, reason)");
  document.rows(
      "coverage", rows,
      R"(select metric as "metric", value as "value:real", detail as "detail" from coverage order by metric)");
  document.close();
}

}  // namespace kakoi
