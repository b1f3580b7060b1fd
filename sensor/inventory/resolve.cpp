#include "sensor/inventory/resolve.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <set>
#include <span>

#include "sensor/inventory/tunnel_ends.h"

namespace kakoi {

namespace {

constexpr std::uint32_t kLinktypeEthernet = 1;
constexpr std::string_view kInTunnel = "tunnel";  // bound by

// By the strongest of its evidence.
std::string_view bound_by(const BindingRow& row) noexcept {
  for (const BindingKind kind : {BindingKind::arp_reply, BindingKind::arp_request, BindingKind::neighbour,
                                 BindingKind::dhcp, BindingKind::arp_probe})
    if (row.claims[static_cast<std::size_t>(kind)].count != 0) return to_string(kind);
  return row.as_source.count != 0 ? "frame source" : "destination only";
}

// The MAC without colons, or the address as text.
std::string id_of(const Address& address) {
  std::string text = to_string(address);
  if (!address.is_mac()) return "ip-" + text;
  std::erase(text, ':');
  return "mac-" + text;
}

}  // namespace

class Resolver {
 public:
  explicit Resolver(const Observed& observed) : observed_(observed) { result_.segments_ = judge_segments(observed); }

  Resolution run() {
    add_macs();
    add_own_ips();
    collect_ips();
    add_ips_in_tunnels();
    add_other_ips();
    finish();
    return std::move(result_);
  }

 private:
  using Place = Resolution::Place;
  static constexpr std::uint32_t kNone = Resolution::kNone;

  // An IP on a VLAN as links and frames show it.
  struct Appearance {
    Seen seen;
    bool sends = false;   // was the source of a packet
    bool behind = false;  // of a router
    bool has_mac = false;
  };

  std::uint32_t add_asset(std::string id, Scope scope) {
    result_.assets_.push_back({.id = std::move(id), .scope = scope, .addresses = {}, .seen = {}});
    return static_cast<std::uint32_t>(result_.assets_.size() - 1);
  }

  void add_address(std::uint32_t index, AssetAddress address) {
    Asset& asset = result_.assets_[index];
    asset.seen.merge(address.seen);
    const std::uint32_t vlan = address.address.is_mac() ? 0 : address.vlan;
    result_.by_place_[{address.address, vlan}] = index;
    asset.addresses.push_back(std::move(address));
  }

  void add_macs() {
    std::map<MacKey, std::pair<MacRow, bool>> macs;  // the flag: it sent something
    for (const auto& [key, row] : observed_.macs) macs[key] = {row, row.frames_sent != 0};
    const auto also = [&](const Address& mac, std::uint32_t vlan, const Seen& seen, bool sent) {
      if (!mac.is_mac() || seen.count == 0) return;
      auto& [row, has_sent] = macs[{mac, vlan}];
      row.seen.merge(seen);
      has_sent = has_sent || sent;
    };
    for (const auto& [key, row] : observed_.bindings) {
      also(key.mac, key.vlan, row.as_source, true);
      also(key.mac, key.vlan, row.as_destination, false);
      for (const Seen& claim : row.claims) also(key.mac, key.vlan, claim, false);
    }
    for (const auto& [key, seen] : observed_.asked) also(key.asker_mac, key.vlan, seen, true);
    for (const LinkRow& link : observed_.links) {
      also(link.key.client, link.key.vlan, link.seen, link.packets[0] != 0);
      also(link.key.server, link.key.vlan, link.seen, link.packets[1] != 0);
    }

    Address last;
    std::uint32_t index = kNone;
    std::unordered_map<Address, std::uint32_t, AddressHash> devices;
    for (const auto& [key, entry] : macs) {
      if (index == kNone || key.mac != last) {
        const Address device = result_.segments_.chassis.device_of(key.mac);
        // nobody has the address 0: a loopback interface writes it, and a requester that does not know the other
        const Scope scope = key.mac.is_broadcast() || key.mac.lo == 0 ? Scope::broadcast
                            : key.mac.is_multicast()                  ? Scope::multicast
                                                                      : Scope::local;
        const auto [at, is_new] = devices.emplace(device, 0);
        if (is_new) at->second = add_asset(id_of(device), scope);
        index = at->second;
        result_.assets_[index].is_router |= result_.segments_.routers.contains(key.mac);
        last = key.mac;
      }
      add_address(index,
                  {key.mac, key.vlan, entry.second ? "frame source" : "destination only", false, entry.first.seen});
    }
  }

