#include "reports/csv/tables.h"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

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
    {lookup, "zone", "ゾーン"},
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
    {lookup, "client_zone", "接続元のゾーン"},
    {lookup, "server", "接続先"},
    {text, "server_address", "接続先アドレス"},
    {lookup, "server_zone", "接続先のゾーン"},
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
    {number, "client_known", "開始側の観測"},
};

constexpr std::string_view kLinks = R"(select client_id, client_address, client_id, server_id, server_address,
  server_id, transport, server_port, protocol, protocol_domain, vlan, state, connections, packets_to_server,
  bytes_to_server, packets_to_client, bytes_to_client, retransmissions, gaps, link_id, first_ts, last_ts,
  first_packet_id, last_packet_id, client_id, server_id, client_known from link
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

void write_table(Rows& rows, std::string_view language, std::span<const Column> columns, std::string_view sql,
                 LookUp& look_up, std::ostream& out) {
  CsvWriter csv(out);
  for (const Column& column : columns) csv.text(language == "ja" ? column.ja : column.en);
  csv.end_row();
  std::string cell;
  for (Statement row = rows.database().prepare(sql); row.step();) {
    if (!look_up.read(row)) continue;
    for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
      const auto kind = columns[static_cast<std::size_t>(i)].kind;
      if (kind == lookup) {
        look_up.write(row, i, csv);
        continue;
      }
      const Cell value = row[i];
      if (value.is_null()) {
        csv.empty();
      } else if (kind == number) {
        csv.number(value.integer());
      } else if (kind == text) {
        csv.text(value.view());
      } else {
        cell.clear();
        if (kind == time) {
          rows.time_text().append(cell, value.integer());
        } else if (kind == vlan) {
          append_vlan(cell, value.integer());
        } else if (const auto found = rows.lookups().packets.find(value.integer())) {
          cell = rows.lookups().packets.captures()[found->capture].source + ':';
          append_number(cell, static_cast<std::int64_t>(found->number));
        }
        csv.text(cell);
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
  AssetLookUp(Database& db, Lookups& lookups)
      : zones_(zone_names(db)),
        addresses_(db, "select asset_id, kind, value, vlan from address order by asset_id, kind, value"),
        services_(
            db, "select asset_id, transport, port, protocol from service order by asset_id, port, transport, protocol"),
        lookups_(lookups),
        findings_(lookups.assets().all().size()) {
    for (Statement s = db.prepare("select finding_id from finding where accepted = 0"); s.step();) {
      const auto assets = lookups.findings().assets(s.view(0));
      for (std::size_t i = 0; i < assets.size(); ++i)
        if (std::find(assets.begin(), assets.begin() + static_cast<std::ptrdiff_t>(i), assets[i]) ==
            assets.begin() + static_cast<std::ptrdiff_t>(i))
          ++findings_[assets[i]];
    }
  }

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
    if (const Assets::Asset* known = lookups_.assets().find(asset))
      lists_.open_findings = findings_[lookups_.assets().position(*known)];
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
  Lists addresses_, services_;
  Lookups& lookups_;
  std::vector<std::int64_t> findings_;  // open ones, by position of the asset
  AssetLists lists_;                    // of the row's asset
};

class LinkLookUp : public LookUp {
 public:
  LinkLookUp(Database& db, Lookups& lookups) : assets_(lookups.assets()), zones_(zone_names(db)) {
    // of DNP3 the message counts, not its object headers
    for (Statement s = db.prepare("select link_id, class, requests from request"
                                  " where protocol <> 'dnp3' or qualifier is null");
         s.step();) {
      auto& counts = operations_[s[0].integer()];
      const std::string_view name = s[1].view();
      const auto found =
          std::find_if(counts.begin(), counts.end(), [&](const auto& count) { return count.first == name; });
      if (found == counts.end())
        counts.emplace_back(name, s[2].integer());
      else
        found->second += s[2].integer();
    }
  }

  bool read(const Statement& row) override {
    client_ = assets_.find(row.view(0));
    server_ = assets_.find(row.view(3));
    return client_ && server_;
  }

  void write(const Statement& row, int column, CsvWriter& csv) override {
    const std::string_view name = kLinkColumns[column].en;
    if (name == "operations") {
      std::string list;
      if (const auto found = operations_.find(row.integer(column)); found != operations_.end()) {
        std::sort(found->second.begin(), found->second.end());
        for (const auto& [cls, count] : found->second) {
          add_word(list, cls);
          list += ':';
          append_number(list, count);
        }
      }
      csv.text(list);
      return;
    }
    const Assets::Asset& asset = name.starts_with("client") ? *client_ : *server_;
    if (!name.ends_with("_zone")) {
      csv.text(asset.name);
      return;
    }
    const auto zone = asset.zone ? zones_.find(*asset.zone) : zones_.end();
    csv.text(zone == zones_.end() ? std::string_view() : zone->second);
  }

 private:
  const Assets& assets_;
  const std::map<std::string, std::string> zones_;
  std::unordered_map<std::int64_t, std::vector<std::pair<std::string, std::int64_t>>> operations_;  // by link
  const Assets::Asset *client_ = nullptr, *server_ = nullptr;                                       // of the row
};

}  // namespace

void write_assets_csv(const ReportInput& input, std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  AssetLookUp look_up(input.db, rows.lookups());
  write_table(rows, input.language, kAssetColumns, kAssets, look_up, out);
}

void write_links_csv(const ReportInput& input, std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  LinkLookUp look_up(input.db, rows.lookups());
  write_table(rows, input.language, kLinkColumns, kLinks, look_up, out);
}

}  // namespace kakoi
