#include "tests/reports/sample.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "rules/risk/risk.h"

namespace kakoi {

namespace {

Database with_schema() {
  Database db = Database::open(":memory:");
  db.execute(read_text("sensor/inventory/schema.sql"));
  return db;
}

}  // namespace

std::string read_text(const std::string& path_in_repository) {
  std::ifstream file(std::string(KAKOI_SOURCE_DIR) + "/" + path_in_repository, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path_in_repository);
  return {std::istreambuf_iterator<char>(file), {}};
}

Database sample_database() {
  Database db = with_schema();
  db.execute(read_text("tests/reports/sample.sql"));
  write_risk(db);
  return db;
}

Database sample_database_backwards() {
  std::vector<std::string> rows;
  std::istringstream lines(read_text("tests/reports/sample.sql"));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("INSERT")) rows.push_back(line);
  }
  Database db = with_schema();
  std::for_each(rows.rbegin(), rows.rend(), [&](const std::string& row) { db.execute(row); });
  write_risk(db);
  return db;
}

std::map<std::string, RuleText> sample_rules() {
  RuleText external{
      .id = "external-route-established",
      .family = "external-route",
      .title_en = "Closed network talks to an outside address",
      .title_ja = "閉域網から外部への通信の成立",
      .rationale_en = "A network that is relied upon to be closed has a working way out, and so a way in.",
      .rationale_ja = "閉じていることを前提に守られている網に、使われている出口があります。出口は入口にもなり得ます。",
      .limit_en = "A path outside the tap (LTE, modem) may exist as well.",
      .limit_ja = "観測点を通らない経路（LTE、モデム等）がほかにもあり得ます。",
      .remedy_en =
          "Find the device that carries the traffic, cut the unneeded outside connection, and let needed flows "
          "pass only a DMZ with rules and logs.",
      .remedy_ja = "経路となる機器を突き止めて不要な外部接続を遮断し、必要な通信はDMZと許可ルールを通して証跡を残す。",
      .confirm_en = "Trace the cable of the gateway and ask who set up the connection.",
      .confirm_ja = "ゲートウェイの配線をたどり、接続の設置者と目的を確認する。",
      .sql =
          "select c.asset_id, s.asset_id\nfrom link l\njoin asset c on c.asset_id = l.client_id\n"
          "join asset s on s.asset_id = l.server_id\n"
          "where s.scope = 'internet' and l.state = 'established' and l.packets_to_client <> 0 and 1 < 2;\n"};
  RuleText write = external;
  write.id = "ot-write-unexpected-source";
  write.family = "engineering";
  write.title_en = "Control command from an unexpected source";
  write.title_ja = "想定外の送信元からの制御書込み";
  write.remedy_en = "Confirm with operations at once; limit writes to named stations at the device or the boundary.";
  write.remedy_ja = "直ちに運用部門へ確認し、書込みを許可する端末を機器又は境界で限定する。";
  write.limit_en = "The person behind the command cannot be seen.";
  write.limit_ja = "操作した人は通信からは分かりません。";
  RuleText open = write;
  open.id = "anonymous-no-auth";
  open.family = "legacy";
  open.title_en = "Control protocol without authentication";
  open.title_ja = "認証のない制御プロトコル";
  std::map<std::string, RuleText> rules;
  for (const RuleText& rule : {external, write, open}) rules.emplace(rule.id, rule);
  return rules;
}

ReportInput sample_input(Database& db, const std::map<std::string, RuleText>& rules) {
  return {.db = db,
          .rules = rules,
          .kakoi_version = "0.1.0",
          .language = "ja",
          .input_hashes = {{"policy", std::string(64, 'a')}, {"rules", std::string(64, 'b')}}};
}

}  // namespace kakoi
