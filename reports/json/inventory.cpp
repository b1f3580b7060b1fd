#include <string>

#include "reports/json/document.h"
#include "reports/json/documents.h"

namespace kakoi {

namespace {

constexpr std::string_view kCaptures =
    R"(select capture_id as "id", source as "source", sha256 as "sha256", format as "format",
  link_types as "link_types:list", snaplen as "snaplen:n", first_ts as "first_seen:time", last_ts as "last_seen:time",
  packets as "packets:n", bytes as "bytes:n", truncated as "truncated:count", malformed as "malformed:count",
  undecoded as "undecoded:count", kernel_drops as "kernel_drops:n", interface_drops as "interface_drops:n",
  duplicates as "duplicates:count", file_bytes as "file_bytes:n", comment as "comment", filter as "filter",
  paused_ns / 1000000000.0 as "paused_s:real", error as "error" from capture )";

constexpr std::string_view kZones =
    R"(select zone_id as "id", name as "name", kind as "kind", purdue_level as "purdue_level:real",
  closed as "closed:bool", source as "source" from zone order by zone_id)";

constexpr std::string_view kAssets =
    R"(select asset_id as "id:key", name as "name", scope as "scope", role as "role", role_reason as "role_reason",
  purdue_level as "purdue_level:real", zone_id as "zone", vendor as "vendor", product as "product",
  firmware as "firmware", serial as "serial", os as "os", is_router as "is_router:bool", is_ot as "is_ot:bool",
  is_it as "is_it:bool", first_ts as "first_seen:time", last_ts as "last_seen:time",
  first_packet_id as "first_packet:packet" from asset )";

// What hangs on an asset comes in the order of assets, so that one pass over each table finds it.
constexpr std::string_view kAddresses =
    R"(select asset_id as ":key", kind as "kind", value as "value", vlan as "vlan:vlan", bound_by as "bound_by",
  is_public as "is_public:bool", is_squatted as "is_squatted:bool", first_ts as "first_seen:time",
  last_ts as "last_seen:time", packet_id as "packet:packet"
  from address)";

constexpr std::string_view kAttributes =
    R"(select asset_id as ":key", name as "name", value as "value", method as "method", protocol as "protocol",
  confidence as "confidence:n", count as "count:n", packet_id as "packet:packet"
  from attribute)";

constexpr std::string_view kServices =
    R"(select asset_id as ":key", address as "address", transport as "transport", port as "port:n", protocol as "protocol",
  product as "product", version as "version", clients as "clients:count", packet_id as "packet:packet"
  from service)";

constexpr std::string_view kZoneReasons =
    R"(select asset_id as ":key", zone_id as "zone", reason as "reason"
  from zone_member)";

constexpr std::string_view kLinks =
    R"(select link_id as "id:id", client_id as "client", server_id as "server", client_address as "client_address",
  server_address as "server_address", transport as "transport", server_port as "server_port:n",
  protocol as "protocol", protocol_domain as "protocol_domain", vlan as "vlan:vlan", state as "state",
  client_known as "client_known:bool", connections as "connections:count", packets_to_server as "packets_to_server:count", bytes_to_server as "bytes_to_server:count",
  packets_to_client as "packets_to_client:count", bytes_to_client as "bytes_to_client:count",
  payload_to_server as "payload_to_server:count", payload_to_client as "payload_to_client:count",
  ttl_to_server_min as "ttl_to_server_min:n", ttl_to_server_max as "ttl_to_server_max:n",
  ttl_to_client_min as "ttl_to_client_min:n", ttl_to_client_max as "ttl_to_client_max:n",
  retransmissions as "retransmissions:count", gaps as "gaps:count", first_ts as "first_seen:time", last_ts as "last_seen:time",
  first_packet_id as "first_packet:packet", last_packet_id as "last_packet:packet" from link )";

struct Table {
  std::string_view name, sql, table = {};  // table: where `sql` leaves it to Rows::order_by() to sort by link
};

