#include "sensor/inventory/succession.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <tuple>

#include "sensor/control/virtual_router.h"
#include "sensor/inventory/local_mac.h"

namespace kakoi {

namespace {

// Of one address or name; more is no device, but a flood or a name that many have.
constexpr std::size_t kMost = 64;
// Ethernet's configuration testing protocol. A bond that balances sends it from each MAC to that MAC, so that switches
// learn where it is (Linux, drivers/net/bonding/bond_alb.c).
constexpr std::uint16_t kLoopback = 0x9000;

bool is_station(const Address& mac) noexcept {
  return mac.is_mac() && mac.lo != 0 && !mac.is_multicast() && !mac.is_broadcast() && virtual_router_kind(mac).empty();
}

// What belongs to one device and no other.
bool is_own(const IdentityKey& key) noexcept {
  static constexpr std::string_view kOwn[] = {"ssh host key", "smb server guid", "dhcpv6 duid", "upnp uuid",
                                              "snmp engine id"};
  return key.trait == Trait::serial ||
         (key.trait == Trait::fingerprint && std::find(std::begin(kOwn), std::end(kOwn), key.method) != std::end(kOwn));
}

// Names that devices come with: several on one network are likely.
bool is_given_to_many(std::string_view name) {
  static constexpr std::string_view kCommon[] = {"android", "iphone",    "ipad",        "ipod",        "watch",
                                                 "macbook", "mac",       "macbook-pro", "macbook-air", "localhost",
                                                 "debian",  "ubuntu",    "fedora",      "kali",        "raspberrypi",
                                                 "openwrt", "espressif", "unknown",     "none"};
  const std::string_view host = name.substr(0, name.find('.'));
  return std::any_of(std::begin(kCommon), std::end(kCommon), [&](std::string_view common) {
    return host.size() == common.size() && std::equal(host.begin(), host.end(), common.begin(), [](char a, char b) {
             return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
           });
  });
}

// Who was there when: a list that may be long, and of which as much is looked at as is found.
class Stays {
 public:
  struct Stay {
    PacketRef from, until;
    Address mac;
  };
  Stays() = default;
  explicit Stays(std::vector<Stay> all) : all_(std::move(all)), latest_(all_.size()) {
    std::sort(all_.begin(), all_.end(),
              [](const Stay& a, const Stay& b) { return std::tie(a.from, a.mac) < std::tie(b.from, b.mac); });
    measure(0, all_.size());
  }

  // Those who were there during any of it, until `visit` returns false.
  template <typename Visit>
  void visit(const Seen& during, Visit visit) const {
    walk(0, all_.size(), during, visit);
  }

 private:
  // The middle of a range is the root of a tree; latest_[middle]: when the last one of the range left.
  PacketRef measure(std::size_t begin, std::size_t end) {
    const std::size_t middle = begin + (end - begin) / 2;
    if (begin == end) return {};
    return latest_[middle] = std::max({all_[middle].until, measure(begin, middle), measure(middle + 1, end)});
  }
  template <typename Visit>
  bool walk(std::size_t begin, std::size_t end, const Seen& during, Visit& visit) const {
    const std::size_t middle = begin + (end - begin) / 2;
    if (begin == end || latest_[middle] < during.first) return true;
    if (!walk(begin, middle, during, visit)) return false;
    if (during.last < all_[middle].from) return true;
    if (during.first <= all_[middle].until && !visit(all_[middle].mac)) return false;
    return walk(middle + 1, end, during, visit);
  }

  std::vector<Stay> all_;  // by `from`
  std::vector<PacketRef> latest_;
};

class Finder {
 public:
  explicit Finder(const Observed& observed) : observed_(observed) {}

  std::vector<SameDevice> run() {
    collect();
    find_bonds();
    find_random();
    std::sort(found_.begin(), found_.end(), [](const SameDevice& a, const SameDevice& b) {
      return std::tie(a.other, a.first, a.why) < std::tie(b.other, b.first, b.why);
    });
    return std::move(found_);
  }

