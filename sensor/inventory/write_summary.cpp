// The tables that sum up: listening services, and ranges in use.
#include <algorithm>
#include <set>

#include "sensor/inventory/activity.h"
#include "sensor/inventory/software.h"
#include "sensor/inventory/transfers.h"
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

// Who asks a whole group, by what: each member may answer from a port that nobody asked (SSDP, WS-Discovery).
std::set<std::pair<Address, const Protocol*>> who_asks_groups(const Observed& observed) {
  std::set<std::pair<Address, const Protocol*>> found;
  for (const LinkRow& l : observed.links)
    if (l.protocol && (l.key.server.is_multicast() || l.key.server.is_broadcast()))
      found.insert({l.key.client, l.protocol});
  return found;
}

bool has_port(const Protocol& protocol, std::uint16_t port) {
  return std::find(protocol.ports.begin(), protocol.ports.end(), port) != protocol.ports.end();
}

}  // namespace

void Writer::write_services() {
  std::vector<Use> uses;
  const std::vector<TransferPart> parts = transfer_parts(observed);
  const auto groups = who_asks_groups(observed);
  for (std::size_t i = 0; i < observed.links.size(); ++i) {
    const LinkRow& l = observed.links[i];
    const auto [client, server] = resolution.ends()[i];
    if (server == Resolution::kNone || client == Resolution::kNone || parts[i] == TransferPart::transfer) continue;
    if (!is_answered(l) && parts[i] != TransferPart::answered_elsewhere) continue;
    // Which side's port it is was guessed. Where both have the protocol's own, either listens on it.
    if (!l.client_known && !(l.protocol && has_port(*l.protocol, l.key.server_port))) continue;
    if (l.packets[0] == 0 && l.protocol && !has_port(*l.protocol, l.key.server_port) &&
        groups.contains({l.key.client, l.protocol}))
      continue;
    const Scope scope = resolution.assets()[server].scope;
    if (scope == Scope::multicast || scope == Scope::broadcast) continue;
    // What the client speaks alone names no service.
    const Protocol* const served = l.payload[1] == 0 && l.key.transport == Transport::tcp ? nullptr : l.protocol;
    uses.push_back({{server, l.key.server, l.key.transport, l.key.server_port}, served, client, l.seen.first});
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
    const Subnets& known = resolution.segments().subnets;
    const std::string_view source = !known.has_mask(vlan, network)                                  ? "inferred"
                                    : known.mask_source(vlan, network) == Subnets::MaskSource::dhcp ? "dhcp"
                                                                                                    : "device";
    row(vlan_or_null(vlan), to_string(network), source, hosts.all.size(), count(&Profile::is_ot),
        count(&Profile::is_it));
  }
}

}  // namespace kakoi
