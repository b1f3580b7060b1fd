// Factors and examples are those of docs/risk.md, worked out by hand.
#include "rules/risk/risk.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>

#include "tests/rules/site.h"

namespace kakoi {
namespace {

// outside – box – plc – drive; pc is office, camera talks with nobody
Site plant() {
  Site site;
  site.host("plc", {.ip = "192.168.10.20", .ot = true}).host("box", {.ip = "192.168.10.40"});
  site.host("drive", {.ip = "192.168.10.21", .ot = true}).host("camera", {.ip = "192.168.10.90"});
  site.host("pc", {.ip = "192.168.20.5", .it = true}).host("far", {.ip = "198.51.100.7", .scope = "internet"});
  site.host("group", {.ip = "224.0.0.251", .scope = "multicast"});
  const Talk modbus = {.protocol = "modbus", .domain = "ot", .port = 502};
  site.link("box", "far", {.protocol = "tls", .port = 443});
  site.link("box", "plc", modbus);
  site.link("plc", "drive", modbus);
  site.link("pc", "camera", unanswered(80));
  site.link("camera", "group", {.port = 5353, .transport = "udp", .state = "datagram", .to_client = 0});
  site.set("asset", "role", "'plc'", "asset_id = 'plc'").set("asset", "role", "'printer'", "asset_id = 'camera'");
  return site;
}

std::string reach(Site& site, const std::string& asset) {
  Statement s = site.db.prepare("select * from reach where asset_id = ?1");
  if (!s.bind(1, asset).step()) return "";
  std::string text;
  for (int i = 1; i < s.columns(); ++i) text += (i > 1 ? " " : "") + (s.is_null(i) ? "-" : s.text(i));
  return text;
}

TEST(Risk, CountsSessionsToTheOutsideAndToTheOffice) {
  Site site = plant();
  site.findings(
      "zones:\n  - {id: plant, kind: ot, members: [{cidr: 192.168.10.0/24}]}\n"
      "  - {id: office, kind: it, members: [{cidr: 192.168.20.0/24}]}\n");
  EXPECT_EQ(reach(site, "box"), "1 far - - 100 medium unknown 55");
  EXPECT_EQ(reach(site, "plc"), "2 box - - 80 high role 80");
  EXPECT_EQ(reach(site, "drive"), "3 plc - - 60 medium protocols 55");
  EXPECT_EQ(reach(site, "pc"), "- - 0 - 70 low protocols 30");
  EXPECT_EQ(reach(site, "camera"), "- - - - 30 low role 30");  // nobody answered, and a group is no device
  EXPECT_EQ(reach(site, "far") + reach(site, "group"), "");
  site.link("pc", "drive", {.protocol = "http", .domain = "it", .port = 80});
  site.findings(
      "zones:\n  - {id: plant, kind: ot, members: [{cidr: 192.168.10.0/24}]}\n"
      "  - {id: office, kind: it, members: [{cidr: 192.168.20.0/24}]}\n");
  EXPECT_EQ(reach(site, "drive"), "3 plc 1 pc 70 medium protocols 55");
  EXPECT_EQ(reach(site, "box"), "1 far 3 plc 100 medium unknown 55");
}

TEST(Risk, TakesTheDeclaredCriticality) {
  Site site = plant();
  const std::string policy =
      "zones:\n  - {id: plant, kind: ot, criticality: critical, members: [{cidr: 192.168.10.0/24}]}\n"
      "  - {id: office, kind: it, members: [{cidr: 192.168.20.0/24}]}\n"
      "assets:\n  - {name: DRIVE, address: 192.168.10.21, criticality: low}\n";
  site.findings(policy);
  EXPECT_EQ(reach(site, "plc"), "2 box - - 80 critical declared zone 100");
  EXPECT_EQ(reach(site, "drive"), "3 plc - - 60 low declared asset 30");
  EXPECT_EQ(reach(site, "pc"), "- - 0 - 70 low protocols 30");
  site.findings();
  EXPECT_EQ(reach(site, "plc"), "2 box - - 80 high role 80") << "without the policy what it declared is gone";
  EXPECT_THROW(parse_policy("zones:\n  - {id: a, kind: ot, criticality: vital, members: [{vlan: 1}]}\n", "x"),
               PolicyError);
}

// The lines of a document between two of its lines.
std::vector<std::string> lines_between(const std::string& file, const std::string& from, const std::string& to) {
  std::ifstream in(KAKOI_SOURCE_DIR "/docs/" + file);
  std::vector<std::string> out;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(to)) inside = false;
    if (inside) out.push_back(line);
    if (line.starts_with(from)) inside = true;
  }
  return out;
}

