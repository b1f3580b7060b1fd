#include "reports/report.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "dissectors/core/observation.h"
#include "reports/csv/tables.h"
#include "reports/html/page.h"
#include "reports/html/page_extent.h"
#include "reports/json/documents.h"
#include "reports/json_value.h"
#include "reports/output.h"
#include "reports/rows.h"
#include "tests/reports/folder.h"
#include "tests/reports/sample.h"

namespace kakoi {
namespace {

using Write = void (*)(const ReportInput&, std::ostream&);

class Reports : public testing::Test {
 protected:
  std::string text(Write write, const char* language = "ja") { return text(write, db_, language); }
  std::string text(Write write, Database& db, const char* language = "ja") {
    ReportInput input = sample_input(db, rules_);
    input.language = language;
    std::ostringstream out;
    write(input, out);
    return out.str();
  }

  Database db_ = sample_database();
  std::map<std::string, RuleText> rules_ = sample_rules();
};

TEST_F(Reports, WritesEveryFileAndTheManifestOfThem) {
  const Folder out;
  out.write("inventory.db", "placed by the caller");
  ::setenv("SOURCE_DATE_EPOCH", "1714521600", 1);
  write_reports(sample_input(db_, rules_), out.path());
  ::unsetenv("SOURCE_DATE_EPOCH");
  const std::vector<std::string> expected{"assets.csv",     "findings.json", "inventory.db",
                                          "inventory.json", "links.csv",     "manifest.json",
                                          "register.csv",   "report.html",   "verdicts.csv"};
  EXPECT_EQ(out.files(), expected);

  const Json manifest = parse_json(out.read("manifest.json"));
  EXPECT_EQ(manifest["schema"], "kakoi-manifest/1");
  EXPECT_EQ(manifest["created"], "2024-05-01T00:00:00Z");
  ASSERT_EQ(manifest["outputs"].size(), expected.size() - 1);
  for (const Json& file : manifest["outputs"]) {
    const std::string bytes = out.read(file["path"]);
    EXPECT_EQ(file["sha256"], digest_of(bytes).sha256) << file["path"];
    EXPECT_EQ(file["bytes"], bytes.size()) << file["path"];
  }
  EXPECT_EQ(manifest["inputs"].size(), 4u);  // two captures, policy, rules
  EXPECT_EQ(manifest["inputs"][2], (Json{{"kind", "policy"}, {"sha256", std::string(64, 'a')}}));
}

// All values of an enumeration, by the words that the database has for them.
template <class Enum>
std::set<std::string> words_of() {
  std::set<std::string> out;
  for (int i = 0;; ++i) {
    const std::string word(to_string(static_cast<Enum>(i)));
    if (word == "unknown") return out;
    out.insert(word);
  }
}

// What stands in quotes behind a column of schema.sql, up to the end of its line.
std::set<std::string> words_of_column(const std::string& table, const std::string& column) {
  std::ifstream file(KAKOI_SOURCE_DIR "/sensor/inventory/schema.sql");
  std::set<std::string> out;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("CREATE TABLE")) inside = line.starts_with("CREATE TABLE " + table + ' ');
    if (!inside || !line.starts_with("  " + column + ' ')) continue;
    const std::regex quoted("'([^']+)'");
    for (std::sregex_iterator at(line.begin(), line.end(), quoted), end; at != end; ++at) out.insert((*at)[1]);
  }
  return out;
}

TEST(Vocabularies, AreWholeInTheSchemas) {
  std::set<std::string> traits = words_of<Trait>(), faults = words_of<Fault>(), bound = words_of<BindingKind>();
  traits.insert({"same_identity", "local_mac", "also_mac"});
  faults.insert({"duplicate_ip", "relayed_ip"});
  bound.insert({"frame source", "destination only", "ip only", "behind router", "tunnel"});
  EXPECT_EQ(words_of_column("attribute", "name"), traits);
  EXPECT_EQ(words_of_column("anomaly", "kind"), faults);
  EXPECT_EQ(words_of_column("address", "bound_by"), bound);

  std::ifstream file(KAKOI_SOURCE_DIR "/reports/schema/inventory.schema.json");
  const Json schema = Json::parse(file), &tables = schema["properties"];
  const Json& asset = tables["assets"]["items"]["properties"];
  const auto values = [](const Json& field) { return field["enum"].get<std::set<std::string>>(); };
  EXPECT_EQ(values(asset["attributes"]["items"]["properties"]["name"]), traits);
  EXPECT_EQ(values(asset["addresses"]["items"]["properties"]["bound_by"]), bound);
  EXPECT_EQ(values(asset["role"]), words_of_column("asset", "role"));
  EXPECT_EQ(values(tables["anomalies"]["items"]["properties"]["kind"]), faults);
}

