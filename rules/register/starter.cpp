#include <set>

#include "rules/register/register.h"

namespace kakoi {

namespace {

// Names come from traffic: what a spreadsheet would run as a formula gets an apostrophe in front.
std::string cell(std::string text) {
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) text.insert(0, "'");
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + '"';
}

std::string addresses(Database& db, const std::string& asset, bool mac) {
  std::set<Address> all;
  Statement s = db.prepare("select value from address where asset_id = ?1 and (kind = 'mac') = ?2");
  for (s.bind(1, asset).bind(2, mac); s.step();)
    if (const auto address = parse_address(s.text(0)); address && !address->is_link_local()) all.insert(*address);
  std::string out;
  for (const Address& address : all) out += (out.empty() ? "" : " ") + to_string(address);
  return out;
}

}  // namespace

std::string starter_register(Database& db) {
  std::string out =
      "\xEF\xBB\xBF機器名,IPアドレス,MACアドレス,種別,メーカー,製品名,ファームウェア,製造番号,OS,設置場所,用途,"
      "重要度\r\n";
  for (Statement s = db.prepare("select asset_id, name, role, vendor, product, firmware, serial, os from asset"
                                " where scope = 'local' order by asset_id");
       s.step();) {
    const std::string ip = addresses(db, s.text(0), false), mac = addresses(db, s.text(0), true);
    if (ip.empty() && mac.empty()) continue;
    // A name that is but an address says nothing.
    out += cell(parse_address(s.text(1)) ? "" : s.text(1)) + ',' + ip + ',' + mac;
    for (int column = 2; column <= 7; ++column) out += ',' + cell(s.text(column));
    out += ",,,\r\n";
  }
  return out;
}

}  // namespace kakoi