 private:
  struct Claimant {
    Address mac;
    Seen seen;             // claims of an IP; of a random MAC: frames at all
    std::uint8_t ttl = 0;  // highest with which it sends from the IP; 0: none seen
  };
  using Place = std::pair<std::uint32_t, Address>;  // VLAN, IP or MAC

  void collect() {
    for (const auto& [key, row] : observed_.bindings) {
      if (!is_station(key.mac)) continue;
      Seen by_itself;
      for (const BindingKind kind : {BindingKind::arp_request, BindingKind::arp_reply, BindingKind::neighbour})
        by_itself.merge(row.claims[static_cast<std::size_t>(kind)]);
      if (by_itself.count != 0) claims_[{key.vlan, key.ip}].push_back({key.mac, by_itself, row.ttl.max});
      // Hosts without an address share one conversation (0.0.0.0 to all), whose frames count for the first of them.
      if (key.ip.is_unspecified()) continue;
      by_itself.merge(row.claims[static_cast<std::size_t>(BindingKind::arp_probe)]);
      by_itself.merge(row.as_source);
      if (by_itself.count != 0) present_[{key.vlan, key.mac}].merge(by_itself);
    }
    for (const auto& [key, seen] : observed_.asked) present_[{key.vlan, key.asker_mac}].merge(seen);
    for (const auto& [key, seen] : observed_.identities)
      if (key.subject.is_mac()) present_[{key.vlan, key.subject}].merge(seen);
  }

  static bool follow(std::vector<Claimant>& list) {
    std::sort(list.begin(), list.end(), [](const Claimant& a, const Claimant& b) {
      return std::tie(a.seen.first, a.mac) < std::tie(b.seen.first, b.mac);
    });
    for (std::size_t i = 1; i < list.size(); ++i)
      if (list[i].seen.first <= list[i - 1].seen.last) return false;
    return true;
  }

  void tie(const std::vector<Claimant>& list, std::string_view why) {
    for (std::size_t i = 1; i < list.size(); ++i)
      found_.push_back({list[i - 1].mac, list[i].mac, why, list[i].seen.first});
  }

  // ── Bonds ──
  // Learning frames from the MAC to itself.
  bool balances(const Address& mac, std::uint32_t vlan) {
    if (!learners_) {
      learners_.emplace();
      for (const LinkRow& l : observed_.links)
        if (l.key.transport == Transport::ethernet && l.key.server_port == kLoopback && l.key.client == l.key.server)
          learners_->insert({l.key.vlan, l.key.client});
    }
    return learners_->contains({vlan, mac});
  }

  // A number for the set of all its IPv4 addresses on the VLAN; 0: it has none.
  std::size_t own(const Address& mac, std::uint32_t vlan) {
    const auto [at, is_new] = own_.try_emplace(mac);
    if (is_new) {
      std::map<std::uint32_t, std::vector<Address>> ips;  // ascending
      for (auto row = observed_.bindings.lower_bound({mac, {0, 0}, 0});
           row != observed_.bindings.end() && row->first.mac == mac; ++row) {
        const auto claims = [&](BindingKind kind) { return row->second.claims[static_cast<std::size_t>(kind)].count; };
        if (row->first.ip.is_ipv4() && claims(BindingKind::arp_request) + claims(BindingKind::arp_reply) != 0)
          ips[row->first.vlan].push_back(row->first.ip);
      }
      for (auto& [on, all] : ips) at->second[on] = sets_.try_emplace(std::move(all), sets_.size() + 1).first->second;
    }
    const auto number = at->second.find(vlan);
    return number == at->second.end() ? 0 : number->second;
  }

  // The same key or number was seen at the IP before and after the next MAC took it.
  bool keeps_identity(const Place& place, const Seen& next) const {
    bool same = false;
    std::map<std::string_view, std::string_view> values;  // by method
    for (auto at = observed_.identities.lower_bound({place.second, place.first, Trait{}, {}, {}, {}, 0, {}, 0});
         at != observed_.identities.end(); ++at) {
      const auto& [key, seen] = *at;
      if (key.subject != place.second || key.vlan != place.first) break;
      if (!is_own(key)) continue;
      const auto [value, is_new] = values.emplace(key.method, key.text);
      if (!is_new && value->second != key.text) return false;
      same = same || (seen.first < next.first && next.first < seen.last);
    }
    return same;
  }

