// The tables that sum up: listening services, ranges in use, and how much the captures could show.
#include <algorithm>
#include <set>

#include "sensor/inventory/activity.h"
#include "sensor/inventory/software.h"
#include "sensor/inventory/writer.h"

namespace kakoi {

namespace {

// A listening port of an asset.
using Port = std::tuple<std::uint32_t, Address, Transport, std::uint16_t>;

struct Use {  // of a port by one link
  Port port;
  const Protocol* protocol;
  std::uint32_t client;
  PacketRef first;
};

std::string_view name_of(const Protocol* p) noexcept { return p ? p->name : std::string_view(); }

// OT before IT, unrecognised last.
bool use_order(const Use& a, const Use& b) noexcept {
  const auto key = [](const Use& u) {
    return std::tuple(u.port, u.protocol == nullptr, u.protocol ? u.protocol->domain : Domain::shared,
                      name_of(u.protocol), u.client, u.first);
  };
  return key(a) < key(b);
}

std::map<Port, std::string> software_of_ports(const Observed& observed, const Resolution& resolution) {
  using Claim = std::tuple<int, std::int64_t, std::string_view>;  // -confidence, -count, text: least is best
  std::map<Port, Claim> best;
  for (const auto& [key, seen] : observed.identities) {
    if (key.trait != Trait::software || key.port == 0) continue;
    const std::uint32_t asset = resolution.find(key.subject, key.vlan);
    if (asset == Resolution::kNone) continue;
    const Claim claim{-int{key.confidence}, -static_cast<std::int64_t>(seen.count), key.text};
    const auto [at, is_new] = best.emplace(Port{asset, key.subject, key.transport, key.port}, claim);
    if (!is_new) at->second = std::min(at->second, claim);
  }
  std::map<Port, std::string> texts;
  for (const auto& [port, claim] : best) texts.emplace(port, std::get<2>(claim));
  return texts;
}

}  // namespace

void Writer::write_services() {
  std::vector<Use> uses;
  for (std::size_t i = 0; i < observed.links.size(); ++i) {
    const LinkRow& l = observed.links[i];
    const auto [client, server] = resolution.ends()[i];
    if (server == Resolution::kNone || client == Resolution::kNone || !is_answered(l)) continue;
    const Scope scope = resolution.assets()[server].scope;
    if (scope == Scope::multicast || scope == Scope::broadcast) continue;
    uses.push_back({{server, l.key.server, l.key.transport, l.key.server_port}, l.protocol, client, l.seen.first});
  }
  std::sort(uses.begin(), uses.end(), use_order);
  const auto software = software_of_ports(observed, resolution);

  Insert row(db, "service");
  for (std::size_t begin = 0, end = 0; begin < uses.size(); begin = end) {
    const Port port = uses[begin].port;
    const Protocol* const protocol = uses[begin].protocol;
    std::set<std::uint32_t> clients;
    PacketRef first = uses[begin].first;
    const auto add = [&](const Use& use) {
      clients.insert(use.client);
      first = std::min(first, use.first);
    };
    for (; end < uses.size() && uses[end].port == port && name_of(uses[end].protocol) == name_of(protocol); ++end)
      add(uses[end]);
    // links that were not recognised come last, and are taken for more of the same
    for (std::size_t i = end; i < uses.size() && uses[i].port == port; ++i)
      if (!uses[i].protocol) add(uses[i]);
    while (end < uses.size() && uses[end].port == port && !uses[end].protocol) ++end;

    const auto& [server, address, transport, number] = port;
    const auto text = software.find(port);
    const Software s = text == software.end() ? Software{} : split_software(text->second);
    row(asset(server), to_string(address), to_string(transport), number, name_of(protocol), s.product, s.version,
        clients.size(), packet(first));
  }
}

void Writer::write_subnets() {
  struct Hosts {
    std::set<std::uint32_t> all;
  };
  std::map<std::pair<std::uint32_t, Network>, Hosts> subnets;
  for (std::uint32_t i = 0; i < resolution.assets().size(); ++i) {
    const Asset& a = resolution.assets()[i];
    if (a.scope != Scope::local) continue;
    for (const AssetAddress& x : a.addresses)
      if (x.address.is_ip() && !x.address.is_link_local() && !x.address.is_loopback() && !x.address.is_unspecified())
        subnets[{x.vlan, resolution.segments().subnets.around(x.vlan, x.address)}].all.insert(i);
  }
  Insert row(db, "subnet");
  for (const auto& [key, hosts] : subnets) {
    const auto& [vlan, network] = key;
    const auto count = [&, &all = hosts.all](bool Profile::*flag) {
      return std::count_if(all.begin(), all.end(), [&](std::uint32_t i) { return description.profiles[i].*flag; });
    };
    row(vlan_or_null(vlan), to_string(network),
        resolution.segments().subnets.has_mask(vlan, network) ? "dhcp" : "inferred", hosts.all.size(),
        count(&Profile::is_ot), count(&Profile::is_it));
  }
}

namespace {

// Nanoseconds in which at least one capture ran.
std::int64_t covered_time(const std::vector<CaptureInfo>& captures) {
  std::vector<std::pair<std::int64_t, std::int64_t>> spans;
  for (const CaptureInfo& c : captures)
    if (c.packets != 0) spans.emplace_back(c.first_ts, c.last_ts);
  std::sort(spans.begin(), spans.end());
  std::int64_t total = 0, covered_to = 0;
  bool any = false;
  for (const auto& [first, last] : spans) {
    const std::int64_t from = any ? std::max(first, covered_to) : first;
    if (last > from) total += last - from;
    covered_to = any ? std::max(covered_to, last) : last;
    any = true;
  }
  return total;
}

// Nothing where there is nothing to measure.
std::optional<double> share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? std::nullopt : std::optional(static_cast<double>(part) / static_cast<double>(whole));
}

std::string of(std::uint64_t part, std::uint64_t whole, std::string_view what) {
  return std::to_string(part) + " of " + std::to_string(whole) + ' ' + std::string(what);
}

}  // namespace