// The facts beside links: each names the link or the asset that it is about, and a packet.
constexpr Table kFacts[] = {
    {"operations",
     R"(select link_id as "link:id", protocol as "protocol", unit as "unit:n", peer_unit as "peer_unit:n",
  function_code as "function_code:n", qualifier as "qualifier:n", function as "function", class as "class",
  asked_by_server as "asked_by_server:bool", from_client as "from_client:count", from_server as "from_server:count", accepted as "accepted:count",
  refused as "refused:count", unanswered as "unanswered:count",
  first_ts as "first_seen:time", last_ts as "last_seen:time", first_packet_id as "first_packet:packet",
  last_packet_id as "last_packet:packet" from operation)",
     "operation"},
    {"point_ranges",
     R"(select link_id as "link:id", protocol as "protocol", unit as "unit:n", peer_unit as "peer_unit:n", kind as "kind",
  access as "access", first as "first:n", last as "last:n", first_packet_id as "time:when",
  first_packet_id as "first_packet:packet" from point_range)",
     "point_range"},
    {"control_actions",
     R"(select link_id as "link:id", protocol as "protocol", from_client as "from_client:bool", unit as "unit:n",
  peer_unit as "peer_unit:n", function_code as "function_code:n", function as "function", class as "class",
  point_kind as "point_kind", point as "point:n", points as "points:count", step as "step", value as "value",
  outcome as "outcome", status as "status", ts as "time:time", packet_id as "packet:packet",
  answer_packet_id as "answer_packet:packet" from control_action)",
     "control_action"},
    {"link_actions",
     R"(select link_id as "link:id", total as "total:count", listed as "listed:count" from link_actions
  order by link_id)"},
    {"name_lookups",
     R"(select link_id as "link:id", name as "name", type as "type:n", is_public as "is_public:bool", asked as "asked:count",
  answered as "answered:count", no_such_name as "no_such_name:count", failed as "failed:count", addresses as "addresses:list",
  packet_id as "time:when", packet_id as "packet:packet", answer_packet_id as "answer_packet:packet",
  last_ts as "last_seen:time"
  from name_lookup order by link_id, name, type, packet_id)"},
    {"tls_sessions",
     R"(select link_id as "link:id", version as "version:n", offered as "offered:n", cipher as "cipher:n",
  server_name as "server_name", alpn as "alpn", subject as "subject", issuer as "issuer",
  fingerprint as "fingerprint", not_before_ts as "not_before:time", not_after_ts as "not_after:time",
  self_signed as "self_signed:bool", relayed as "relayed:bool", count as "count:n", packet_id as "time:when", packet_id as "packet:packet",
  hello_packet_id as "hello_packet:packet", last_ts as "last_seen:time"
  from tls_session order by link_id, server_name, coalesce(version, 0), coalesce(offered, 0), coalesce(cipher, 0),
  fingerprint, alpn, packet_id)"},
    {"credentials",
     R"(select link_id as "link:id", protocol as "protocol", scheme as "scheme", username as "username", mask as "mask",
  fingerprint as "fingerprint", is_empty as "is_empty:bool", sent_by_server as "sent_by_server:bool", outcome as "outcome", count as "count:n",
  packet_id as "time:when", packet_id as "packet:packet", outcome_packet_id as "outcome_packet:packet",
  last_ts as "last_seen:time"
  from credential order by link_id, protocol, scheme, username, fingerprint, packet_id)"},
    {"open_access",
     R"(select link_id as "link:id", scheme as "scheme", count as "count:n", packet_id as "time:when", packet_id as "packet:packet",
  last_ts as "last_seen:time"
  from open_access order by link_id, scheme, packet_id)"},
    {"gateways",
     R"(select asset_id as "asset", address as "address", kind as "kind", detail as "detail",
  announced_by as "announced_by", vlan as "vlan:vlan", count as "count:n", packet_id as "time:when", packet_id as "packet:packet",
  last_ts as "last_seen:time"
  from gateway order by address, kind, coalesce(vlan, -1), coalesce(announced_by, ''), detail, packet_id)"},
    {"dhcp_leases",
     R"(select asset_id as "asset", server_id as "server", client_mac as "client_mac",
  client_address as "client_address", server_address as "server_address", routers as "routers:list",
  resolvers as "resolvers:list", prefix_length as "prefix_length:n", domain as "domain", granted as "granted:bool",
  vlan as "vlan:vlan", packet_id as "time:when", packet_id as "packet:packet"
  from dhcp_lease order by client_mac, client_address, server_address, granted, packet_id)"},
    {"anomalies",
     R"(select asset_id as "asset", link_id as "link:id", protocol as "protocol", kind as "kind", detail as "detail",
  count as "count:n", packet_id as "time:when", packet_id as "packet:packet"
  from anomaly order by kind, protocol, coalesce(asset_id, ''), coalesce(link_id, 0), detail, packet_id)"},
    {"subnets",
     R"(select vlan as "vlan:vlan", cidr as "cidr", source as "source", hosts as "hosts:count", ot_hosts as "ot_hosts:count",
  it_hosts as "it_hosts:count" from subnet order by cidr, coalesce(vlan, -1), source)"},
    {"asked_for",
     R"(select asker_id as "asker", target as "target", target_id as "target_asset", vlan as "vlan:vlan",
  count as "count:n", packet_id as "time:when", packet_id as "packet:packet"
  from asked_for order by target, coalesce(vlan, -1), coalesce(asker_id, ''), packet_id)"},
    {"conduits",
     R"(select conduit_id as "id", from_zone as "from_zone", to_zone as "to_zone", protocols as "protocols:list",
  classes as "classes:list" from conduit order by conduit_id)"},
    {"declared_assets",
     R"(select d.declared_id as "id:n", d.name as "name", d.address as "address",
  (select group_concat(x.address, ',') from (select address from declared_address a where a.declared_id = d.declared_id
    order by position) x) as "addresses:list", d.role as "role", d.zone_id as "zone", d.vendor as "vendor",
  d.product as "product", d.firmware as "firmware", d.serial as "serial", d.os as "os", d.location as "location",
  d.purpose as "purpose", d.source as "source", m.state as "state", m.asset_id as "asset", m.matched_by as "matched_by",
  (select group_concat(x.asset_id, ',') from (select asset_id from register_device r where r.declared_id = d.declared_id
    order by rowid) x) as "assets:list"
  from declared_asset d left join register_match m on m.declared_id = d.declared_id order by d.name, d.address, d.declared_id)"},
    {"register_differences",
     R"(select declared_id as "declared:n", asset_id as "asset", field as "field", declared as "declared_value",
  observed as "observed_value", packet_id as "time:when", packet_id as "packet:packet" from register_difference
  order by declared_id, field, declared, observed)"},
    {"allowed_external",
     R"(select name as "name", cidr as "cidr", protocol as "protocol", port as "port:n"
  from allowed_external order by name, cidr, protocol, coalesce(port, -1))"},
    {"coverage",
     R"(select metric as "metric", value as "value:real", level as "level", detail as "detail",
  meaning_en as "meaning_en", meaning_ja as "meaning_ja", advice_en as "advice_en", advice_ja as "advice_ja"
  from coverage order by metric)"},
};

}  // namespace

