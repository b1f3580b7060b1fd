// The sheets of CISA's NAVV workbook as CSV, into OUT/navv/, with that workbook's columns. "Segments" and "Inventory
// Input" are what an assessor fills in there by hand; the others are its results.
#include "reports/csv/csv.h"
#include "reports/exports/exports.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

void head(CsvWriter& csv, std::initializer_list<const char*> columns) {
  for (const char* column : columns) csv.text(column);
  csv.end_row();
}

// Writes the rows of a query whose columns are the sheet's. A name that is an address, for want of a better one, is none.
void sheet(const ReportInput& input, std::ostream& out, std::initializer_list<const char*> columns,
           std::string_view sql) {
  CsvWriter csv(out);
  head(csv, columns);
  Statement row = input.db.prepare(sql);
  while (row.step()) {
    for (int column = 0; column < static_cast<int>(columns.size()); ++column) csv.text(row.view(column));
    csv.end_row();
  }
}

void write_segments(const ReportInput& input, std::ostream& out) {
  sheet(input, out, {"Name", "Description", "CIDR"},
        "select coalesce(min(z.name), s.cidr), s.source || ', ' || s.hosts || ' hosts', s.cidr from subnet s"
        " left join address_range r on r.cidr = s.cidr left join address d on d.value = r.address"
        " left join asset a on a.asset_id = d.asset_id left join zone z on z.zone_id = a.zone_id"
        " where s.hosts > 0 group by s.cidr, s.source, s.hosts order by s.cidr, s.source, s.hosts");
}

void write_inventory_input(const ReportInput& input, std::ostream& out) {
  sheet(input, out, {"IP", "Name"},
        "select distinct d.value, a.name from address d join asset a on a.asset_id = d.asset_id"
        " where a.scope in ('local', 'remote') and d.kind in ('ipv4', 'ipv6') and a.name <> d.value order by d.value, "
        "a.name");
}

void write_analysis(const ReportInput& input, std::ostream& out) {
  sheet(input, out,
        {"Count", "Src_IP", "Src_Desc", "Dest_IP", "Dest_Desc", "Port", "Service", "Proto", "Conn_State", "Notes"},
        "select case when l.connections > 0 then l.connections else 1 end, l.client_address, c.name, l.server_address, "
        "s.name,"
        " coalesce(l.server_port, ''), case when l.protocol = '' then 'unknown' else l.protocol end, l.transport, "
        "l.state, ''"
        " from link l join asset c on c.asset_id = l.client_id join asset s on s.asset_id = l.server_id"
        " where l.transport in ('tcp', 'udp', 'icmp')"
        " order by l.client_address, l.server_address, l.transport, l.server_port, l.link_id");
}

void write_inventory_report(const ReportInput& input, std::ostream& out) {
  CsvWriter csv(out);
  head(csv, {"MAC", "Vendor", "Hostname", "IPv4", "IPv6", "Port and Proto"});
  Statement list =
      input.db.prepare("select distinct value from address where asset_id = ?1 and kind = ?2 order by value");
  Statement services =
      input.db.prepare("select distinct port, transport from service where asset_id = ?1 order by port, transport");
  Statement row = input.db.prepare(
      "select asset_id, vendor, case when exists (select 1 from address d where d.asset_id = asset.asset_id and "
      "d.value = asset.name) then '' else name end from asset where scope in ('local', 'remote') order by asset_id");
  const auto listed = [&](std::string_view asset, std::string_view kind) {
    std::string all;
    list.reset();
    for (list.bind(1, asset).bind(2, kind); list.step();) all += (all.empty() ? "" : ", ") + list.text(0);
    return all;
  };
  while (row.step()) {
    csv.text(listed(row.view(0), "mac")).text(row.view(1)).text(row.view(2));
    csv.text(listed(row.view(0), "ipv4")).text(listed(row.view(0), "ipv6"));
    std::string ports;
    services.reset();
    for (services.bind(1, row.view(0)); services.step();)
      ports += (ports.empty() ? "" : ", ") + services.text(0) + "/" + services.text(1);
    csv.text(ports).end_row();
  }
}

void write_externals(const ReportInput& input, std::ostream& out) {
  sheet(
      input, out, {"IP", "Name", "Peers"},
      "select d.value, case when min(a.name) = d.value then '' else min(a.name) end, (select count(distinct case when "
      "l.server_id = a.asset_id then l.client_id else"
      " l.server_id end) from link l where a.asset_id in (l.server_id, l.client_id))"
      " from address d join asset a on a.asset_id = d.asset_id where a.scope = 'internet' group by d.value, a.asset_id"
      " order by d.value");
}

// Inside, and neither the name nor the maker is known.
void write_unknown_internals(const ReportInput& input, std::ostream& out) {
  sheet(input, out, {"IP", "MAC"},
        "select distinct d.value, coalesce((select min(m.value) from address m where m.asset_id = a.asset_id and "
        "m.kind = 'mac'), '')"
        " from address d join asset a on a.asset_id = d.asset_id where a.scope in ('local', 'remote')"
        " and d.kind in ('ipv4', 'ipv6') and a.vendor = '' and a.name = d.value order by d.value");
}

// The community is a secret: its mask only.
void write_snmp(const ReportInput& input, std::ostream& out) {
  sheet(input, out, {"Src_IP", "Src_Desc", "Dest_IP", "Dest_Desc", "Version", "Community", "Count"},
        "select l.client_address, c.name, l.server_address, s.name, k.scheme, k.mask, k.count from credential k"
        " join link l on l.link_id = k.link_id join asset c on c.asset_id = l.client_id"
        " join asset s on s.asset_id = l.server_id where k.protocol = 'snmp'"
        " order by l.client_address, l.server_address, k.scheme, k.mask, k.count");
}

}  // namespace

std::vector<ExportFile> navv_files(const ReportInput&) {
  return {{"navv/segments.csv", write_segments},
          {"navv/inventory-input.csv", write_inventory_input},
          {"navv/analysis.csv", write_analysis},
          {"navv/inventory-report.csv", write_inventory_report},
          {"navv/externals.csv", write_externals},
          {"navv/unknown-internals.csv", write_unknown_internals},
          {"navv/snmp.csv", write_snmp}};
}

}  // namespace kakoi