  void find_bonds() {
    for (auto& [place, list] : claims_) {
      if (list.size() < 2 || list.size() > kMost || !place.second.is_ipv4()) continue;
      const std::uint32_t vlan = place.first;
      if (std::all_of(list.begin(), list.end(), [&](const Claimant& c) { return balances(c.mac, vlan); })) {
        follow(list);
        tie(list, "bond load balancing");
        continue;
      }
      if (!follow(list)) continue;
      const std::size_t ips = own(list.front().mac, vlan);
      bool moves = true;
      for (std::size_t i = 1; i < list.size(); ++i)
        moves =
            moves && list[i].ttl == list[0].ttl && own(list[i].mac, vlan) == ips && keeps_identity(place, list[i].seen);
      if (moves) tie(list, "bond failover");
    }
  }

  // ── Random MACs ──
  using Identity = std::pair<const IdentityKey, Seen>;

  // By what a name or id ties MACs; empty: by nothing.
  static std::string_view reason(const IdentityKey& key) noexcept {
    if (key.method == "dhcp option 12") return "dhcp host name";
    if (key.method == "dhcp option 61") return "dhcp client id";
    return key.method == "mdns" ? "mdns name" : "";
  }

  void find_random() {
    std::vector<const Identity*> names;
    for (const Identity& identity : observed_.identities) {
      const IdentityKey& key = identity.first;
      if (reason(key).empty() || (key.trait == Trait::name && is_given_to_many(key.text))) continue;
      if (key.subject.is_mac() ? is_random_mac(key.subject) : claims_.contains({key.vlan, key.subject}))
        names.push_back(&identity);
    }
    const auto name_of = [](const Identity* i) {
      return std::tuple(i->first.vlan, reason(i->first), std::string_view(i->first.text));
    };
    std::sort(names.begin(), names.end(),
              [&](const Identity* a, const Identity* b) { return name_of(a) < name_of(b); });
    for (std::size_t begin = 0, end = 0; begin < names.size(); begin = end) {
      while (end < names.size() && name_of(names[end]) == name_of(names[begin])) ++end;
      follow_name(std::span(names).subspan(begin, end - begin));
    }
  }

  // All claims of one name. Those of all names together may be without end: who holds one is forgotten before the next.
  void follow_name(std::span<const Identity* const> claims) {
    const std::uint32_t vlan = claims.front()->first.vlan;
    std::set<Address> holders;
    for (const Identity* const claim : claims) {
      const auto& [key, seen] = *claim;
      if (key.subject.is_mac())
        holders.insert(key.subject);
      else
        stays(key).visit(seen, [&](const Address& mac) {
          holders.insert(mac);
          return holders.size() <= kMost;
        });
      if (holders.size() > kMost) return;
    }
    if (holders.size() < 2) return;
    std::vector<Claimant> list;
    for (const Address& mac : holders) {
      const auto at = present_.find({vlan, mac});
      if (at != present_.end()) list.push_back({mac, at->second, 0});
    }
    if (list.size() != holders.size() || !follow(list)) return;
    for (std::size_t i = 1; i < list.size(); ++i)
      if (contradict(list[i - 1].mac, list[i].mac, vlan) || !one_place(list[i - 1], list[i], vlan)) return;
    // the same two may have many names
    const std::string_view why = reason(claims.front()->first);
    for (std::size_t i = 1; i < list.size(); ++i)
      if (random_.emplace(list[i - 1].mac, list[i].mac, why, vlan).second)
        found_.push_back({list[i - 1].mac, list[i].mac, why, list[i].seen.first});
  }

