#include <algorithm>
#include <map>

#include "reports/diff/diff.h"
#include "reports/time_text.h"

namespace kakoi {

namespace {

struct Row {
  std::string label;
  std::vector<std::string> values;
};
using Rows = std::map<std::string, Row>;

// The first column is the key, the second the label; the others are compared by their names.
struct Section {
  std::string_view name, sql;
};

const std::string kDevices =
    "select a.asset_id, a.name || ' (' || a.asset_id || ')', a.name as name, a.scope as scope, a.role as role, "
    "coalesce(z.name, '') as zone, a.vendor as vendor, a.product as product, a.firmware as firmware, a.serial as "
    "serial, "
    "a.os as os, (select group_concat(value, ', ') from (select distinct value from address d where d.asset_id = "
    "a.asset_id order by value)) as addresses from asset a left join zone z on z.zone_id = a.zone_id "
    "where a.scope in ";
const std::string kAssets = kDevices + "('local', 'remote')";
const std::string kOutside = kDevices + "('internet')";  // no assets of the site
constexpr std::string_view kServices =
    "select s.asset_id || ' ' || s.address || ' ' || s.transport || '/' || s.port, a.name || ' ' || s.address || ' ' "
    "|| "
    "s.transport || '/' || s.port || ' ' || max(s.protocol), max(s.protocol) as protocol, max(s.product) as product, "
    "max(s.version) as version from service s join asset a on a.asset_id = s.asset_id group by s.asset_id, s.address, "
    "s.transport, s.port";
constexpr std::string_view kLinks =
    "select l.client_id || ' > ' || l.server_id || ' ' || l.transport || '/' || l.server_port || ' ' || "
    "coalesce(l.vlan, ''), "
    "c.name || ' > ' || s.name || ' ' || l.transport || '/' || l.server_port || ' ' || max(l.protocol), "
    "max(l.protocol) as protocol, case max(case l.state when 'established' then 4 when 'refused' then 3 when "
    "'attempted' "
    "then 2 when 'one_way' then 1 else 0 end) when 4 then 'established' when 3 then 'refused' when 2 then 'attempted' "
    "when "
    "1 then 'one_way' else 'datagram' end as state from link l join asset c on c.asset_id = l.client_id join asset s "
    "on "
    "s.asset_id = l.server_id group by l.client_id, l.server_id, l.transport, l.server_port, l.vlan";
constexpr std::string_view kOperations =
    "select o.asker_id || ' > ' || o.asked_id || ' ' || o.protocol || ' ' || coalesce(o.unit, '') || ' ' || "
    "o.function_code || ' ' || o.class, c.name || ' > ' || s.name || ' ' || o.protocol || ' ' || max(o.function) || "
    "coalesce(' unit ' || o.unit, ''), case when sum(o.refused) = 0 then 'no' when sum(o.requests) > sum(o.refused) "
    "then "
    "'partly' else 'yes' end as refused from request o join asset c on c.asset_id = "
    "o.asker_id join asset s on s.asset_id = o.asked_id where o.class not in ('session', 'other') group by "
    "o.asker_id, o.asked_id, o.protocol, o.unit, o.function_code, o.class";
const Section kSections[] = {{"assets", kAssets},
                             {"outside_peers", kOutside},
                             {"services", kServices},
                             {"links", kLinks},
                             {"operations", kOperations}};

Rows rows_of(Database& db, std::string_view sql, std::vector<std::string>& columns) {
  Rows rows;
  Statement s = db.prepare(sql);
  columns.clear();
  for (int i = 2; i < s.columns(); ++i) columns.emplace_back(s.column_name(i));
  while (s.step()) {
    Row& row = rows[s.text(0)];
    row.label = s.text(1);
    row.values.clear();
    for (int i = 2; i < s.columns(); ++i) row.values.push_back(s.text(i));
  }
  return rows;
}

std::string to_the_second(std::string time) {
  const std::size_t dot = time.find('.');
  if (dot == std::string::npos) return time;
  const std::size_t zone = time.find_first_not_of("0123456789", dot + 1);
  return time.erase(dot, zone == std::string::npos ? zone : zone - dot);
}

Diff::Survey survey_of(Database& db, const TimeZone& zone) {
  Diff::Survey survey;
  survey.site = db.text("select value from meta where key = 'site'");
  survey.kakoi_version = db.text("select value from meta where key = 'kakoi_version'");
  survey.policy = db.text("select value from meta where key = 'policy'");
  Statement s = db.prepare("select coalesce(min(first_ts), 0), coalesce(max(last_ts), 0), count(*) from capture");
  if (s.step() && s.integer(2) != 0) {
    survey.first_time = to_the_second(iso8601(s.integer(0), zone));
    survey.last_time = to_the_second(iso8601(s.integer(1), zone));
    survey.captures = s.integer(2);
  }
  Statement covered = db.prepare("select value from coverage where metric = 'duration_s'");
  if (covered.step()) survey.covered_s = covered.real(0);
  return survey;
}

// An inventory of an earlier version tells of the requests of clients alone. The view is of this connection only.
void complete(Database& db) {
  if (db.integer("select count(*) from sqlite_master where type = 'view' and name = 'request'") != 0) return;
  db.execute(
      "create temp view request as select o.protocol, o.unit, o.function_code, o.class, o.function, o.refused, "
      "o.from_client as requests, l.client_id as asker_id, l.server_id as asked_id "
      "from operation o join link l on l.link_id = o.link_id");
}

}  // namespace

std::string_view to_string(Change value) noexcept {
  static constexpr std::string_view names[] = {"new", "gone", "changed"};
  return names[static_cast<std::size_t>(value)];
}

Diff compare(Database& before, Database& after) {
  complete(before);
  complete(after);
  Diff diff;
  // One zone for both, so that the same time reads the same.
  const TimeZone zone = time_zone(after.text("select value from meta where key = 'timezone'"));
  diff.before = survey_of(before, zone);
  diff.after = survey_of(after, zone);
  diff.findings = compare_findings(before, after, diff);
  diff.controls = compare_controls(before, after, diff.findings);
  for (const Section& section : kSections) {
    std::vector<std::string> columns;
    const Rows then = rows_of(before, section.sql, columns), now = rows_of(after, section.sql, columns);
    ChangedSection& out = diff.sections.emplace_back();
    out.name = section.name;
    out.before = then.size();
    out.after = now.size();
    for (const auto& [key, row] : now) {
      const auto old = then.find(key);
      if (old == then.end()) {
        out.rows.push_back({Change::appeared, key, row.label, {}});
        continue;
      }
      ChangedRow changed{Change::changed, key, row.label, {}};
      for (std::size_t i = 0; i < columns.size(); ++i)
        if (row.values[i] != old->second.values[i])
          changed.fields.push_back({columns[i], old->second.values[i], row.values[i]});
      if (changed.fields.empty())
        ++out.unchanged;
      else
        out.rows.push_back(std::move(changed));
    }
    for (const auto& [key, row] : then) {
      if (!now.contains(key)) out.rows.push_back({Change::gone, key, row.label, {}});
    }
    std::stable_sort(out.rows.begin(), out.rows.end(),
                     [](const ChangedRow& a, const ChangedRow& b) { return a.change < b.change; });
  }
  return diff;
}

}  // namespace kakoi
