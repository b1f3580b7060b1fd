#include "reports/csv/register.h"

#include <array>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "reports/csv/csv.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

std::string_view state_text(std::string_view state, bool ja) {
  struct Word {
    std::string_view state, en, ja;
  };
  static constexpr Word kWords[] = {{"seen", "declared and seen", "台帳・観測とも有り"},
                                    {"differs", "seen with other attributes", "観測値が台帳と相違"},
                                    {"not seen", "declared, never seen", "台帳のみ（観測なし）"},
                                    {"undeclared", "seen, not declared", "観測のみ（台帳に記載なし）"}};
  for (const Word& word : kWords)
    if (word.state == state) return ja ? word.ja : word.en;
  return state;
}

std::string_view field_text(std::string_view field, bool ja) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kFields = {
      {{"mac", "MACアドレス"},
       {"ip", "IPアドレス"},
       {"vendor", "製造者"},
       {"product", "製品"},
       {"firmware", "ファームウェア"},
       {"serial", "製造番号"},
       {"os", "OS"}}};
  for (const auto& [name, text] : kFields)
    if (ja && name == field) return text;
  return field;
}

template <class Id>
std::string listed(Statement& statement, Id id) {
  std::string out;
  statement.reset();
  for (statement.bind(1, id); statement.step();) out += (out.empty() ? "" : " ") + statement.text(0);
  return out;
}

}  // namespace

bool has_register(Database& db) { return db.integer("select exists (select 1 from declared_asset)") != 0; }

void write_register_csv(const ReportInput& input, std::ostream& out) {
  const bool ja = input.language == "ja";
  Rows rows(input, Rows::Form::document);
  CsvWriter csv(out);
  for (const auto& [en, japanese] :
       std::initializer_list<std::pair<const char*, const char*>>{{"state", "照合結果"},
                                                                  {"declared_name", "台帳の名称"},
                                                                  {"declared_addresses", "台帳のアドレス"},
                                                                  {"declared_vendor", "台帳の製造者"},
                                                                  {"declared_product", "台帳の製品"},
                                                                  {"declared_firmware", "台帳のファームウェア"},
                                                                  {"declared_serial", "台帳の製造番号"},
                                                                  {"location", "設置場所"},
                                                                  {"purpose", "用途"},
                                                                  {"observed_name", "観測した名称"},
                                                                  {"observed_addresses", "観測したアドレス"},
                                                                  {"matched_by", "照合の手掛かり"},
                                                                  {"differences", "相違（台帳 → 観測）"},
                                                                  {"first_seen", "初回観測"},
                                                                  {"last_seen", "最終観測"},
                                                                  {"asset_id", "資産ID"},
                                                                  {"register_line", "台帳の行"}})
    csv.text(ja ? japanese : en);
  csv.end_row();

  Database& db = input.db;
  Statement addresses = db.prepare("select address from declared_address where declared_id = ?1 order by position");
  Statement observed = db.prepare("select distinct value from address where asset_id = ?1 order by kind desc, value");
  // Of all devices that a row is: one for each network card that was taken for a device.
  Statement observed_of = db.prepare(
      "select distinct value from address where asset_id in (select asset_id from register_device where declared_id = "
      "?1) order by kind desc, value");
  Statement devices = db.prepare("select asset_id from register_device where declared_id = ?1 order by rowid");
  Statement differences = db.prepare(
      "select field, declared, observed from register_difference where declared_id = ?1 order by field, declared, "
      "observed");
  std::string time;
  const auto write_time = [&](const Statement& row, int column) {
    time.clear();
    if (!row.is_null(column)) rows.time_text().append(time, row.integer(column));
    csv.text(time);
  };
  Statement row = db.prepare(
      "select m.state, d.name, d.declared_id, d.vendor, d.product, d.firmware, d.serial, d.location, d.purpose,"
      " coalesce(a.name, ''), m.matched_by,"
      " (select min(s.first_ts) from register_device x join asset s on s.asset_id = x.asset_id"
      "   where x.declared_id = d.declared_id),"
      " (select max(s.last_ts) from register_device x join asset s on s.asset_id = x.asset_id"
      "   where x.declared_id = d.declared_id), d.source"
      " from declared_asset d join register_match m on m.declared_id = d.declared_id"
      " left join asset a on a.asset_id = m.asset_id order by d.declared_id");
  while (row.step()) {
    csv.text(state_text(row.view(0), ja)).text(row.view(1));
    csv.text(listed(addresses, row.integer(2)));
    for (int column = 3; column <= 9; ++column) csv.text(row.view(column));
    csv.text(listed(observed_of, row.integer(2))).text(row.view(10));
    std::string differing;
    differences.reset();
    for (differences.bind(1, row.integer(2)); differences.step();)
      differing += (differing.empty() ? "" : "; ") + std::string(field_text(differences.view(0), ja)) + ": " +
                   differences.text(1) + " → " + differences.text(2);
    csv.text(differing);
    write_time(row, 11);
    write_time(row, 12);
    csv.text(listed(devices, row.integer(2))).text(row.view(13)).end_row();
  }
  // Groups and addresses that never sent are no devices that a register could name.
  Statement other = db.prepare(
      "select a.name, a.asset_id, a.first_ts, a.last_ts from asset a where a.scope = 'local'"
      " and not exists (select 1 from register_device m where m.asset_id = a.asset_id)"
      " and exists (select 1 from address ad where ad.asset_id = a.asset_id and ad.bound_by <> 'destination only')"
      " order by a.asset_id");
  while (other.step()) {
    csv.text(state_text("undeclared", ja));
    for (int column = 0; column < 8; ++column) csv.empty();
    csv.text(other.view(0)).text(listed(observed, other.view(1))).empty().empty();
    write_time(other, 2);
    write_time(other, 3);
    csv.text(other.view(1)).empty().end_row();
  }
}

}  // namespace kakoi