  void add_own_ips() {
    for (const Tie& tie : result_.segments_.ties) {
      with_macs_.insert(tie.key.vlan);
      if (!tie.own) continue;
      const std::uint32_t index = result_.find(tie.key.mac, tie.key.vlan);
      // IPv6 hosts have global numbers by design; an IPv4 plant that uses somebody else's squats.
      const bool squatted = tie.key.ip.is_ipv4() && tie.key.ip.is_global() && !result_.assets_[index].is_router;
      add_own_ip(index, {tie.key.ip, tie.key.vlan, bound_by(tie.row), squatted, tie.seen()});
    }
  }

  void add_own_ip(std::uint32_t index, const AssetAddress& address) {
    add_address(index, address);
    own_.insert({address.address, address.vlan});
    const auto [at, is_new] = owners_.emplace(address.address, index);
    if (!is_new && at->second != index) at->second = kNone;  // copied cells
  }

  void collect_ips() {
    const auto see = [&](const Address& ip, std::uint32_t vlan, const Seen& seen) -> Appearance& {
      Appearance& a = ips_[{ip, vlan}];
      a.seen.merge(seen);
      return a;
    };
    for (const LinkRow& link : observed_.links) {
      if (link.key.transport == Transport::ethernet) continue;
      if (link.key.client.is_ip()) see(link.key.client, link.key.vlan, link.seen).sends |= link.packets[0] != 0;
      if (link.key.server.is_ip()) see(link.key.server, link.key.vlan, link.seen).sends |= link.packets[1] != 0;
    }
    for (const auto& [key, row] : observed_.bindings) {
      if (!key.ip.is_ip()) continue;
      Seen seen = row.as_source;
      seen.merge(row.as_destination);
      // an address that is only spoken of is nobody's until a claim makes it somebody's own
      if (seen.count == 0) continue;
      Appearance& a = see(key.ip, key.vlan, seen);
      a.sends = a.sends || row.as_source.count != 0;
      if (key.mac.is_broadcast() || key.mac.is_multicast() || key.mac.lo == 0) continue;
      a.has_mac = true;
      if (key.ip.is_unspecified()) unspecified_[key.vlan].insert(key.mac);
    }
    for (const Tie& tie : result_.segments_.ties) {
      Appearance& a = see(tie.key.ip, tie.key.vlan, tie.seen());
      a.has_mac = true;
      a.behind = a.behind || tie.foreign;
    }
    for (const std::uint32_t type : all_link_types())
      if (type != kLinktypeEthernet) only_ethernet_ = false;
  }

  std::set<std::uint32_t> all_link_types() {
    std::set<std::uint32_t> types;
    for (const CaptureInfo& capture : observed_.captures)
      types.insert(capture.link_types.begin(), capture.link_types.end());
    if (types.empty()) only_ethernet_ = false;
    return types;
  }

  // What is seen in tunnels alone. An address that frames or other packets carry, too, is judged by those: whoever wraps
  // packets of an outside address must not make it look like one of the plant.
  void add_ips_in_tunnels() {
    tunnelled_ = judge_tunnels(observed_, [this](const Address& end, std::uint32_t vlan) {
      if (const auto owner = owners_.find(end); owner != owners_.end()) return Scope::local;
      const auto at = ips_.find({end, vlan});
      return at == ips_.end() ? Scope::broadcast : scope_of(at->first, at->second);
    });
    std::map<Address, std::pair<std::uint64_t, std::vector<const Place*>>> seen;
    for (const auto& [place, appearance] : ips_) {
      const auto at = tunnelled_.find(place.address);
      if (at == tunnelled_.end()) continue;
      auto& [packets, places] = seen[place.address];
      packets += appearance.seen.count;
      places.push_back(&place);
      if (appearance.has_mac || packets > at->second.packets) tunnelled_.erase(at);
    }
    for (const auto& [address, tunnelled] : tunnelled_)
      if (const std::uint32_t host = host_of(address, tunnelled); host != kNone)
        for (const Place* place : seen[address].second)
          add_own_ip(host, {address, place->vlan, kInTunnel, false, ips_.at(*place).seen});
  }

