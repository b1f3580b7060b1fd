#include "reports/csv/tables.h"

#include <span>
#include <string>

#include "reports/csv/csv.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

// How a column of the query is written: its name in both languages and the kind of its value.
struct Column {
  enum class Kind { text, number, time, vlan } kind;
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
    {text, "zone", "区域"},
    {text, "vendor", "製造者"},
    {text, "product", "製品"},
    {text, "firmware", "ファームウェア"},
    {text, "serial", "製造番号"},
    {text, "os", "OS"},
    {text, "mac_addresses", "MACアドレス"},
    {text, "ip_addresses", "IPアドレス"},
    {text, "vlans", "VLAN"},
    {text, "services", "提供サービス"},
    {number, "is_router", "中継機能"},
    {number, "is_ot", "制御系通信"},
    {number, "is_it", "情報系通信"},
    {number, "open_findings", "未対応の所見数"},
    {time, "first_seen", "初回観測"},
    {time, "last_seen", "最終観測"},
    {text, "first_packet", "証跡パケット（キャプチャ:番号）"},
};

// The lists are sorted inside, because group_concat alone promises no order.
constexpr std::string_view kAssets = R"(select a.asset_id, a.name, a.scope, a.role, a.role_reason, a.purdue_level,
  coalesce((select z.name from zone z where z.zone_id = a.zone_id), ''), a.vendor, a.product, a.firmware, a.serial, a.os,
  (select group_concat(value, ' ') from (select distinct value from address x
    where x.asset_id = a.asset_id and kind = 'mac' order by value)),
  (select group_concat(value, ' ') from (select distinct value, kind from address x
    where x.asset_id = a.asset_id and kind <> 'mac' order by kind, value)),
  (select group_concat(tag, ' ') from (select distinct case when vlan < 4096 then vlan
    else (vlan / 4096) || '.' || (vlan % 4096) end as tag from address x
    where x.asset_id = a.asset_id and vlan is not null order by vlan)),
  (select group_concat(one, ' ') from (select distinct port, transport, protocol, transport || '/' || port ||
    case when protocol = '' then '' else '(' || protocol || ')' end as one from service x
    where x.asset_id = a.asset_id order by port, transport, protocol)),
  a.is_router, a.is_ot, a.is_it,
  (select count(distinct f.finding_id) from finding_asset fa join finding f on f.finding_id = fa.finding_id
    where fa.asset_id = a.asset_id and f.accepted = 0),
  a.first_ts, a.last_ts, (select c.source || ':' || p.number from packet p join capture c on c.capture_id = p.capture_id
    where p.packet_id = a.first_packet_id)
  from asset a order by a.asset_id)";

constexpr Column kLinkColumns[] = {
    {text, "client", "接続元"},
    {text, "client_address", "接続元アドレス"},
    {text, "client_zone", "接続元の区域"},
    {text, "server", "接続先"},
    {text, "server_address", "接続先アドレス"},
    {text, "server_zone", "接続先の区域"},
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
    {text, "operations", "操作（種別:回数）"},
    {time, "first_seen", "初回観測"},
    {time, "last_seen", "最終観測"},
    {text, "first_packet", "最初のパケット（キャプチャ:番号）"},
    {text, "last_packet", "最後のパケット（キャプチャ:番号）"},
    {text, "client_id", "接続元の資産ID"},
    {text, "server_id", "接続先の資産ID"},
};

constexpr std::string_view kLinks = R"(select c.name, l.client_address,
  coalesce((select z.name from zone z where z.zone_id = c.zone_id), ''), s.name, l.server_address,
  coalesce((select z.name from zone z where z.zone_id = s.zone_id), ''), l.transport, l.server_port, l.protocol,
  l.protocol_domain, l.vlan, l.state, l.connections, l.packets_to_server, l.bytes_to_server, l.packets_to_client,
  l.bytes_to_client, l.retransmissions, l.gaps,
  (select group_concat(one, ' ') from (select class || ':' || sum(from_client) as one from operation o
    where o.link_id = l.link_id and (o.protocol <> 'dnp3' or o.qualifier is null) group by class order by class)),
  l.first_ts, l.last_ts,
  (select k.source || ':' || p.number from packet p join capture k on k.capture_id = p.capture_id
    where p.packet_id = l.first_packet_id),
  (select k.source || ':' || p.number from packet p join capture k on k.capture_id = p.capture_id
    where p.packet_id = l.last_packet_id), l.client_id, l.server_id
  from link l join asset c on c.asset_id = l.client_id join asset s on s.asset_id = l.server_id
  order by l.client_address, l.server_address, l.transport, l.server_port, l.protocol, coalesce(l.vlan, -1), l.link_id)";

void write_table(const ReportInput& input, std::span<const Column> columns, std::string_view sql, std::ostream& out) {
  const TimeZone zone = Rows(input.db, Rows::Form::document).zone();
  CsvWriter csv(out);
  for (const Column& column : columns) csv.text(input.language == "ja" ? column.ja : column.en);
  csv.end_row();
  for (Statement row = input.db.prepare(sql); row.step(); csv.end_row()) {
    for (int i = 0; i < row.columns(); ++i) {
      const auto kind = columns[static_cast<std::size_t>(i)].kind;
      if (row.is_null(i)) {
        csv.empty();
      } else if (kind == number) {
        csv.number(row.integer(i));
      } else if (kind == time) {
        csv.text(iso8601(row.integer(i), zone));
      } else if (kind == vlan) {
        csv.text(vlan_text(row.integer(i)));
      } else {
        csv.text(row.text(i));
      }
    }
  }
}

}  // namespace

void write_assets_csv(const ReportInput& input, std::ostream& out) { write_table(input, kAssetColumns, kAssets, out); }
void write_links_csv(const ReportInput& input, std::ostream& out) { write_table(input, kLinkColumns, kLinks, out); }

}  // namespace kakoi