// The words in backticks.
std::vector<std::string> words_in(const std::string& cell) {
  std::vector<std::string> out;
  for (std::size_t at = 0, end = 0; (at = cell.find('`', at)) != std::string::npos; at = end + 1) {
    end = cell.find('`', at + 1);
    out.push_back(cell.substr(at + 1, end - at - 1));
  }
  return out;
}

// docs/inventory.md says which roles there are, docs/risk.md how much depends on each.
TEST(Risk, KnowsEveryRoleOfTheInventory) {
  std::set<std::string> roles;
  for (const std::string& line : lines_between("inventory.md", "### Roles", "###"))
    if (line.starts_with("| `"))
      for (const std::string& role : words_in(line.substr(0, line.find('|', 1)))) roles.insert(role);
  EXPECT_GE(roles.size(), 17u);
  std::map<std::string, std::string> documented;
  for (const std::string& line : lines_between("risk.md", "4. `role`", "5. `level`")) {
    const std::vector<std::string> words = words_in(line);
    for (std::size_t i = 1; i < words.size(); ++i) documented[words[i]] = words[0];
  }
  std::set<std::string> weighed;
  for (const auto& [role, criticality] : documented) {
    weighed.insert(role);
    Site site = plant();
    site.set("asset", "role", "'" + role + "'", "asset_id = 'box'").findings();
    EXPECT_EQ(site.db.text("select criticality || ' ' || criticality_source from reach where asset_id = 'box'"),
              criticality + " role")
        << role;
  }
  EXPECT_EQ(weighed, roles);
}

TEST(Risk, IsTheProductOfItsFactors) {
  Site site = plant();
  site.findings();
  Statement s = site.db.prepare(
      "select r.score, r.severity_factor, r.confidence_factor, r.exposure_factor, r.criticality_factor, r.asset_id "
      "from risk r join finding f on f.finding_id = r.finding_id where f.rule_id = 'external-route-established'");
  ASSERT_TRUE(s.step());
  EXPECT_DOUBLE_EQ(s.real(0), 52.3);  // 100 × 95 × 100 × 55 = 52.25 million, half up
  EXPECT_EQ(s.text(1) + " " + s.text(2) + " " + s.text(3) + " " + s.text(4) + " " + s.text(5), "100 95 100 55 box");
  EXPECT_EQ(site.db.integer("select count(*) from risk"), site.db.integer("select count(*) from finding"));
}

TEST(Risk, WeighsAsDocumented) {
  EXPECT_EQ(score_in_tenths(100, 100, 100, 100), 1000);
  EXPECT_EQ(score_in_tenths(75, 60, 30, 55), 74);  // 7.425
  EXPECT_EQ(score_in_tenths(50, 45, 40, 50), 45);  // 4.5
  EXPECT_EQ(score_in_tenths(25, 50, 30, 30), 11);  // 1.125
  EXPECT_EQ(exposure_factor({}, {}), 30);
  EXPECT_EQ(exposure_factor(4, {}), 50);
  EXPECT_EQ(exposure_factor(9, 2), 55);
  EXPECT_EQ(exposure_factor({}, 7), 45);
  EXPECT_EQ(exposure_factor(0, 0), 100);
  EXPECT_EQ(severity_factor("info"), 10);
  EXPECT_EQ(criticality_factor("high"), 80);
}

}  // namespace
}  // namespace kakoi