void Writer::write_coverage() {
  std::uint64_t packets = 0, bytes = 0, truncated = 0, malformed = 0, undecoded = 0, drops = 0, drops_known = 0;
  for (const CaptureInfo& c : observed.captures) {
    packets += c.packets;
    bytes += c.bytes;
    truncated += c.truncated;
    malformed += c.malformed;
    undecoded += c.undecoded;
    drops_known += c.drops_known;
    drops += c.drops_known ? c.kernel_drops + c.interface_drops : 0;
  }
  std::uint64_t tcp = 0, one_way = 0, unicast = 0, frames = 0;
  for (const LinkRow& l : observed.links) {
    if (l.key.transport != Transport::tcp || l.state == LinkState::attempted || l.state == LinkState::refused) continue;
    ++tcp;
    one_way += l.state == LinkState::one_way;
  }
  std::set<std::uint32_t> vlans;
  for (const auto& [key, row] : observed.macs) {
    vlans.insert(key.vlan);
    frames += row.frames_received;
    if (!key.mac.is_multicast() && !key.mac.is_broadcast()) unicast += row.frames_received;
  }
  for (const LinkRow& l : observed.links) vlans.insert(l.key.vlan);
  std::string vlan_list;
  for (const std::uint32_t vlan : vlans) {
    if (vlan_list.size() > 200) {
      vlan_list += ",…";
      break;
    }
    vlan_list += (vlan_list.empty() ? "" : ",") + (vlan == 0 ? "untagged" : std::to_string(vlan));
  }
  const std::uint64_t captures = observed.captures.size();

  Insert row(db, "coverage");
  row("bytes", static_cast<double>(bytes), "on the wire");
  row("captures", static_cast<double>(captures), "");
  row("duration_s", static_cast<double>(covered_time(observed.captures)) / 1e9, "in which at least one capture ran");
  row("facts_dropped", static_cast<double>(observed.facts_dropped + unplaced), "rows that found no room in a table");
  row("kernel_drops",
      drops_known == captures && captures != 0 ? std::optional(static_cast<double>(drops)) : std::nullopt,
      "told by " + of(drops_known, captures, "captures") +
          (drops_known != 0 ? ": " + std::to_string(drops) + " packets" : ""));
  row("malformed_share", share(malformed, packets), of(malformed, packets, "packets"));
  row("one_way_share", share(one_way, tcp), of(one_way, tcp, "TCP links with traffic"));
  row("packets", static_cast<double>(packets), "");
  row("truncated_share", share(truncated, packets), of(truncated, packets, "packets"));
  row("undecoded_share", share(undecoded, packets), of(undecoded, packets, "packets"));
  row("unicast_share", share(unicast, frames), of(unicast, frames, "frames"));
  row("vlans", static_cast<double>(vlans.size()), vlan_list);
}

}  // namespace kakoi
