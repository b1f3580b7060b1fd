// CSV for NetBox' bulk import, into OUT/netbox/: devices, IP addresses, prefixes. Names of columns are NetBox' own. Site,
// roles, manufacturers and device types must exist there before the import; what traffic does not tell is "Unknown".
#include "reports/csv/csv.h"
#include "reports/exports/exports.h"
#include "reports/rows.h"
#include "rules/policy/cidr.h"

namespace kakoi {

namespace {

void head(CsvWriter& csv, std::initializer_list<const char*> columns) {
  for (const char* column : columns) csv.text(column);
  csv.end_row();
}

std::string_view known(std::string_view value) { return value.empty() ? "Unknown" : value; }

void write_devices(const ReportInput& input, std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  const std::string site(rows.meta("site"));
  CsvWriter csv(out, CsvWriter::Mark::none);
  head(csv, {"name", "role", "manufacturer", "device_type", "serial", "site", "status", "comments"});
  Statement same = input.db.prepare("select count(*) from asset where scope = 'local' and name = ?1");
  Statement row = input.db.prepare(
      "select asset_id, name, role, vendor, product, serial, firmware, os from asset where scope = 'local' order by "
      "asset_id");
  while (row.step()) {
    // NetBox tells devices of a site apart by their name.
    same.reset();
    same.bind(1, row.view(1)).step();
    csv.text(same.integer(0) > 1 ? row.text(1) + " [" + row.text(0) + "]" : row.text(1));
    csv.text(known(row.view(2))).text(known(row.view(3))).text(known(row.view(4))).text(row.view(5));
    csv.text(known(site)).text("staged");
    std::string comments = "kakoi " + row.text(0);
    if (!row.view(6).empty()) comments += ", firmware " + row.text(6);
    if (!row.view(7).empty()) comments += ", OS " + row.text(7);
    csv.text(comments).end_row();
  }
}

void write_addresses(const ReportInput& input, std::ostream& out) {
  CsvWriter csv(out, CsvWriter::Mark::none);
  head(csv, {"address", "status", "description"});
  Statement row = input.db.prepare(
      "select distinct d.value, a.name, coalesce((select r.cidr from address_range r where r.address = d.value), '')"
      " from address d join asset a on a.asset_id = d.asset_id"
      " where a.scope = 'local' and d.kind in ('ipv4', 'ipv6') order by d.value, a.name");
  while (row.step()) {
    std::string prefix = row.text(2);
    prefix = prefix.find('/') == std::string::npos ? row.view(0).find(':') == std::string_view::npos ? "/32" : "/128"
                                                   : prefix.substr(prefix.find('/'));
    csv.text(row.text(0) + prefix).text("active").text(row.view(1)).end_row();
  }
}

void write_prefixes(const ReportInput& input, std::ostream& out) {
  CsvWriter csv(out, CsvWriter::Mark::none);
  head(csv, {"prefix", "status", "description"});
  Statement row = input.db.prepare(
      "select s.cidr, coalesce(min(z.name), ''), min(s.vlan) from subnet s"
      " left join address_range r on r.cidr = s.cidr left join address d on d.value = r.address"
      " left join asset a on a.asset_id = d.asset_id left join zone z on z.zone_id = a.zone_id"
      " where s.hosts > 0 group by s.cidr order by s.cidr");
  while (row.step()) {
    std::string description = row.text(1);
    if (!row.is_null(2)) {
      description += description.empty() ? "VLAN " : ", VLAN ";
      append_vlan(description, row.integer(2));
    }
    csv.text(row.view(0)).text("active").text(description).end_row();
  }
}

}  // namespace

std::vector<ExportFile> netbox_files(const ReportInput&) {
  return {{"netbox/devices.csv", write_devices},
          {"netbox/ip-addresses.csv", write_addresses},
          {"netbox/prefixes.csv", write_prefixes}};
}

}  // namespace kakoi
