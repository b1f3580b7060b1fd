// asset-notification.csv: what the notification of important computers under Japan's Active Cyber Defence act asks for
// (product, maker, model, version, place, purpose), a line a device. The register's word comes first, for the site signs
// it; what it does not say is taken from traffic, and what neither tells stays blank. Whether a device has to be notified
// is for the operator to judge.
#include "reports/csv/csv.h"
#include "reports/exports/exports.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

constexpr std::string_view kRows = R"(
  select coalesce(d.declared_id, 0), coalesce(d.name, ''), coalesce(d.product, ''), coalesce(d.vendor, ''),
    coalesce(d.firmware, ''), coalesce(d.os, ''), coalesce(d.location, ''), coalesce(d.purpose, ''),
    coalesce(a.asset_id, ''), coalesce(a.name, ''), coalesce(a.product, ''), coalesce(a.vendor, ''),
    coalesce(a.firmware, ''), coalesce(a.os, '')
  from declared_asset d join register_match m on m.declared_id = d.declared_id left join asset a on a.asset_id = m.asset_id
  union all
  select 0, '', '', '', '', '', '', '', a.asset_id, a.name, a.product, a.vendor, a.firmware, a.os
  from asset a where a.scope = 'local' and not exists (select 1 from register_device m where m.asset_id = a.asset_id)
    and exists (select 1 from address ad where ad.asset_id = a.asset_id and ad.bound_by <> 'destination only')
  order by 1, 9)";

void write(const ReportInput& input, std::ostream& out) {
  const bool ja = input.language == "ja";
  CsvWriter csv(out);
  for (const auto& [en, japanese] :
       std::initializer_list<std::pair<const char*, const char*>>{{"name", "機器名"},
                                                                  {"product", "製品名"},
                                                                  {"maker", "製造者名"},
                                                                  {"model", "型式"},
                                                                  {"firmware", "ファームウェアのバージョン"},
                                                                  {"os", "OS"},
                                                                  {"place", "設置場所"},
                                                                  {"purpose", "用途"},
                                                                  {"source", "記載の根拠"},
                                                                  {"asset_id", "資産ID"}})
    csv.text(ja ? japanese : en);
  csv.end_row();
  Statement model = input.db.prepare(
      "select value from attribute where asset_id = ?1 and name = 'model' order by confidence desc, count desc, value "
      "limit 1");
  Statement row = input.db.prepare(kRows);
  while (row.step()) {
    bool from_register = false, from_traffic = false;
    const auto best = [&](int declared, int observed) {
      const std::string_view told = row.view(declared), seen = row.view(observed);
      (told.empty() ? from_traffic : from_register) |= !told.empty() || !seen.empty();
      return told.empty() ? seen : told;
    };
    csv.text(best(1, 9)).text(best(2, 10)).text(best(3, 11));
    model.reset();
    model.bind(1, row.view(8));
    const bool has_model = model.step();
    from_traffic |= has_model;
    csv.text(has_model ? model.view(0) : std::string_view());
    csv.text(best(4, 12)).text(best(5, 13)).text(row.view(6)).text(row.view(7));
    from_register |= !row.view(6).empty() || !row.view(7).empty();
    csv.text(from_register && from_traffic ? (ja ? "台帳・通信" : "register, traffic")
             : from_register               ? (ja ? "台帳" : "register")
                                           : (ja ? "通信" : "traffic"));
    csv.text(row.view(8)).end_row();
  }
}

}  // namespace

std::vector<ExportFile> notification_files(const ReportInput&) { return {{"asset-notification.csv", write}}; }

}  // namespace kakoi