  // The device at the end in the plant, if the address is its own: routers lower the hop limit, and nobody forwards what
  // is link-local.
  std::uint32_t host_of(const Address& address, const TunnelledAddress& tunnelled) const {
    if (!tunnelled.is_inside() || owners_.contains(address)) return kNone;
    if (!address.is_link_local() && (!tunnelled.sends || is_decremented(tunnelled.ttl))) return kNone;
    std::uint32_t host = kNone;
    for (const auto& [end, vlan] : tunnelled.ends) {
      const auto owner = owners_.find(end);
      if (owner == owners_.end() || (host != kNone && owner->second != host)) return kNone;
      host = owner->second;
    }
    return host;
  }

  // Sent to no station's MAC, never sends, and is the last address of a range. Of a range behind a router it is sent to the
  // router's MAC; the range may be larger than the 256 addresses assumed, but nobody was seen to have the address.
  bool is_directed_broadcast(const Place& place, const Appearance& a) const {
    if (!place.address.is_ipv4() || a.sends || !with_macs_.contains(place.vlan)) return false;
    const std::uint32_t ip = place.address.v4();
    if (a.has_mac) return a.behind && (ip & 0xFF) == 0xFF && !place.address.is_global();
    const Network network = result_.segments_.subnets.around(place.vlan, place.address);
    const std::uint32_t hosts = network.bits >= 31 ? 0 : ~std::uint32_t{0} >> network.bits;
    if (hosts != 0 && (ip & hosts) == hosts) return true;
    // of a range smaller than the one assumed
    return (ip & 3) == 3 && result_.segments_.subnets.is_on_link(place.vlan, place.address) &&
           !result_.segments_.subnets.has_mask(place.vlan, network);
  }

  Scope scope_of(const Place& place, const Appearance& a) const {
    const Address& ip = place.address;
    if (ip.is_multicast()) return Scope::multicast;
    // 0.0.0.0 stands for a host without an address: no device of its own
    if (ip.is_broadcast() || ip.is_unspecified() || is_directed_broadcast(place, a)) return Scope::broadcast;
    if (ip.is_loopback()) return Scope::local;
    const auto tunnelled = tunnelled_.find(ip);
    if (ip.is_link_local())
      return tunnelled != tunnelled_.end() && tunnelled->second.is_outside() ? Scope::internet : Scope::local;
    if (ip.is_global())
      return tunnelled != tunnelled_.end() && tunnelled->second.is_inside() ? Scope::remote : Scope::internet;
    // without a MAC in a capture of Ethernet frames: the inside of a tunnel
    return a.behind || (only_ethernet_ && !a.has_mac) ? Scope::remote : Scope::local;
  }

  // By address, so that the ids that VLANs share are made once.
  void add_other_ips() {
    std::vector<std::pair<Place, const Appearance*>> others;
    for (const auto& [place, appearance] : ips_)
      if (!own_.contains(place)) others.emplace_back(place, &appearance);
    std::sort(others.begin(), others.end(), [](const auto& a, const auto& b) {
      return std::tie(a.first.address, a.first.vlan) < std::tie(b.first.address, b.first.vlan);
    });

    for (std::size_t begin = 0, end = 0; begin < others.size(); begin = end) {
      while (end < others.size() && others[end].first.address == others[begin].first.address) ++end;
      add_other_ip(std::span(others).subspan(begin, end - begin));
    }
  }

  // One IP, on all VLANs where it is nobody's own.
  void add_other_ip(std::span<const std::pair<Place, const Appearance*>> places) {
    const Address ip = places.front().first.address;
    const auto owner = owners_.find(ip);
    std::uint32_t shared = kNone;
    for (const auto& [place, appearance] : places) {
      const Scope scope = scope_of(place, *appearance);
      const bool is_device = scope != Scope::broadcast && scope != Scope::multicast;
      if (is_device && owner != owners_.end() && owner->second != kNone) {
        result_.by_place_[place] = owner->second;
        continue;
      }
      std::uint32_t index = shared;
      if (is_device && owner != owners_.end() && place.vlan != 0) {
        index = add_asset(id_of(ip) + "-v" + std::to_string(place.vlan), scope);
      } else if (index == kNone) {
        index = shared = add_asset(id_of(ip), scope);
      }
      result_.assets_[index].scope = wider(result_.assets_[index].scope, scope);
      const std::string_view by = appearance->behind     ? "behind router"
                                  : is_in_tunnels(ip)    ? kInTunnel
                                  : !appearance->has_mac ? "ip only"
                                  : appearance->sends    ? "frame source"
                                                         : "destination only";
      add_address(index, {ip, place.vlan, by, false, appearance->seen});
      if (ip.is_unspecified()) lend_to_station(place);
    }
  }

