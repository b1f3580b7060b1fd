// The data of report.html. Rows are arrays beside one list of column names, assets and links are
// named by their position, times are microseconds: 50,000 links stay a few megabytes.
#include <algorithm>
#include <string>

#include "reports/findings_order.h"
#include "reports/html/page.h"
#include "reports/html/page_extent.h"
#include "reports/json_value.h"
#include "reports/rows.h"
#include "reports/verdict_checks.h"

namespace kakoi {

namespace {

struct Table {
  const char* name;
  std::string sql;
  const char *table = nullptr, *column = nullptr;  // where `sql` leaves it to Rows::order_by() to sort
};

std::string ordered(std::string_view select, std::string_view order) {
  return std::string(select) + " " + std::string(order);
}

std::vector<Table> tables() {
  return {
      {"captures", ordered(R"(select capture_id as "id", source as "source", sha256 as "sha256", format as "format",
  snaplen as "snaplen:n", first_ts as "first:time", last_ts as "last:time", packets as "packets:n", bytes as "bytes:n",
  truncated as "truncated:n", malformed as "malformed:n", undecoded as "undecoded:n", kernel_drops as "kernel_drops:n",
  interface_drops as "interface_drops:n", duplicates as "duplicates:n", comment as "comment", error as "error"
  from capture)",
                           kCaptureOrder)},
      {"zones", R"(select zone_id as "id", name as "name", kind as "kind", purdue_level as "level:real",
  closed as "closed:bool", source as "source" from zone order by zone_id)"},
      {"assets", ordered(R"(select asset_id as "id", name as "name", scope as "scope", role as "role",
  role_reason as "role_reason", purdue_level as "level:real", zone_id as "zone", vendor as "vendor",
  product as "product", firmware as "firmware", serial as "serial", os as "os", is_router as "is_router:bool",
  is_ot as "is_ot:bool", is_it as "is_it:bool", first_ts as "first:time", last_ts as "last:time",
  first_packet_id as "packet:packet" from asset)",
                         kAssetOrder)},
      {"addresses", R"(select asset_id as "asset:of_asset", kind as "kind", value as "value", vlan as "vlan:vlan",
  bound_by as "bound_by", is_public as "is_public:bool", is_squatted as "is_squatted:bool", packet_id as "packet:packet"
  from address)",
       "address", "asset_id"},
      {"attributes", R"(select asset_id as "asset:of_asset", name as "name", value as "value", method as "method",
  confidence as "confidence:n", count as "count:n", packet_id as "packet:packet"
  from attribute order by asset_id, name, confidence desc, value, method, packet_id)"},
      {"services", R"(select asset_id as "asset:of_asset", address as "address", transport as "transport",
  port as "port:n", protocol as "protocol", product as "product", version as "version", clients as "clients:n",
  packet_id as "packet:packet" from service)",
       "service", "asset_id"},
      {"links", ordered(R"(select client_id as "client:of_asset", server_id as "server:of_asset",
  client_address as "client_address", server_address as "server_address", transport as "transport",
  server_port as "port:n", protocol as "protocol", protocol_domain as "domain", vlan as "vlan:vlan", state as "state",
  client_known as "client_known:bool", connections as "connections:n", packets_to_server as "packets_out:n", bytes_to_server as "bytes_out:n",
  packets_to_client as "packets_back:n", bytes_to_client as "bytes_back:n", gaps as "gaps:n", first_ts as "first:time",
  last_ts as "last:time", first_packet_id as "packet:packet", )" +
                            std::string(kDeclaredOutside) + R"( as "declared:bool" from link)",
                        kLinkOrder)},
      {"operations", R"(select link_id as "link:of_link", protocol as "protocol", unit as "unit:n",
  peer_unit as "peer_unit:n", function_code as "code:n", qualifier as "qualifier:n", function as "function",
  class as "class", asked_by_server as "asked_by_server:bool", from_client as "from_client:n", from_server as "from_server:n", accepted as "accepted:n", refused as "refused:n", unanswered as "unanswered:n",
  first_ts as "first:time", last_ts as "last:time", first_packet_id as "packet:packet" from operation)",
       "operation", "link_id"},
      {"control_actions", R"(select link_id as "link:of_link", protocol as "protocol", unit as "unit:n",
  peer_unit as "peer_unit:n", function as "function", class as "class", point_kind as "point_kind", point as "point:n",
  points as "points:n", step as "step", value as "value", outcome as "outcome", status as "status", ts as "time:time",
  packet_id as "packet:packet", answer_packet_id as "answer:packet" from control_action
  order by ts, packet_id, link_id, point_kind, coalesce(point, -1), step, value)"},
      {"link_actions", R"(select link_id as "link:of_link", total as "total:n" from link_actions order by link_id)"},
      {"lookups", R"(select link_id as "link:of_link", name as "name", type as "type:n", is_public as "is_public:bool",
  asked as "asked:n", answered as "answered:n", no_such_name as "no_such_name:n", failed as "failed:n",
  addresses as "addresses:list", packet_id as "packet:packet" from name_lookup order by name, type, link_id, packet_id)"},
      {"tls", R"(select link_id as "link:of_link", version as "version:n", offered as "offered:n",
  server_name as "server_name", subject as "subject", issuer as "issuer", not_before_ts as "not_before:time",
  not_after_ts as "not_after:time", self_signed as "self_signed:bool", relayed as "relayed:bool", count as "count:n", packet_id as "packet:packet"
  from tls_session order by link_id, server_name, coalesce(version, 0), coalesce(offered, 0), fingerprint, packet_id)"},
      {"credentials", R"(select link_id as "link:of_link", protocol as "protocol", scheme as "scheme",
  username as "username", mask as "mask", is_empty as "is_empty:bool", sent_by_server as "sent_by_server:bool", outcome as "outcome", count as "count:n",
  packet_id as "packet:packet", outcome_packet_id as "outcome_packet:packet"
  from credential order by link_id, protocol, scheme, username, fingerprint, packet_id)"},
      {"open_access", R"(select link_id as "link:of_link", scheme as "scheme", count as "count:n",
  packet_id as "packet:packet" from open_access order by link_id, scheme, packet_id)"},
      {"gateways", R"(select asset_id as "asset:asset", address as "address", kind as "kind", detail as "detail",
  announced_by as "announced_by:asset", vlan as "vlan:vlan", count as "count:n", packet_id as "packet:packet"
  from gateway order by address, kind, coalesce(vlan, -1), coalesce(announced_by, ''), detail, packet_id)"},
      {"anomalies",
       R"(select asset_id as "asset:of_asset", link_id as "link:of_link", protocol as "protocol", kind as "kind",
  detail as "detail", count as "count:n", packet_id as "packet:packet" from anomaly
  order by kind, protocol, coalesce(asset_id, ''), coalesce(link_id, 0), detail, packet_id)"},
      {"subnets", R"(select vlan as "vlan:vlan", cidr as "cidr", source as "source", hosts as "hosts:n",
  ot_hosts as "ot_hosts:n", it_hosts as "it_hosts:n" from subnet order by cidr, coalesce(vlan, -1), source)"},
      {"coverage",
       R"(select metric as "metric", value as "value:real", level as "level", detail as "detail",
  meaning_en as "meaning_en", meaning_ja as "meaning_ja", advice_en as "advice_en", advice_ja as "advice_ja"
  from coverage order by metric)"},
      {"frameworks", R"(select framework as "id", name_en as "name_en", name_ja as "name_ja", version as "version",
  total as "total:n", unit_en as "unit_en", unit_ja as "unit_ja", judged as "judged:n", unconfirmed as "unconfirmed:n",
  publisher as "publisher", licence_en as "licence_en", licence_ja as "licence_ja", note_en as "note_en", note_ja as "note_ja"
  from framework order by case when framework like 'jp-%' then 0 else 1 end, framework)"},
      {"framework_sources", R"(select framework as "framework", source as "source", text_en as "text_en",
  text_ja as "text_ja" from framework_source order by framework, source)"},
      // of one score, in the order of findings, as the summary has them
      {"risk", R"(select r.finding_id as "finding", r.score as "score:real", r.severity_factor as "severity:n",
  r.confidence_factor as "confidence:n", r.exposure_factor as "exposure:n", r.criticality_factor as "criticality:n",
  r.asset_id as "asset:asset" from risk r join (select finding_id, row_number() over ()" +
                   std::string(kFindingOrder) + R"() as place from finding) f on f.finding_id = r.finding_id
  order by r.score desc, f.place)"},
      {"reach", R"(select asset_id as "asset:of_asset", hops_outside as "hops_outside:n",
  next_outside as "next_outside:asset", hops_it as "hops_it:n", next_it as "next_it:asset",
  criticality as "criticality", criticality_source as "criticality_source" from reach order by asset_id)"},
      {"verdicts",
       R"(select framework as "framework", control as "control", verdict as "verdict", reason as "reason_en",
  reason_ja as "reason_ja", title as "title", status as "status", topic_en as "topic_en", topic_ja as "topic_ja",
  observable_en as "observable_en", observable_ja as "observable_ja", detail_en as "detail_en", detail_ja as "detail_ja",
  source as "source" from verdict order by framework, position)"},
      {"verdict_checks", kVerdictChecks},
      {"requirements", R"(select requirement as "id", met as "met:bool", measured as "measured",
  missing_en as "missing_en", missing_ja as "missing_ja", change_en as "change_en", change_ja as "change_ja"
  from requirement order by met, requirement)"},
      {"findings", ordered(R"(select finding_id as "id", rule_id as "rule", family as "family", severity as "severity",
  confidence as "confidence:n", subject_id as "subject", peer_id as "peer", title_en as "title_en",
  title_ja as "title_ja", detail_en as "detail_en", detail_ja as "detail_ja", zones_inferred as "zones_inferred:bool",
  accepted as "accepted:bool", acceptance_reason as "acceptance_reason", first_ts as "first:time",
  last_ts as "last:time", exposure_class as "exposure_class", attack_ics as "attack_ics" from finding)",
                           kFindingOrder)},
  };
}