TEST_F(Reports, RemovesTheManifestOfAnEarlierRunFirst) {
  const Folder out;
  out.write("manifest.json", "{}");
  db_.execute("drop table verdict");
  EXPECT_THROW(write_reports(sample_input(db_, rules_), out.path()), DatabaseError);
  const auto files = out.files();
  EXPECT_EQ(std::count(files.begin(), files.end(), "manifest.json"), 0);
  EXPECT_EQ(std::count(files.begin(), files.end(), "findings.json"), 0);
}

TEST_F(Reports, DoNotDependOnTheOrderOfRows) {
  Database backwards = sample_database_backwards();
  for (const Write write : {write_inventory_json, write_findings_json, write_assets_csv, write_links_csv, write_page})
    EXPECT_EQ(text(write), text(write, backwards));
}

TEST_F(Reports, InventoryHoldsEveryRow) {
  const Json inventory = parse_json(text(write_inventory_json));
  EXPECT_EQ(inventory["schema"], "kakoi-inventory/3");
  const std::map<std::string, std::string> tables{{"captures", "capture"},
                                                  {"zones", "zone"},
                                                  {"assets", "asset"},
                                                  {"links", "link"},
                                                  {"operations", "operation"},
                                                  {"name_lookups", "name_lookup"},
                                                  {"tls_sessions", "tls_session"},
                                                  {"credentials", "credential"},
                                                  {"open_access", "open_access"},
                                                  {"gateways", "gateway"},
                                                  {"dhcp_leases", "dhcp_lease"},
                                                  {"anomalies", "anomaly"},
                                                  {"subnets", "subnet"},
                                                  {"asked_for", "asked_for"},
                                                  {"conduits", "conduit"},
                                                  {"declared_assets", "declared_asset"},
                                                  {"register_differences", "register_difference"},
                                                  {"allowed_external", "allowed_external"},
                                                  {"coverage", "coverage"}};
  for (const auto& [name, table] : tables)
    EXPECT_EQ(inventory[name].size(), db_.integer("select count(*) from " + table)) << name;
  std::int64_t addresses = 0, attributes = 0, services = 0;
  for (const Json& asset : inventory["assets"]) {
    const auto size = [&](const char* part) {
      return asset.contains(part) ? static_cast<std::int64_t>(asset[part].size()) : 0;
    };
    addresses += size("addresses");
    attributes += size("attributes");
    services += size("services");
  }
  EXPECT_EQ(addresses, db_.integer("select count(*) from address"));
  EXPECT_EQ(attributes, db_.integer("select count(*) from attribute"));
  EXPECT_EQ(services, db_.integer("select count(*) from service"));
}

TEST_F(Reports, InventoryWritesValuesAsDocumented) {
  const Json inventory = parse_json(text(write_inventory_json));
  const Json& capture = inventory["captures"][0];
  EXPECT_EQ(capture["first_seen"], "2024-05-01T09:00:00+09:00");
  // what says nothing is left out; a number of which 0 says something is not
  EXPECT_FALSE(inventory["captures"][1].contains("kernel_drops"));
  EXPECT_EQ(inventory["captures"][0]["kernel_drops"], 0);
  EXPECT_FALSE(inventory["captures"][0].contains("error"));
  EXPECT_TRUE(inventory["captures"][0]["paused_s"].is_number());
  EXPECT_FALSE(inventory["captures"][0].contains("paused_ns"));
  for (const char* table : {"asked_for", "register_differences"})
    for (const Json& row : inventory[table]) EXPECT_TRUE(row.contains("time")) << table;
  EXPECT_FALSE(inventory["asked_for"].empty());
  EXPECT_FALSE(inventory["register_differences"].empty());
  const auto find = [&](const char* table, const char* field, const char* value) -> Json {
    for (const Json& row : inventory[table])
      if (row.value(field, "") == value) return row;
    return nullptr;
  };
  const Json plc = find("assets", "name", "PLC-11");
  EXPECT_EQ(plc["id"], "mac-0080f41a2211");
  EXPECT_EQ(plc["is_ot"], true);
  EXPECT_EQ(plc["purdue_level"], 1.0);
  EXPECT_EQ(plc["addresses"][0]["vlan"], "11");
  EXPECT_EQ(plc["addresses"][0]["packet"][0], 0);  // the first capture
  EXPECT_TRUE(plc["addresses"][0]["packet"][1].is_number_unsigned());
  const Json rtu = find("operations", "function", "DIRECT_OPERATE");
  EXPECT_TRUE(rtu["link"].is_string());
  EXPECT_EQ(rtu["unit"], 21);
  EXPECT_EQ(rtu["peer_unit"], 1);
}

