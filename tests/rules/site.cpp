#include "tests/rules/site.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kakoi {

namespace {
constexpr std::int64_t kStart = 1'700'000'000'000'000'000;  // 2023-11-14T22:13:20Z
constexpr std::int64_t kSecond = 1'000'000'000;

std::string schema() {
  std::ifstream file(KAKOI_SOURCE_DIR "/sensor/inventory/schema.sql");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool is_public_number(const std::string& ip) {
  const auto address = parse_address(ip);
  return address && address->is_global();
}

std::string kind_of(const std::string& value) {
  const auto address = parse_address(value);
  if (!address) return "";
  return address->is_mac() ? "mac" : address->is_ipv4() ? "ipv4" : "ipv6";
}
}  // namespace

Talk unanswered(int port) { return {"", "", port, "tcp", "attempted", 3, 0, 0, 0}; }
Talk refused(int port) { return {"", "", port, "tcp", "refused", 1, 1, 0, 0}; }
Talk shaken_hands(int port) { return {"", "", port, "tcp", "established", 2, 1, 0, 0}; }

std::string test_fingerprint(std::string_view secret) { return "fp:" + std::string(secret.rbegin(), secret.rend()); }

const RuleSet& built_in_rules() {
  static const RuleSet rules = RuleSet::load();
  return rules;
}

Site::Site() : db(Database::open(":memory:")) {
  db.execute(schema());
  db.execute(
      "insert into capture values ('c0', 'plant.pcap', '', 'pcap', '1', 65535, 1700000000000000000, "
      "1700000100000000000,"
      " 1, 1, 0, 0, 0, null, null, 0, 1, '', '', 0, '')");
}

std::int64_t Site::packet() {
  const std::int64_t id = next_packet_++;
  db.prepare("insert into packet values (?1, 'c0', ?1, ?2)").bind(1, id).bind(2, kStart + id * kSecond).run();
  return id;
}

Site& Site::host(const std::string& name, const Host& h) {
  const std::int64_t p = packet(), ts = kStart + p * kSecond;
  Statement s = db.prepare(
      "insert into asset values (?1, ?1, ?2, '', '', null, null, ?3, ?4, '', '', '', ?5, ?6, ?7, ?8, ?8, ?9)");
  s.bind(1, name).bind(2, h.scope).bind(3, h.vendor).bind(4, h.product).bind(5, h.router).bind(6, h.ot).bind(7, h.it);
  s.bind(8, ts).bind(9, p).run();
  Statement a = db.prepare("insert into address values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9)");
  a.bind(1, name).bind(2, kind_of(h.ip)).bind(3, h.ip).bind(4, h.vlan).bind(5, h.bound_by);
  a.bind(6, is_public_number(h.ip)).bind(7, h.squatted).bind(8, ts).bind(9, p).run();
  return *this;
}

Site& Site::address(const std::string& name, const std::string& value, std::optional<int> vlan) {
  const std::int64_t p = packet(), ts = kStart + p * kSecond;
  Statement a = db.prepare("insert into address values (?1, ?2, ?3, ?4, 'arp reply', ?5, 0, ?6, ?6, ?7)");
  a.bind(1, name)
      .bind(2, kind_of(value))
      .bind(3, value)
      .bind(4, vlan)
      .bind(5, is_public_number(value))
      .bind(6, ts)
      .bind(7, p)
      .run();
  return *this;
}

Site& Site::attribute(const std::string& name, const std::string& trait, const std::string& value,
                      const std::string& method) {
  Statement s = db.prepare("insert into attribute values (?1, ?2, ?3, ?4, 'dhcp', 80, 1, ?5)");
  s.bind(1, name).bind(2, trait).bind(3, value).bind(4, method).bind(5, packet()).run();
  return *this;
}

Site& Site::subnet(const std::string& cidr, std::optional<int> vlan) {
  db.prepare("insert into subnet values (?1, ?2, 'inferred', 1, 0, 0)").bind(1, vlan).bind(2, cidr).run();
  return *this;
}

std::int64_t Site::link(const std::string& client, const std::string& server, const Talk& t) {
  const auto address_of = [&](const std::string& id) {
    Statement s = db.prepare("select min(value) from address where asset_id = ?1");
    return s.bind(1, id).step() ? s.text(0) : std::string();
  };
  const std::int64_t first = packet(), last = packet(), id = next_link_++;
  Statement s = db.prepare(
      "insert into link values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, null, ?10, 1, 1, ?11, ?11 * 60, ?12, ?12 * 60, "
      "?13, "
      "?14,"
      " 64, 64, 64, 64, 0, 0, ?15, ?16, ?17, ?18)");
  s.bind(1, id).bind(2, client).bind(3, server).bind(4, address_of(client)).bind(5, address_of(server));
  s.bind(6, t.transport).bind(7, t.port).bind(8, t.protocol).bind(9, t.domain).bind(10, t.state);
  s.bind(11, t.to_server).bind(12, t.to_client).bind(13, t.payload_to_server).bind(14, t.payload_to_client);
  s.bind(15, kStart + first * kSecond).bind(16, kStart + last * kSecond).bind(17, first).bind(18, last).run();
  return id;
}

Site& Site::operation(std::int64_t link, const std::string& cls, int code, int from_client, int from_server,
                      int refused_) {
  const std::int64_t p = packet(), ts = kStart + p * kSecond;
  Statement s = db.prepare(
      "insert into operation values (?1, (select protocol from link where link_id = ?1), 1, null, ?2, null, 'Function "
      "' || ?2,"
      " ?3, 0, ?4, ?5, 0, ?6, 0, ?7, ?7, ?8, ?8)");
  s.bind(1, link)
      .bind(2, code)
      .bind(3, cls)
      .bind(4, from_client)
      .bind(5, from_server)
      .bind(6, refused_)
      .bind(7, ts)
      .bind(8, p)
      .run();
  return *this;
}

Site& Site::lookup(std::int64_t link, const std::string& name, bool is_public, int answered, int no_such_name,
                   const std::string& addresses) {
  const std::int64_t p = packet();
  Statement s = db.prepare("insert into name_lookup values (?1, ?2, 1, ?3, 1, ?4, ?5, 0, ?6, ?7, null, ?8, ?8)");
  s.bind(1, link).bind(2, name).bind(3, is_public).bind(4, answered).bind(5, no_such_name).bind(6, addresses);
  s.bind(7, p).bind(8, kStart + p * kSecond).run();
  return *this;
}

Site& Site::credential(std::int64_t link, const std::string& scheme, const std::string& user, const std::string& secret,
                       const std::string& outcome) {
  const std::int64_t p = packet();
  Statement s =
      db.prepare("insert into credential values (?1, '', ?2, ?3, '********', ?4, ?5, 0, ?6, 1, ?7, null, ?8, ?8)");
  s.bind(1, link).bind(2, scheme).bind(3, user).bind(4, secret.empty() ? std::string() : test_fingerprint(secret));
  s.bind(5, secret.empty()).bind(6, outcome).bind(7, p).bind(8, kStart + p * kSecond).run();
  return *this;
}

Site& Site::open_access(std::int64_t link, const std::string& scheme) {
  const std::int64_t p = packet();
  Statement s = db.prepare("insert into open_access values (?1, ?2, 1, ?3, ?4, ?4)");
  s.bind(1, link).bind(2, scheme).bind(3, p).bind(4, kStart + p * kSecond).run();
  return *this;
}

Site& Site::tls(std::int64_t link, int version, const std::string& server_name, bool self_signed,
                const std::string& not_after) {
  const std::int64_t p = packet();
  Statement s = db.prepare(
      "insert into tls_session values (?1, ?2, ?2, null, ?3, '', 'CN=device', 'CN=issuer', 'f0', 0,"
      " cast(strftime('%s', ?4) as integer) * 1000000000, ?5, 0, 1, ?6, ?7, ?7, null)");
  s.bind(1, link).bind(2, version).bind(3, server_name).bind(4, not_after).bind(5, self_signed);
  s.bind(6, p).bind(7, kStart + p * kSecond).run();
  return *this;
}

Site& Site::lease(const std::string& server, const std::string& server_address, std::optional<int> vlan) {
  Statement s = db.prepare("insert into dhcp_lease values (null, ?1, '', '', ?2, '', '', 24, '', 1, ?3, ?4)");
  s.bind(1, server).bind(2, server_address).bind(3, vlan).bind(4, packet()).run();
  return *this;
}

Site& Site::set(const std::string& table, const std::string& column, const std::string& value,
                const std::string& where) {
  db.execute("update " + table + " set " + column + " = " + value + " where " + where);
  return *this;
}

Site& Site::gateway(const std::string& kind, const std::string& address, const std::string& asset,
                    const std::string& announced_by, int count) {
  const std::int64_t p = packet();
  Statement s = db.prepare("insert into gateway values (?1, ?2, ?3, '', ?4, null, ?5, ?6, ?7, ?7)");
  asset.empty() ? s.bind(1, nullptr) : s.bind(1, asset);
  s.bind(2, address).bind(3, kind);
  announced_by.empty() ? s.bind(4, nullptr) : s.bind(4, announced_by);
  s.bind(5, count).bind(6, p).bind(7, kStart + p * kSecond).run();
  return *this;
}

std::vector<std::string> Site::findings(const std::string& policy_yaml) {
  assess(db, parse_policy(policy_yaml, "site.yaml"), built_in_rules(), test_fingerprint);
  std::vector<std::string> out;
  for (Statement s = db.prepare("select rule_id, subject_id, peer_id from finding order by 1, 2, 3"); s.step();)
    out.push_back(s.text(0) + ' ' + s.text(1) + (s.text(2).empty() ? "" : ' ' + s.text(2)));
  return out;
}

std::vector<std::string> Site::subjects(const std::string& rule, const std::string& policy_yaml) {
  assess(db, parse_policy(policy_yaml, "site.yaml"), built_in_rules(), test_fingerprint);
  std::vector<std::string> out;
  Statement s = db.prepare("select subject_id from finding where rule_id = ?1 order by 1");
  for (s.bind(1, rule); s.step();) out.push_back(s.text(0));
  return out;
}

std::string Site::of(const std::string& rule, const std::string& column) {
  Statement s = db.prepare("select " + column + " from finding where rule_id = ?1");
  s.bind(1, rule);
  if (!s.step()) return "";
  std::string value = s.text(0);
  return s.step() ? "several" : value;
}

std::string Site::dump() {
  std::string out;
  for (const char* table : {"finding",
                            "finding_packet",
                            "finding_asset",
                            "zone",
                            "zone_member",
                            "conduit",
                            "declared_asset",
                            "declared_address",
                            "register_match",
                            "register_device",
                            "register_difference",
                            "allowed_external",
                            "allowed_external_member",
                            "allowed_role",
                            "allowed_address",
                            "address_range",
                            "acceptance",
                            "policy_change",
                            "declared_criticality",
                            "evaluated_rule",
                            "reach",
                            "risk",
                            "default_credential",
                            "asset",
                            "address",
                            "meta"}) {
    out += std::string(table) + '\n';
    for (Statement s = db.prepare(std::string("select * from ") + table); s.step(); out += '\n')
      for (int i = 0; i < s.columns(); ++i) out += s.is_null(i) ? "NULL|" : s.text(i) + '|';
  }
  return out;
}

}  // namespace kakoi