  // Of the random MACs that claim the IP.
  const Stays& stays(const IdentityKey& key) {
    const Place place{key.vlan, key.subject};
    const auto [at, is_new] = stays_.try_emplace(place);
    if (is_new) {
      std::vector<Stays::Stay> all;
      for (const Claimant& c : claims_.at(place))
        if (const auto present = present_.find({key.vlan, c.mac}); is_random_mac(c.mac) && present != present_.end())
          all.push_back({c.seen.first, present->second.last, c.mac});
      at->second = Stays(std::move(all));
    }
    return at->second;
  }

  // What a DHCP client says of its own kind and number.
  struct Words {
    std::map<std::string_view, std::set<std::string_view>> said;  // by method
    bool too_many = false;                                        // by one method: no device says so much
  };
  const Words& words(const Address& mac, std::uint32_t vlan) {
    const auto [entry, is_new] = words_.try_emplace({vlan, mac});
    Words& all = entry->second;
    if (!is_new) return all;
    for (auto at = observed_.identities.lower_bound({mac, vlan, Trait{}, {}, {}, {}, 0, {}, 0});
         at != observed_.identities.end() && at->first.subject == mac && at->first.vlan == vlan; ++at) {
      if (at->first.method != "dhcp option 12" && at->first.method != "dhcp option 55" &&
          at->first.method != "dhcp option 60" && at->first.method != "dhcp option 61")
        continue;
      std::set<std::string_view>& texts = all.said[at->first.method];
      texts.insert(at->first.text);
      if (texts.size() > kMost) {
        all = {{}, true};
        break;
      }
    }
    return all;
  }

  bool contradict(const Address& a, const Address& b, std::uint32_t vlan) {
    const Words &one = words(a, vlan), &other = words(b, vlan);
    if (one.too_many || other.too_many) return true;
    return std::any_of(one.said.begin(), one.said.end(), [&](const auto& said) {
      const auto at = other.said.find(said.first);
      return at != other.said.end() && std::none_of(said.second.begin(), said.second.end(),
                                                    [&](std::string_view text) { return at->second.contains(text); });
    });
  }

  // Inventories of several sites may be merged, and copied cells have the same names: one capture has both, or both got
  // their addresses from a server that is one device.
  bool one_place(const Claimant& a, const Claimant& b, std::uint32_t vlan) {
    if (a.seen.last.capture() == b.seen.first.capture()) return true;
    const std::set<Address>&one = servers(a.mac, vlan), &other = servers(b.mac, vlan);
    if (one.size() > kMost) return false;
    for (const Address& server : one) {
      if (!other.contains(server)) continue;
      const auto at = claims_.find({vlan, server});
      if (at != claims_.end() && at->second.size() == 1) return true;
    }
    return false;
  }
  const std::set<Address>& servers(const Address& mac, std::uint32_t vlan) {
    const auto [entry, is_new] = servers_.try_emplace(mac);
    if (is_new)
      for (auto at = observed_.leases.lower_bound({mac, {0, 0}, {0, 0}, {}, {}, 0, {}, false, 0});
           at != observed_.leases.end() && at->first.client_mac == mac; ++at)
        if (at->first.granted) entry->second[at->first.vlan].insert(at->first.server);
    return entry->second[vlan];
  }

  const Observed& observed_;
  std::map<Place, std::vector<Claimant>> claims_;
  std::map<Place, Seen> present_;  // by MAC
  std::optional<std::set<Place>> learners_;
  std::map<Address, std::map<std::uint32_t, std::size_t>> own_;                     // by MAC and VLAN: one of sets_
  std::map<std::vector<Address>, std::size_t> sets_;                                // of IPs, numbered
  std::map<Place, Words> words_;                                                    // by MAC
  std::map<Address, std::map<std::uint32_t, std::set<Address>>> servers_;           // by MAC and VLAN
  std::map<Place, Stays> stays_;                                                    // by IP
  std::set<std::tuple<Address, Address, std::string_view, std::uint32_t>> random_;  // of found_: and the VLAN
  std::vector<SameDevice> found_;
};

}  // namespace

std::vector<SameDevice> find_same_devices(const Observed& observed) { return Finder(observed).run(); }

}  // namespace kakoi