TEST_F(Reports, FindingsAreSortedAndCiteTheirPackets) {
  const Json document = parse_json(text(write_findings_json));
  EXPECT_EQ(document["schema"], "kakoi-findings/1");
  EXPECT_EQ(document["findings"].size(), db_.integer("select count(*) from finding"));
  EXPECT_EQ(document["counts"]["critical"], 3);
  EXPECT_EQ(document["counts"]["accepted"], 1);
  const Json& first = document["findings"][0];
  EXPECT_EQ(first["severity"], "critical");
  EXPECT_EQ(first["title"]["ja"], "閉域網から外部への通信の成立");
  ASSERT_EQ(first["packets"].size(), 3u);
  EXPECT_EQ(first["packets"][0]["source"], "east-core-20240501.pcapng");
  EXPECT_EQ(first["packets"][0]["number"], 8101);
  EXPECT_EQ(first["packets"][0]["wireshark_filter"], "frame.number == 8101");
  EXPECT_EQ(first["assets"][0]["name"], "ENG-PC");
  std::vector<std::string> order;
  for (const Json& finding : document["findings"])
    if (order.empty() || order.back() != finding["severity"]) order.push_back(finding["severity"]);
  EXPECT_EQ(order, (std::vector<std::string>{"critical", "high", "medium", "low", "info"}));
}

TEST_F(Reports, BearInvalidUtf8AndMissingReferences) {
  db_.execute("update asset set name = cast(x'ff41c3' as text), zone_id = 'gone' where asset_id like 'mac-0080f4%'");
  db_.execute(
      "delete from packet where number % 2 = 0; delete from asset where name = 'ENG-PC'; delete from capture where "
      "format = 'pcap'");
  EXPECT_TRUE(Json::accept(text(write_inventory_json)));
  EXPECT_TRUE(Json::accept(text(write_findings_json)));
  EXPECT_NO_THROW(static_cast<void>(text(write_page)));
  EXPECT_NO_THROW(static_cast<void>(text(write_assets_csv)));
}

TEST_F(Reports, WorkOnAnEmptyInventory) {
  Database empty = Database::open(":memory:");
  empty.execute(read_text("sensor/inventory/schema.sql"));
  EXPECT_EQ(parse_json(text(write_inventory_json, empty))["assets"].size(), 0u);
  EXPECT_EQ(parse_json(text(write_findings_json, empty))["findings"].size(), 0u);
  EXPECT_NE(text(write_page, empty).find("</html>"), std::string::npos);
}

// What stands between the tags of the page.
std::string between(const std::string& page, const std::string& open, const std::string& close) {
  const std::size_t from = page.find(open);
  if (from == std::string::npos) return "";
  const std::size_t start = from + open.size();
  return page.substr(start, page.find(close, start) - start);
}

TEST_F(Reports, PageAllowsItsOwnStyleAndScriptAlone) {
  const std::string page = text(write_page);
  const std::string policy = between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
  const std::string style = between(page, "<style>", "</style>");
  const std::string script = between(page, "<script>", "</script>");
  ASSERT_FALSE(style.empty());
  ASSERT_FALSE(script.empty());
  EXPECT_EQ(policy, "default-src 'none'; script-src 'sha256-" + sha256_base64(script) + "'; style-src 'sha256-" +
                        sha256_base64(style) +
                        "'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; "
                        "trusted-types 'none'");
  EXPECT_EQ(style.find("url("), std::string::npos);
  const std::size_t ours = script.find("// Every word of the page");  // after the libraries
  ASSERT_NE(ours, std::string::npos);
  EXPECT_EQ(script.find("innerHTML", ours), std::string::npos);
  for (const char* reference : {"@import", "src=", "https:", "import(", "fetch(", "eval(", "new Function"}) {
    EXPECT_EQ(style.find(reference), std::string::npos) << reference;
    EXPECT_EQ(script.find(reference), std::string::npos) << reference;
  }
}