void begin_table(Pieces& out, std::string_view name, const std::vector<std::string>& columns) {
  ((out.text() += ",\n") += script_safe(dump(name))) += ": {\"columns\": ";
  ((out.text() += dump(columns)) += ", \"rows\": [") += "\n";
}
std::string& begin_row(Pieces& out) {
  const bool first = out.text().ends_with('\n');  // asked before what is written goes on its way
  out.pass_on();
  if (!first) out.text() += ",\n";
  return out.text();
}
void write_table(Rows& rows, const Table& table, Pieces& out) {
  Cursor cursor = rows.query(table.table ? table.sql + rows.order_by(table.table, table.column) : table.sql);
  begin_table(out, table.name, cursor.names());
  std::size_t n = 0;
  if (table.table) {
    cursor.each_in_order([&](std::string_view row) {
      if (n++ < kMostRows) begin_row(out) += row;
    });
  }
  while (!table.table && n < kMostRows && cursor.step()) {
    if (cursor.is_of_left_out()) continue;
    cursor.append(begin_row(out));
    ++n;
  }
  out.text() += "]}";
}

// Which assets and packets findings name.
void write_finding_lists(Rows& rows, Pieces& out) {
  const FindingLists& lists = rows.lookups().findings();
  const auto each = [&](auto visit) {
    for (Statement s = rows.database().prepare("select finding_id from finding order by finding_id"); s.step();)
      visit(s.view(0));
  };
  begin_table(out, "finding_assets", {"finding", "asset"});
  each([&](std::string_view finding) {
    for (const std::uint32_t position : lists.assets(finding)) {
      const auto asset = rows.asset(rows.lookups().assets().all()[position].id);
      if (!asset) continue;
      std::string& row = begin_row(out) += '[';
      append_string(row, finding, Place::script);
      append_number(row += ',', static_cast<std::int64_t>(*asset));
      row += ']';
    }
  });
  out.text() += "]}";
  begin_table(out, "finding_packets", {"finding", "packet", "time"});
  each([&](std::string_view finding) {
    for (const FindingLists::Packet& packet : lists.packets(finding)) {
      std::string& row = begin_row(out) += '[';
      append_string(row, finding, Place::script);
      append_packet(row += ',', rows.lookups().packets.find(packet.id));
      append_number(row += ',', packet.ts / 1000);
      row += ']';
    }
  });
  out.text() += "]}";
}

