#include "reports/csv/tables.h"

#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>

#include "reports/csv/csv.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

// How a column of the query is written: its name in both languages and the kind of its value. A packet is cited as
// "capture:number"; for what is looked up, the query gives the key.
struct Column {
  enum class Kind { text, number, time, vlan, packet, lookup } kind;
  const char* en;
  const char* ja;
};
using enum Column::Kind;

constexpr Column kAssetColumns[] = {
    {text, "asset_id", "資産ID"},
    {text, "name", "名称"},
    {text, "scope", "所在"},
    {text, "role", "役割"},
    {text, "role_reason", "役割の根拠"},
    {text, "purdue_level", "Purdueレベル"},
    {lookup, "zone", "区域"},
    {text, "vendor", "製造者"},
    {text, "product", "製品"},
    {text, "firmware", "ファームウェア"},
    {text, "serial", "製造番号"},
    {text, "os", "OS"},
    {lookup, "mac_addresses", "MACアドレス"},
    {lookup, "ip_addresses", "IPアドレス"},
    {lookup, "vlans", "VLAN"},
    {lookup, "services", "提供サービス"},
    {number, "is_router", "中継機能"},
    {number, "is_ot", "制御系通信"},
    {number, "is_it", "情報系通信"},
    {lookup, "open_findings", "未対応の所見数"},
    {time, "first_seen", "初回観測"},
    {time, "last_seen", "最終観測"},
    {packet, "first_packet", "証跡パケット（キャプチャ:番号）"},
};

constexpr std::string_view kAssets = R"(select asset_id, name, scope, role, role_reason, purdue_level, zone_id, vendor,
  product, firmware, serial, os, asset_id, asset_id, asset_id, asset_id, is_router, is_ot, is_it, asset_id,
  first_ts, last_ts, first_packet_id from asset order by asset_id)";

constexpr Column kLinkColumns[] = {
    {lookup, "client", "接続元"},
    {text, "client_address", "接続元アドレス"},
    {lookup, "client_zone", "接続元の区域"},
    {lookup, "server", "接続先"},
    {text, "server_address", "接続先アドレス"},
    {lookup, "server_zone", "接続先の区域"},
    {text, "transport", "トランスポート"},
    {number, "server_port", "接続先ポート"},
    {text, "protocol", "プロトコル"},
    {text, "protocol_domain", "系統（ot/it）"},
    {vlan, "vlan", "VLAN"},
    {text, "state", "状態"},
    {number, "connections", "接続数"},
    {number, "packets_to_server", "パケット数（往）"},
    {number, "bytes_to_server", "バイト数（往）"},
    {number, "packets_to_client", "パケット数（復）"},
    {number, "bytes_to_client", "バイト数（復）"},
    {number, "retransmissions", "再送"},
    {number, "gaps", "欠落"},
    {lookup, "operations", "操作（種別:回数）"},
    {time, "first_seen", "初回観測"},
    {time, "last_seen", "最終観測"},
    {packet, "first_packet", "最初のパケット（キャプチャ:番号）"},
    {packet, "last_packet", "最後のパケット（キャプチャ:番号）"},
    {text, "client_id", "接続元の資産ID"},
    {text, "server_id", "接続先の資産ID"},
};

constexpr std::string_view kLinks = R"(select client_id, client_address, client_id, server_id, server_address,
  server_id, transport, server_port, protocol, protocol_domain, vlan, state, connections, packets_to_server,
  bytes_to_server, packets_to_client, bytes_to_client, retransmissions, gaps, link_id, first_ts, last_ts,
  first_packet_id, last_packet_id, client_id, server_id from link
  order by client_address, server_address, transport, server_port, protocol, coalesce(vlan, -1), link_id)";

// What the query of a table leaves to be looked up.
class LookUp {
 public:
  LookUp() = default;
  LookUp(const LookUp&) = delete;
  LookUp& operator=(const LookUp&) = delete;
  virtual ~LookUp() = default;
  virtual bool read(const Statement& row) = 0;  // before the row's cells; false: the row is left out
  virtual void write(const Statement& row, int column, CsvWriter& csv) = 0;
};

void write_table(const ReportInput& input, std::span<const Column> columns, std::string_view sql, LookUp& look_up,
                 std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  CsvWriter csv(out);
  for (const Column& column : columns) csv.text(input.language == "ja" ? column.ja : column.en);
  csv.end_row();
  std::string cell;
  for (Statement row = input.db.prepare(sql); row.step();) {
    if (!look_up.read(row)) continue;
    for (int i = 0; i < row.columns(); ++i) {
      const auto kind = columns[static_cast<std::size_t>(i)].kind;
      cell.clear();
      if (kind == lookup) {
        look_up.write(row, i, csv);
      } else if (row.is_null(i)) {
        csv.empty();
      } else if (kind == number) {
        csv.number(row.integer(i));
      } else if (kind == time) {
        append_iso8601(cell, row.integer(i), rows.zone());
        csv.text(cell);
      } else if (kind == vlan) {
        append_vlan(cell, row.integer(i));
        csv.text(cell);
      } else if (kind == packet) {
        if (const auto* found = rows.packets().find(row.integer(i));
            found && rows.packets().capture(*found).is_listed) {
          cell = rows.packets().capture(*found).source + ':';
          append_number(cell, found->number);
        }
        csv.text(cell);
      } else {
        csv.text(row.view(i));
      }
    }
    csv.end_row();
  }
}

void add_word(std::string& list, std::string_view word) {
  if (!list.empty()) list += ' ';
  list += word;
}

