// OUT/cset/malcolm.json: the answer of Malcolm's API to an aggregation by addresses and roles, as CSET's "Import from
// Malcolm" takes it. On the top level stand addresses; below an address its role, below the role the addresses it
// talks to. CSET reads only the first role of an address, merges nodes by address, and counts are not used there.
#include <algorithm>
#include <map>
#include <unordered_map>

#include "reports/cset/network.h"
#include "reports/exports/exports.h"
#include "reports/json/document.h"
#include "reports/json_value.h"
#include "reports/rows.h"

namespace kakoi {

namespace cset {

std::string_view symbol_of(std::string_view role) {
  static constexpr std::pair<std::string_view, std::string_view> kSymbols[] = {{"plc", "PLC"},
                                                                               {"rtu", "RTU"},
                                                                               {"hmi", "HMI"},
                                                                               {"firewall", "Firewall"},
                                                                               {"router", "Router"},
                                                                               {"switch", "Switch"},
                                                                               {"historian", "Historian"},
                                                                               {"scada_server", "MTU"},
                                                                               {"workstation", "PC"},
                                                                               {"engineering_station", "EWS"},
                                                                               {"server", "Server"}};
  for (const auto& [name, symbol] : kSymbols)
    if (name == role) return symbol;
  return "";
}

Network network_of(const ReportInput& input) {
  Network network;
  std::unordered_map<std::string, std::size_t> positions;
  Statement addresses = input.db.prepare(
      "select kind, value from address where asset_id = ?1 order by case kind when 'ipv4' then 0 when 'ipv6' then 1 "
      "else 2 "
      "end, value");
  for (Statement row =
           input.db.prepare("select asset_id, name, role, coalesce(zone_id, ''), vendor, product, firmware, scope "
                            "from asset where scope not in ('multicast', 'broadcast') order by asset_id");
       row.step();) {
    Node node{row.text(0), row.text(1), row.text(2), row.text(3), "", row.text(1), "", ""};
    addresses.reset();
    for (addresses.bind(1, row.view(0)); addresses.step();) {
      if (node.address.empty()) node.address = addresses.text(1);
      if (addresses.view(1) == row.view(1)) node.host_name.clear();
    }
    if (node.address == "0.0.0.0" || node.address == "::") continue;
    for (const int column : {4, 5, 6})
      if (!row.view(column).empty()) node.description += (node.description.empty() ? "" : " ") + row.text(column);
    if (row.view(7) == "internet") node.zone.clear();
    positions.emplace(node.id, network.nodes.size());
    network.nodes.push_back(std::move(node));
  }
  for (Statement row = input.db.prepare("select zone_id, name, kind from zone order by zone_id"); row.step();)
    network.zones.push_back({row.text(0), row.text(1), row.text(2)});
  for (Statement row = input.db.prepare("select client_id, server_id, sum(connections) from link group by client_id, "
                                        "server_id order by client_id, server_id");
       row.step();) {
    const auto client = positions.find(row.text(0)), server = positions.find(row.text(1));
    if (client == positions.end() || server == positions.end() || client->second == server->second) continue;
    const auto back = network.edges.find({server->second, client->second});
    (back == network.edges.end() ? network.edges[{client->second, server->second}] : back->second) += row.integer(2);
  }
  return network;
}

}  // namespace cset

namespace {

std::string role_of(const cset::Node& node) {
  const std::string_view symbol = cset::symbol_of(node.role);
  return symbol.empty() ? "Unknown" : std::string(symbol);
}

void write_malcolm(const ReportInput& input, std::ostream& out) {
  const cset::Network network = cset::network_of(input);
  const Extent extent = extent_of(input.db);
  std::vector<std::vector<std::pair<std::size_t, std::int64_t>>> servers(network.nodes.size());
  for (const auto& [pair, connections] : network.edges) servers[pair.first].emplace_back(pair.second, connections);
  const auto bucket = [](const std::string& key, std::int64_t count) {
    return Json{{"doc_count", std::min<std::int64_t>(count, 0x7fffffff)}, {"key", key}};
  };
  const auto buckets = [](Json list) { return Json{{"buckets", std::move(list)}}; };
  std::map<std::string, Json> tops;  // an address once: of two devices with the same one the first is drawn
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    const cset::Node& node = network.nodes[i];
    if (node.address.empty()) continue;
    Json peers = Json::array();
    std::set<std::string> named{node.address};
    std::int64_t count = 0;
    for (const auto& [server, connections] : servers[i]) {
      const cset::Node& peer = network.nodes[server];
      if (peer.address.empty() || !named.insert(peer.address).second) continue;
      count += connections;
      Json one = bucket(peer.address, connections);
      one["destination.device.role"] = buckets(Json::array({bucket(role_of(peer), connections)}));
      peers.push_back(std::move(one));
    }
    Json role = bucket(role_of(node), count);
    if (!peers.empty()) role["destination.ip"] = buckets(std::move(peers));
    Json top = bucket(node.address, count);
    top["source.device.role"] = buckets(Json::array({std::move(role)}));
    tops.emplace(node.address, std::move(top));
  }
  constexpr std::int64_t kSecond = 1'000'000'000;
  Document document(out);
  document.field("fields", {"source.ip", "source.device.role", "destination.ip", "destination.device.role"});
  document.field("filter", nullptr);
  // seconds as 32 bits with a sign
  document.field("range", {std::clamp<std::int64_t>(extent.first / kSecond, 0, 0x7fffffff),
                           std::clamp<std::int64_t>(extent.last / kSecond, 0, 0x7fffffff)});
  document.field("urls", Json::array());
  Json list = Json::array();
  for (auto& [address, top] : tops) list.push_back(std::move(top));
  document.field("source.ip", buckets(std::move(list)));
  document.close();
}

}  // namespace

std::vector<ExportFile> cset_files(const ReportInput&) {
  return {{"cset/diagram.xml", write_diagram}, {"cset/malcolm.json", write_malcolm}};
}

}  // namespace kakoi