Json rule_texts(const ReportInput& input) {
  Json rules = Json::object();
  for (const auto& [id, rule] : input.rules) {
    rules[id] = {{"family", rule.family},
                 {"title", {{"ja", rule.title_ja}, {"en", rule.title_en}}},
                 {"rationale", {{"ja", rule.rationale_ja}, {"en", rule.rationale_en}}},
                 {"limit", {{"ja", rule.limit_ja}, {"en", rule.limit_en}}},
                 {"remedy", {{"ja", rule.remedy_ja}, {"en", rule.remedy_en}}},
                 {"confirm", {{"ja", rule.confirm_ja}, {"en", rule.confirm_en}}},
                 {"sql", rule.sql}};
  }
  return rules;
}

}  // namespace

void write_page_data(const ReportInput& input, std::ostream& out) {
  Rows rows(input, Rows::Form::page);
  const PageExtent extent(input.db, rows.lookups());
  rows.show_assets(extent.assets);
  rows.show_links(extent.links);
  Json meta{{"kakoi_version", input.kakoi_version},
            {"database_schema", rows.meta("schema_version")},
            {"site", rows.meta("site")},
            {"policy", rows.meta("policy")},
            {"zone_minutes", rows.zone().minutes},
            {"hashes", Json::array()},
            {"totals", extent.totals}};
  for (const auto& [name, hash] : input.input_hashes) meta["hashes"].push_back({name, hash});
  Pieces pieces(out);
  ((pieces.text() += "{\"meta\": ") += script_safe(dump(meta))) += ",\n\"rules\": ";
  pieces.text() += script_safe(dump(rule_texts(input)));
  for (const Table& table : tables()) write_table(rows, table, pieces);
  write_finding_lists(rows, pieces);
  pieces.text() += "}";
}

}  // namespace kakoi