void write_inventory_json(const ReportInput& input, std::ostream& out) {
  Rows rows(input, Rows::Form::sparse);
  Document document(out);
  document.field("schema", "kakoi-inventory/3");
  document.field("kakoi_version", input.kakoi_version);
  document.field("database_schema", rows.meta("schema_version"));
  document.field("site", rows.meta("site"));
  document.field("policy", rows.meta("policy"));
  document.rows("captures", rows, std::string(kCaptures) + std::string(kCaptureOrder));
  document.rows("zones", rows, kZones);
  const auto by_asset = [&](std::string_view select, std::string_view table) {
    return rows.query(std::string(select) + rows.order_by(table, "asset_id"));
  };
  std::pair<std::string_view, Cursor> parts[] = {{",\"addresses\":", by_asset(kAddresses, "address")},
                                                 {",\"attributes\":", by_asset(kAttributes, "attribute")},
                                                 {",\"services\":", by_asset(kServices, "service")},
                                                 {",\"zone_reasons\":", by_asset(kZoneReasons, "zone_member")}};
  document.begin_array("assets");
  for (Cursor asset = rows.query(std::string(kAssets) + std::string(kAssetOrder)); asset.step();) {
    std::string& text = document.element();
    asset.append(text);
    text.pop_back();  // the brace: there is more
    for (auto& [before, cursor] : parts) cursor.append_group(text, before, asset.key());
    text += '}';
  }
  document.end_array();
  document.rows("links", rows, std::string(kLinks) + std::string(kLinkOrder));
  for (const Table& table : kFacts) {
    if (table.table.empty())
      document.rows(table.name, rows, table.sql);
    else
      document.rows_in_order(table.name, rows, std::string(table.sql) + rows.order_by(table.table, "link_id"));
  }
  document.close();
}

}  // namespace kakoi
