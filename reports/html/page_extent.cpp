#include "reports/html/page_extent.h"

#include <algorithm>
#include <limits>
#include <set>
#include <tuple>
#include <utility>

#include "reports/findings_order.h"

namespace kakoi {

namespace {

constexpr std::uint32_t kNoFinding = std::numeric_limits<std::uint32_t>::max();

// What the page counts over links, as its scripts do where they have all of them (model.js).
struct Totals {
  std::int64_t links = 0, outside = 0, outside_succeeded = 0, declared_outside = 0, declared_outside_succeeded = 0;
  std::int64_t one_way = 0, encrypted = 0, unrecognised = 0, tagged = 0;
  std::set<std::string> ot_protocols;
};

std::vector<bool> choose_assets(Database& db, Lookups& lookups, std::size_t most) {
  const Assets& assets = lookups.assets();
  std::vector<bool> chosen(assets.all().size(), assets.all().size() <= most);
  if (assets.all().size() <= most) return chosen;
  std::vector<std::uint32_t> finding(assets.all().size(), kNoFinding);  // rank of the worst finding about it
  std::uint32_t rank = 0;
  for (Statement s = db.prepare("select finding_id, subject_id, peer_id from finding " + std::string(kFindingOrder));
       s.step(); ++rank) {
    const auto note = [&](std::uint32_t position) { finding[position] = std::min(finding[position], rank); };
    for (const int column : {1, 2})
      if (const Assets::Asset* asset = assets.find(s.view(column))) note(assets.position(*asset));
    for (const std::uint32_t position : lookups.findings().assets(s.view(0))) note(position);
  }
  std::vector<std::tuple<std::uint32_t, bool, int, std::uint32_t>> order;
  for (std::uint32_t i = 0; i < finding.size(); ++i) {
    const Assets::Asset& a = assets.all()[i];
    const int place = a.scope == "local" ? 0 : a.scope == "remote" ? 1 : a.scope == "internet" ? 2 : 3;
    order.emplace_back(finding[i], !a.is_ot, place, i);
  }
  std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(most), order.end());
  for (std::size_t i = 0; i < most; ++i) chosen[std::get<3>(order[i])] = true;
  return chosen;
}

}  // namespace

PageExtent::PageExtent(Database& db, Lookups& lookups, std::size_t most_assets, std::size_t most_links) {
  const Assets& all = lookups.assets();
  const std::vector<bool> chosen = choose_assets(db, lookups, most_assets);
  for (std::size_t i = 0; i < chosen.size(); ++i)
    if (chosen[i]) assets.push_back(all.all()[i].id);

  Totals t;
  std::vector<std::tuple<bool, std::int64_t, std::int64_t>> candidates;  // not OT, -bytes, id
  for (Statement s = db.prepare("select link_id, client_id, server_id, state, transport, protocol, protocol_domain, "
                                "vlan, packets_to_server, "
                                "packets_to_client, bytes_to_server + bytes_to_client, " +
                                std::string(kDeclaredOutside) + " from link order by link_id");
       s.step();) {
    const Assets::Asset *const client = all.find(s[1].view()), *const server = all.find(s[2].view());
    if (!client || !server) continue;
    const std::string_view state = s[3].view(), transport = s[4].view(), protocol = s[5].view();
    const bool is_ot = s[6].view() == "ot";
    const bool succeeded = state == "established" || (state == "datagram" && s[8].integer() > 0 && s[9].integer() > 0);
    ++t.links;
    if (client->scope == "internet" || server->scope == "internet") {
      const bool declared = s[11].integer() != 0;
      ++(declared ? t.declared_outside : t.outside);
      (declared ? t.declared_outside_succeeded : t.outside_succeeded) += succeeded;
    }
    t.one_way += state == "one_way";
    t.encrypted += protocol == "tls" || protocol == "ssh";
    t.unrecognised += protocol.empty() && (transport == "tcp" || transport == "udp") && succeeded;
    t.tagged += !s[7].is_null();
    if (is_ot && !protocol.empty()) t.ot_protocols.emplace(protocol);
    if (chosen[all.position(*client)] && chosen[all.position(*server)])
      candidates.emplace_back(!is_ot, -s[10].integer(), s[0].integer());
  }
  if (candidates.size() > most_links) {
    std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(most_links),
                     candidates.end());
    candidates.resize(most_links);
  }
  for (const auto& [other, bytes, id] : candidates) links.push_back(id);
  std::sort(links.begin(), links.end());

  if (assets.size() == all.all().size() && static_cast<std::int64_t>(links.size()) == t.links) return;
  const auto count = [&](std::string_view scope) {
    return std::count_if(all.all().begin(), all.all().end(), [&](const Assets::Asset& a) { return a.scope == scope; });
  };
  totals = {{"assets", all.all().size()},
            {"local", count("local")},
            {"remote", count("remote")},
            {"internet", count("internet")},
            {"links", t.links},
            {"outside", t.outside},
            {"outside_succeeded", t.outside_succeeded},
            {"declared_outside", t.declared_outside},
            {"declared_outside_succeeded", t.declared_outside_succeeded},
            {"one_way", t.one_way},
            {"encrypted", t.encrypted},
            {"unrecognised", t.unrecognised},
            {"tagged", t.tagged},
            {"ot_protocols", t.ot_protocols}};
}

}  // namespace kakoi
