// Writes the reports of the sample inventory: sample_report OUT [ja|en] [ASSETS LINKS]
// With numbers, that many more devices and links are added, to see how the page bears them.
#include <cstdlib>
#include <iostream>

#include "rules/risk/risk.h"
#include "tests/reports/sample.h"

namespace {

void add_load(kakoi::Database& db, int assets, int links) {
  db.execute("begin");
  kakoi::Statement asset = db.prepare(
      "insert into asset select printf('mac-02%010x', ?1), 'HOST-' || ?1, 'local', case ?1 % 4 when 0 then 'plc' else "
      "'workstation' end, "
      "'', null, case ?1 % 3 when 0 then 'office' when 1 then 'scada' else 'cell-1' end, '', '', '', '', '', 0, ?1 % 4 "
      "= 0, "
      "?1 % 4 <> 0, first_ts, last_ts, first_packet_id from asset limit 1");
  for (int i = 0; i < assets; ++i) asset.bind(1, i).run();
  kakoi::Statement link = db.prepare(
      "insert into link select ?1, printf('mac-02%010x', ?2), printf('mac-02%010x', ?3), '10.0.0.1', '10.0.0.2', "
      "transport, ?4, "
      "protocol, protocol_domain, vlan, state, client_known, connections, packets_to_server, bytes_to_server, "
      "packets_to_client, "
      "bytes_to_client, payload_to_server, payload_to_client, 64, 64, 64, 64, 0, 0, first_ts, last_ts, "
      "first_packet_id, "
      "last_packet_id from link where protocol = 'modbus' limit 1");
  for (int i = 0; i < links; ++i)
    link.bind(1, i + 1).bind(2, i % assets).bind(3, (i * 7 + i / assets + 1) % assets).bind(4, 502).run();
  db.execute("delete from risk; delete from reach");
  kakoi::write_risk(db);
  db.execute("commit");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: sample_report OUT [ja|en] [ASSETS LINKS]\n";
    return 2;
  }
  try {
    kakoi::Database db = kakoi::sample_database();
    if (argc > 4) add_load(db, std::atoi(argv[3]), std::atoi(argv[4]));
    const auto rules = kakoi::sample_rules();
    kakoi::ReportInput input = kakoi::sample_input(db, rules);
    if (argc > 2) input.language = argv[2];
    kakoi::write_reports(input, argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 3;
  }
}