// Rows of a query that is ordered by its first column, a key, as one list of words for each key.
class Lists {
 public:
  Lists(Database& db, std::string_view sql) : statement_(db.prepare(sql)), on_row_(statement_.step()) {}
  // Calls `row` for the rows of the key; keys must be asked for in their order.
  template <typename Row>
  void each(std::string_view key, Row row) {
    while (on_row_ && statement_.view(0) < key) on_row_ = statement_.step();
    for (; on_row_ && statement_.view(0) == key; on_row_ = statement_.step()) row(statement_);
  }

 private:
  Statement statement_;
  bool on_row_;
};

std::map<std::string, std::string> zone_names(Database& db) {
  std::map<std::string, std::string> names;
  for (Statement s = db.prepare("select zone_id, name from zone"); s.step();) names.emplace(s.text(0), s.text(1));
  return names;
}

struct AssetLists {
  std::string macs, ips, vlans, services;
  std::int64_t open_findings = 0;
};

class AssetLookUp : public LookUp {
 public:
  explicit AssetLookUp(Database& db)
      : zones_(zone_names(db)),
        addresses_(db, "select asset_id, kind, value, vlan from address order by asset_id, kind, value"),
        services_(
            db, "select asset_id, transport, port, protocol from service order by asset_id, port, transport, protocol"),
        findings_(db,
                  "select fa.asset_id, count(distinct f.finding_id) from finding_asset fa"
                  " join finding f on f.finding_id = fa.finding_id where f.accepted = 0"
                  " group by fa.asset_id order by fa.asset_id") {}

  bool read(const Statement& row) override {
    const std::string_view asset = row.view(0);
    lists_ = {};
    std::set<std::int64_t> vlans;
    std::string last;
    addresses_.each(asset, [&](const Statement& s) {
      if (!s.is_null(3)) vlans.insert(s.integer(3));
      if (s.view(2) == last) return;  // on another VLAN
      last = s.view(2);
      add_word(s.view(1) == "mac" ? lists_.macs : lists_.ips, last);
    });
    for (const std::int64_t vlan : vlans) {
      std::string text;
      append_vlan(text, vlan);
      add_word(lists_.vlans, text);
    }
    last.clear();
    services_.each(asset, [&](const Statement& s) {
      std::string one = s.text(1) + '/' + s.text(2);
      if (!s.view(3).empty()) one += '(' + s.text(3) + ')';
      if (one == last) return;  // on another address
      add_word(lists_.services, one);
      last = std::move(one);
    });
    findings_.each(asset, [&](const Statement& s) { lists_.open_findings = s.integer(1); });
    return true;
  }

  void write(const Statement& row, int column, CsvWriter& csv) override {
    const std::string_view name = kAssetColumns[column].en;
    if (name == "zone") {
      const auto zone = zones_.find(row.text(column));
      csv.text(zone == zones_.end() ? std::string_view() : zone->second);
    } else if (name == "mac_addresses") {
      csv.text(lists_.macs);
    } else if (name == "ip_addresses") {
      csv.text(lists_.ips);
    } else if (name == "vlans") {
      csv.text(lists_.vlans);
    } else if (name == "services") {
      csv.text(lists_.services);
    } else {
      csv.number(lists_.open_findings);
    }
  }

 private:
  const std::map<std::string, std::string> zones_;
  Lists addresses_, services_, findings_;
  AssetLists lists_;  // of the row's asset
};

class LinkLookUp : public LookUp {
 public:
  explicit LinkLookUp(Database& db) {
    const auto zones = zone_names(db);
    for (Statement s = db.prepare("select asset_id, name, zone_id from asset"); s.step();) {
      const auto zone = zones.find(s.text(2));
      assets_.emplace(s.text(0), Asset{s.text(1), zone == zones.end() ? std::string() : zone->second});
    }
    // of DNP3 the message counts, not its object headers
    for (Statement s = db.prepare("select link_id, class, sum(from_client) from operation"
                                  " where protocol <> 'dnp3' or qualifier is null group by link_id, class"
                                  " order by link_id, class");
         s.step();) {
      std::string& list = operations_[s.integer(0)];
      add_word(list, s.view(1));
      list += ':';
      append_number(list, s.integer(2));
    }
  }

  bool read(const Statement& row) override {
    client_ = find(row.text(0));
    server_ = find(row.text(3));
    return client_ && server_;
  }

  void write(const Statement& row, int column, CsvWriter& csv) override {
    const std::string_view name = kLinkColumns[column].en;
    if (name == "operations") {
      const auto found = operations_.find(row.integer(column));
      csv.text(found == operations_.end() ? std::string_view() : found->second);
      return;
    }
    const Asset& asset = name.starts_with("client") ? *client_ : *server_;
    csv.text(name.ends_with("_zone") ? asset.zone : asset.name);
  }

 private:
  struct Asset {
    std::string name, zone;
  };
  const Asset* find(const std::string& id) const {
    const auto found = assets_.find(id);
    return found == assets_.end() ? nullptr : &found->second;
  }

  std::unordered_map<std::string, Asset> assets_;
  std::unordered_map<std::int64_t, std::string> operations_;  // by link
  const Asset *client_ = nullptr, *server_ = nullptr;         // of the row
};

}  // namespace

void write_assets_csv(const ReportInput& input, std::ostream& out) {
  AssetLookUp look_up(input.db);
  write_table(input, kAssetColumns, kAssets, look_up, out);
}

void write_links_csv(const ReportInput& input, std::ostream& out) {
  LinkLookUp look_up(input.db);
  write_table(input, kLinkColumns, kLinks, look_up, out);
}

}  // namespace kakoi
