#include <string>

#include "reports/findings_order.h"
#include "reports/json/document.h"
#include "reports/json/documents.h"
#include "reports/verdict_checks.h"

namespace kakoi {

namespace {

const std::string kFindings =
    R"(select finding_id as "id:key", rule_id as "rule", family as "family", severity as "severity",
  confidence as "confidence:n", subject_id as "subject", peer_id as "peer",
  exposure_class as "exposure_class", attack_ics as "attack_ics",
  zones_inferred as "zones_inferred:bool", accepted as "accepted:bool", acceptance_reason as "acceptance_reason",
  first_ts as "first_seen:time", last_ts as "last_seen:time", title_en as "title:pair", title_ja, detail_en as "detail:pair",
  detail_ja from finding )" +
    std::string(kFindingOrder);

// Verdicts on controls, apart from the findings that they rest on.
constexpr std::pair<const char*, const char*> kBaseline[] = {
    {"frameworks", R"(select framework as "framework", name_en as "name_en", name_ja as "name_ja",
  version as "version", publisher as "publisher", total as "total:n", judged as "judged:n",
  unconfirmed as "unconfirmed:n", licence_en as "licence_en", licence_ja as "licence_ja", note_en as "note_en", note_ja as "note_ja"
  from framework order by framework)"},
    {"framework_sources", R"(select framework as "framework", source as "source", text_en as "text_en",
  text_ja as "text_ja" from framework_source order by framework, source)"},
    {"verdicts", R"(select framework as "framework", control as "control", verdict as "verdict", reason as "reason",
  reason_ja as "reason_ja", title as "title", status as "status", topic_en as "topic_en", topic_ja as "topic_ja",
  observable_en as "observable_en", observable_ja as "observable_ja", detail_en as "detail_en", detail_ja as "detail_ja",
  source as "source" from verdict order by framework, position)"},
    {"verdict_checks", kVerdictChecks},
    {"requirements", R"(select requirement as "requirement", met as "met:bool", measured as "measured",
  missing_en as "missing_en", missing_ja as "missing_ja", change_en as "change_en", change_ja as "change_ja"
  from requirement order by requirement)"},
    {"contracts", R"(select exposure_class as "exposure_class", requirement as "requirement" from contract
  order by exposure_class, requirement)"},
};

// Risk scores with all that they are made of, apart from findings and verdicts.
constexpr std::pair<const char*, const char*> kRisk[] = {
    {"risk", R"(select r.finding_id as "finding", r.score as "score:real", r.severity_factor as "severity_factor:n",
  r.confidence_factor as "confidence_factor:n", r.exposure_factor as "exposure_factor:n",
  r.criticality_factor as "criticality_factor:n", r.asset_id as "asset"
  from risk r order by r.score desc, r.finding_id)"},
    {"reach", R"(select asset_id as "asset", hops_outside as "hops_outside:n", next_outside as "next_outside",
  hops_it as "hops_it:n", next_it as "next_it", exposure_factor as "exposure_factor:n", criticality as "criticality",
  criticality_source as "criticality_source", criticality_factor as "criticality_factor:n"
  from reach order by asset_id)"},
};

void append_asset(std::string& out, const Assets::Asset& asset) {
  out += "{\"id\":";
  append_string(out, asset.id, Place::file);
  out += ",\"name\":";
  append_string(out, asset.name, Place::file);
  out += ",\"role\":";
  append_string(out, asset.role, Place::file);
  out += ",\"zone\":";
  if (asset.zone)
    append_string(out, *asset.zone, Place::file);
  else
    out += "null";
  out += '}';
}

void append_packet(std::string& out, Rows& rows, const FindingLists::Packet& packet, const Packets::Packet& place) {
  const Packets::Capture& capture = rows.lookups().packets.captures()[place.capture];
  const auto number = static_cast<std::int64_t>(place.number);
  out += "{\"capture\":";
  append_string(out, capture.id, Place::file);
  out += ",\"source\":";
  append_string(out, capture.source, Place::file);
  out += ",\"number\":";
  append_number(out, number);
  out += ",\"time\":\"";
  rows.time_text().append(out, packet.ts);
  out += "\",\"wireshark_filter\":\"frame.number == ";
  append_number(out, number);
  out += "\"}";
}

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
  document.begin_array("rules");
  for (const auto& [id, rule] : input.rules)
    document.element() += dump({{"id", id},
                                {"family", rule.family},
                                {"title", both(rule.title_en, rule.title_ja)},
                                {"rationale", both(rule.rationale_en, rule.rationale_ja)},
                                {"limit", both(rule.limit_en, rule.limit_ja)},
                                {"remedy", both(rule.remedy_en, rule.remedy_ja)},
                                {"confirm", both(rule.confirm_en, rule.confirm_ja)},
                                {"sql", rule.sql}});
  document.end_array();
  document.begin_array("findings");
  const Assets& assets = rows.lookups().assets();
  const FindingLists& lists = rows.lookups().findings();
  for (Cursor finding = rows.query(kFindings); finding.step();) {
    std::string& text = document.element();
    finding.append(text);
    text.pop_back();  // the brace: there is more
    text += ",\"assets\":[";
    for (const std::uint32_t asset : lists.assets(finding.key())) {
      if (text.back() != '[') text += ',';
      append_asset(text, assets.all()[asset]);
    }
    text += "],\"packets\":[";
    for (const FindingLists::Packet& packet : lists.packets(finding.key())) {
      const auto place = rows.lookups().packets.find(packet.id);
      if (!place) continue;
      if (text.back() != '[') text += ',';
      append_packet(text, rows, packet, *place);
    }
    text += "]}";
  }
  document.end_array();
  for (const auto& [name, query] : kRisk) document.rows(name, rows, query);
  for (const auto& [name, query] : kBaseline) document.rows(name, rows, query);
  document.rows("coverage", rows,
                R"(select metric as "metric", value as "value:real", level as "level", detail as "detail",
  meaning_en as "meaning_en", meaning_ja as "meaning_ja", advice_en as "advice_en", advice_ja as "advice_ja"
  from coverage order by metric)");
  document.close();
}

}  // namespace kakoi