  bool is_in_tunnels(const Address& ip) const {
    const auto at = tunnelled_.find(ip);
    return at != tunnelled_.end() && at->second.is_inside();
  }

  // A range's last address is a broadcast address in every VLAN; an address that is behind a router in
  // one VLAN is so in all.
  static Scope wider(Scope a, Scope b) noexcept {
    const auto rank = [](Scope s) { return s == Scope::broadcast ? 2 : s == Scope::remote ? 1 : 0; };
    return rank(a) >= rank(b) ? a : b;
  }

  // What a host sends before it has an address is its own word, if it can't be another's.
  void lend_to_station(const Place& place) {
    const auto macs = unspecified_.find(place.vlan);
    if (macs != unspecified_.end() && macs->second.size() == 1)
      result_.by_place_[place] = result_.find(*macs->second.begin(), place.vlan);
  }

  void finish() {
    std::vector<Asset>& assets = result_.assets_;
    std::vector<std::uint32_t> order(assets.size()), rank(assets.size());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return assets[a].id < assets[b].id; });
    std::vector<Asset> sorted;
    sorted.reserve(assets.size());
    for (const std::uint32_t from : order) {
      rank[from] = static_cast<std::uint32_t>(sorted.size());
      sorted.push_back(std::move(assets[from]));
    }
    assets = std::move(sorted);
    for (auto& [place, index] : result_.by_place_) index = rank[index];
    result_.ends_.reserve(observed_.links.size());
    for (const LinkRow& link : observed_.links)
      result_.ends_.push_back(
          {result_.find(link.key.client, link.key.vlan), result_.find(link.key.server, link.key.vlan)});

    for (std::uint32_t i = 0; i < assets.size(); ++i) {
      std::sort(assets[i].addresses.begin(), assets[i].addresses.end(),
                [](const AssetAddress& a, const AssetAddress& b) {
                  const auto key = [](const AssetAddress& x) {
                    return std::tuple(x.address.is_mac(), x.bound_by == kInTunnel, !x.address.is_ipv4(),
                                      x.address.is_link_local(), x.address, x.vlan);
                  };
                  return key(a) < key(b);
                });
      for (const AssetAddress& address : assets[i].addresses) {
        const auto [at, is_new] = result_.by_address_.emplace(address.address, i);
        if (!is_new && at->second != i) at->second = kNone;
      }
    }
  }

  const Observed& observed_;
  Resolution result_;
  std::unordered_map<Place, Appearance, Resolution::PlaceHash> ips_;
  struct PlaceLess {
    bool operator()(const Place& a, const Place& b) const noexcept {
      return std::tie(a.address, a.vlan) < std::tie(b.address, b.vlan);
    }
  };
  std::set<Place, PlaceLess> own_;
  std::unordered_map<Address, std::uint32_t, AddressHash> owners_;  // kNone: several
  std::map<Address, TunnelledAddress> tunnelled_;           // seen in tunnels with the internet, and there alone
  std::set<std::uint32_t> with_macs_;                       // VLANs
  std::map<std::uint32_t, std::set<Address>> unspecified_;  // MACs that sent from 0.0.0.0 or ::, by VLAN
  bool only_ethernet_ = true;
};

std::string_view to_string(Scope value) noexcept {
  static constexpr std::array<std::string_view, 5> names = {"local", "remote", "internet", "multicast", "broadcast"};
  return names[static_cast<std::size_t>(value)];
}

Resolution Resolution::of(const Observed& observed) { return Resolver(observed).run(); }

std::uint32_t Resolution::find(const Address& address, std::uint32_t vlan) const noexcept {
  const auto at = by_place_.find({address, address.is_mac() ? 0 : vlan});
  return at == by_place_.end() ? kNone : at->second;
}

std::uint32_t Resolution::find_anywhere(const Address& address, std::uint32_t vlan) const noexcept {
  if (const std::uint32_t here = find(address, vlan); here != kNone) return here;
  const auto at = by_address_.find(address);
  return at == by_address_.end() ? kNone : at->second;
}

}  // namespace kakoi