TEST_F(Reports, PageDataCannotLeaveItsElement) {
  const std::string page = text(write_page);
  const std::string data = between(page, "<script type=\"application/json\" id=\"data\">", "</script>");
  EXPECT_EQ(data.find_first_of("<>&"), std::string::npos);
  const Json parsed = parse_json(data);  // the names are all there, spelt with \u escapes
  EXPECT_NE(parsed.dump().find("</script><img src=x onerror=alert(2)>"), std::string::npos);
  EXPECT_EQ(parsed["assets"]["rows"].size(), db_.integer("select count(*) from asset"));
  EXPECT_EQ(script_safe("\"</script><!--&\""), "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
}

// What is written goes on in pieces of 128 KiB; where one ends must not show.
TEST_F(Reports, PageDataIsWholeWhereverAPieceEnds) {
  for (const std::size_t padding : {100'000u, 128u << 10, 200'000u}) {
    rules_.begin()->second.sql = std::string(padding, 'x');
    const std::string page = text(write_page);
    const Json data = parse_json(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"));
    EXPECT_FALSE(data["captures"]["rows"].empty()) << padding;
    EXPECT_EQ(data["captures"]["rows"].size(), static_cast<std::size_t>(db_.integer("select count(*) from capture")));
  }
}

// The rows of a table of the page as objects.
Json page_rows(const std::string& page, const char* table) {
  const Json data = parse_json(between(page, "<script type=\"application/json\" id=\"data\">", "</script>"));
  Json rows = Json::array();
  for (const Json& row : data[table]["rows"]) {
    Json object;
    for (std::size_t i = 0; i < row.size(); ++i) object[data[table]["columns"][i].get<std::string>()] = row[i];
    rows.push_back(object);
  }
  return rows;
}

// The sample declares 203.0.113.40 for TLS on port 443 alone.
TEST_F(Reports, PageTellsDeclaredTrafficWithTheOutside) {
  db_.execute("insert into allowed_external_member values ('ip-203.0.113.40', 'office proxy')");
  const auto declared = [&] {
    std::map<std::string, int> by_address;
    for (const Json& link : page_rows(text(write_page), "links"))
      if (link["declared"] == true) ++by_address[link["server_address"]];
    return by_address;
  };
  EXPECT_EQ(declared(), (std::map<std::string, int>{{"203.0.113.40", 3}}));
  db_.execute("update link set server_port = 8443 where server_address = '203.0.113.40' and state = 'refused'");
  EXPECT_EQ(declared(), (std::map<std::string, int>{{"203.0.113.40", 2}}));

  // where the page leaves out links, the totals hold them all
  const ReportInput input = sample_input(db_, rules_);
  Rows rows(input, Rows::Form::page);
  const PageExtent extent(db_, rows.lookups(), 1, 0);
  EXPECT_EQ(extent.totals["declared_outside"], 2);
  EXPECT_EQ(extent.totals["declared_outside_succeeded"], 1);
  EXPECT_EQ(extent.totals["outside"].get<std::int64_t>() + 2,
            db_.integer("select count(*) from link where exists (select 1 from asset where scope = 'internet' and "
                        "asset_id in (client_id, server_id))"));
}

TEST_F(Reports, PageOrdersRisksOfOneScoreAsFindings) {
  db_.execute("delete from risk");
  db_.execute("insert into risk select finding_id, 50, 50, 100, 100, 100, null from finding where not accepted");
  const std::string page = text(write_page);
  std::vector<std::string> findings, risks;
  for (const Json& row : page_rows(page, "findings"))
    if (row["accepted"] == false) findings.push_back(row["id"]);
  for (const Json& row : page_rows(page, "risk")) risks.push_back(row["finding"]);
  EXPECT_EQ(risks, findings);
}

TEST_F(Reports, PageTitleIsEscaped) {
  db_.execute("update meta set value = '</title><script>alert(1)</script>{{data}}' where key = 'site'");
  const std::string page = text(write_page, "en");
  EXPECT_EQ(between(page, "<title>", "</title>"),
            "Closed-network exposure report – &lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{data}}");
  EXPECT_NE(page.find("<html lang=\"en\">"), std::string::npos);
}

TEST_F(Reports, CsvHasHeadersInTheLanguageAndDisarmedNames) {
  const std::string assets = text(write_assets_csv);
  EXPECT_TRUE(assets.starts_with("\xEF\xBB\xBF資産ID,名称,"));
  EXPECT_NE(assets.find("'=cmd|' /C calc'!A1"), std::string::npos);
  EXPECT_NE(assets.find(",'+81-3-camera,"), std::string::npos);
  const std::string links = text(write_links_csv, "en");
  EXPECT_TRUE(
      links.starts_with("\xEF\xBB\xBF"
                        "client,client_address,"));
  EXPECT_EQ(std::count(links.begin(), links.end(), '\n'), 1 + db_.integer("select count(*) from link"));
}

TEST_F(Reports, LinksCsvCountsADnp3MessageOnce) {
  // the DNP3 READ has a row for the message and one for an object in it, 1100 each
  EXPECT_NE(text(write_links_csv).find(",control:2 read:1100 report:0,"), std::string::npos);
}

}  // namespace
}  // namespace kakoi
