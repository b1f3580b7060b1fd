#include "rules/examples.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

#include "rules/evaluate.h"
#include "rules/policy/policy.h"
#include "rules/rule_set.h"
#include "rules/yaml_reader.h"

namespace kakoi {

namespace {

using namespace std::string_view_literals;

constexpr std::int64_t kStart = 1'700'000'000'000'000'000;  // 2023-11-14T22:13:20Z
constexpr std::int64_t kSecond = 1'000'000'000;

// What most rows say, where '' and 0 would be no ordinary traffic.
const std::map<std::string_view, std::string_view>& usual_values() {
  static const std::map<std::string_view, std::string_view> kUsual = {
      {"asset.scope", "local"},
      {"address.bound_by", "arp reply"},
      {"attribute.method", "test"},
      {"attribute.confidence", "80"},
      {"attribute.count", "1"},
      {"service.transport", "tcp"},
      {"service.clients", "1"},
      {"link.transport", "tcp"},
      {"link.state", "established"},
      {"link.client_known", "1"},
      {"link.connections", "1"},
      {"link.packets_to_server", "10"},
      {"link.packets_to_client", "10"},
      {"link.bytes_to_server", "900"},
      {"link.bytes_to_client", "900"},
      {"link.payload_to_server", "100"},
      {"link.payload_to_client", "100"},
      {"operation.from_client", "1"},
      {"operation.from_server", "1"},
      {"control_action.from_client", "1"},
      {"control_action.points", "1"},
      {"name_lookup.type", "1"},
      {"name_lookup.is_public", "1"},
      {"name_lookup.asked", "1"},
      {"tls_session.count", "1"},
      {"credential.mask", "********"},
      {"credential.fingerprint", "f0"},
      {"credential.outcome", "accepted"},
      {"credential.count", "1"},
      {"open_access.count", "1"},
      {"gateway.count", "1"},
      {"anomaly.count", "1"},
      {"asked_for.count", "1"},
      {"dhcp_lease.granted", "1"},
      {"subnet.source", "inferred"},
      {"subnet.hosts", "1"},
  };
  return kUsual;
}

std::string kind_of(const std::string& value) {
  const auto address = parse_address(value);
  return !address ? "" : address->is_mac() ? "mac" : address->is_ipv4() ? "ipv4" : "ipv6";
}
bool is_public(const std::string& value) {
  const auto address = parse_address(value);
  return address && address->is_global();
}

struct Column {
  std::string name;
  bool is_text = false, needed = false;
};

bool is_number(const std::string& text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

class Filler {
 public:
  explicit Filler(Database& db) : db_(db) {
    db_.execute("delete from coverage");  // an example says itself what the captures could show
    db_.execute(
        "insert into capture values ('example', 'example.pcapng', '', 'pcapng', '1', 262144, 1700000000000000000, "
        "1700000086400000000, 1, 1, 0, 0, 0, null, null, 0, 1, '', '', 0, '')");
  }

  void row(const ExampleRow& row) {
    std::map<std::string, std::optional<std::string>> given(row.cells.begin(), row.cells.end());
    packet_ = 0;
    std::vector<std::string> addresses;
    if (row.table == "asset") {
      for (const char* extra : {"ip", "mac"})
        if (const auto at = given.find(extra); at != given.end()) {
          if (at->second) addresses.push_back(*at->second);
          given.erase(at);
        }
    }
    const std::vector<Column> columns = columns_of(row.table);
    if (columns.empty())
      return complain(row, "there is no table '" + row.table + "'" + did_you_mean(row.table, tables()));
    std::string names, marks;
    std::set<std::string> unknown;
    for (const auto& cell : given) unknown.insert(cell.first);
    std::vector<std::optional<std::string>> values;
    for (const Column& c : columns) {
      names += (names.empty() ? "" : ", ") + c.name;
      marks += (marks.empty() ? "?" : ", ?") + std::to_string(values.size() + 1);
      const auto at = given.find(c.name);
      if (at == given.end()) {
        values.push_back(value_of(row.table, c, given));
      } else {
        values.push_back(at->second);
        unknown.erase(c.name);
        if (at->second && !c.is_text && !is_number(*at->second))
          complain(row, "'" + c.name + "' of table '" + row.table + "' is a number, not '" + *at->second + "'");
      }
      if (row.table == "link" && c.name == "link_id") link_ = values.back().value_or("");
    }
    if (!unknown.empty()) {
      std::vector<std::string_view> known;
      for (const Column& c : columns) known.push_back(c.name);
      return complain(row, "table '" + row.table + "' has no column '" + *unknown.begin() + "'" +
                               did_you_mean(*unknown.begin(), known));
    }
    Statement insert = db_.prepare("insert into " + row.table + " (" + names + ") values (" + marks + ")");
    for (std::size_t i = 0; i < values.size(); ++i) insert.bind(static_cast<int>(i) + 1, values[i]);
    insert.run();
    for (const std::string& address : addresses) {
      const auto id =
          std::find_if(row.cells.begin(), row.cells.end(), [](const auto& c) { return c.first == "asset_id"; });
      this->row({"address",
                 {{"asset_id", id == row.cells.end() ? "" : id->second}, {"value", address}},
                 row.line,
                 row.column});
    }
  }

  std::vector<std::string> complaints;

 private:
  void complain(const ExampleRow& row, const std::string& reason) {
    complaints.push_back(std::to_string(row.line) + ':' + std::to_string(row.column) + ": " + reason);
  }

  std::vector<Column> columns_of(const std::string& table) {
    std::vector<Column> out;
    Statement s = db_.prepare("select name, type, \"notnull\" or pk from pragma_table_info(?1)");
    for (s.bind(1, table); s.step();) out.push_back({s.text(0), s.view(1) == "TEXT", s.integer(2) != 0});
    return out;
  }

  std::vector<std::string_view> tables() {
    if (tables_.empty())
      for (Statement s = db_.prepare("select name from sqlite_master where type = 'table' order by name"); s.step();)
        tables_.push_back(s.text(0));
    return {tables_.begin(), tables_.end()};
  }

  std::string of_asset(const std::optional<std::string>& id) {
    Statement s = db_.prepare("select value from address where asset_id = ?1 order by kind = 'mac', value");
    return s.bind(1, id.value_or("")).step() ? s.text(0) : std::string();
  }

  // One packet a row stands for all that the row cites.
  std::string packet() {
    if (packet_ == 0) {
      packet_ = ++packets_;
      db_.prepare("insert into packet values (?1, 'example', ?1, ?2)")
          .bind(1, packet_)
          .bind(2, kStart + packet_ * kSecond)
          .run();
    }
    return std::to_string(packet_);
  }

  std::optional<std::string> value_of(const std::string& table, const Column& c,
                                      const std::map<std::string, std::optional<std::string>>& given) {
    const auto told = [&](const char* column) {
      const auto at = given.find(column);
      return at == given.end() ? std::optional<std::string>() : at->second;
    };
    if (!c.needed) return std::nullopt;
    if (c.name == "packet_id" && table == "packet") return std::to_string(++packets_);
    if (c.name.ends_with("packet_id")) return packet();
    if (c.name == "ts" || c.name.ends_with("_ts")) {
      packet();
      return std::to_string(kStart + packet_ * kSecond);
    }
    if (c.name == "link_id") return table == "link" ? std::to_string(++links_) : link_;
    if (table == "asset" && c.name == "name") return told("asset_id");
    if (table == "link" && c.name == "client_address") return of_asset(told("client_id"));
    if (table == "link" && c.name == "server_address") return of_asset(told("server_id"));
    if (table == "address" && c.name == "kind") return kind_of(told("value").value_or(""));
    if (table == "address" && c.name == "is_public") return is_public(told("value").value_or("")) ? "1" : "0";
    if (c.name == "protocol" && table != "link" && !link_.empty()) {
      Statement s = db_.prepare("select protocol from link where link_id = ?1");
      if (s.bind(1, link_).step()) return s.text(0);
    }
    const auto usual = usual_values().find(table + '.' + c.name);
    if (usual != usual_values().end()) return std::string(usual->second);
    return c.is_text ? "" : "0";
  }

  Database& db_;
  std::vector<std::string> tables_;
  std::int64_t packets_ = 0, links_ = 0, packet_ = 0;
  std::string link_;
};

}  // namespace

std::vector<std::string> fill_example(Database& db, const Example& example) {
  Filler filler(db);
  for (const ExampleRow& row : example.rows) {
    try {
      filler.row(row);
    } catch (const DatabaseError& error) {
      filler.complaints.push_back(std::to_string(row.line) + ':' + std::to_string(row.column) + ": " + error.what());
    }
  }
  return std::move(filler.complaints);
}

std::vector<std::string> run_examples(const RuleSet& rules, Database& db) {
  std::vector<std::string> problems;
  for (const Rule& rule : rules.rules()) {
    if (rule.examples.empty()) continue;
    for (const Example& example : rule.examples) {
      const auto complain = [&](const std::string& place, const std::string& reason) {
        problems.push_back(rule.origin + ':' + place + ": rule " + rule.id + ": " + reason);
      };
      const std::string place = std::to_string(example.line) + ':' + std::to_string(example.column);
      db.execute("savepoint example");
      try {
        const std::vector<std::string> mistakes = fill_example(db, example);
        for (const std::string& mistake : mistakes) {
          const std::size_t colon = mistake.find(": ");
          complain(mistake.substr(0, colon), mistake.substr(colon + 2));
        }
        if (mistakes.empty()) {
          const Policy policy = parse_policy(example.policy, "policy");
          apply_policy(db, policy);
          const std::size_t found = check_rule(rule, db).empty() ? evaluate(rule, db, !policy.declares_zones()).size()
                                                                 : example.triggers;  // RuleSet::check() tells
          if (example.triggers && found == 0) complain(place, "this example must give a finding, and gives none");
          if (!example.triggers && found != 0)
            complain(place, "this example must give no finding, and gives " + std::to_string(found));
        }
      } catch (const PolicyError& error) {
        complain(place, "the example's policy: " + error.problems.front());
      } catch (const DatabaseError& error) {
        complain(place, error.what());
      }
      db.execute("rollback to example; release example");
    }
  }
  return problems;
}

}  // namespace kakoi
