#include "sensor/inventory/segment.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "sensor/control/virtual_router.h"

namespace kakoi {

namespace {

constexpr std::size_t kManyAddresses = 3;  // from elsewhere: no host has so many

constexpr auto kind_index(BindingKind kind) noexcept { return static_cast<std::size_t>(kind); }

bool is_station(const Address& mac) noexcept {
  return mac.is_mac() && mac.lo != 0 && !mac.is_multicast() && !mac.is_broadcast();
}
bool is_host(const Address& ip) noexcept {
  return ip.is_ip() && !ip.is_multicast() && !ip.is_broadcast() && !ip.is_unspecified() && !ip.is_loopback();
}

// Stricter than !is_decremented; asked where a wrong "lives here" would hide a way to the internet.
// Controllers start with 30 or 32 (Siemens S7), which no packet from the internet has left of 64 or
// more; 60 may be what four hops have left.
bool is_initial(const TtlRange& ttl) noexcept {
  return ttl.max == 30 || ttl.max == 32 || ttl.max == 64 || ttl.max == 128 || ttl.max == 255;
}

// Two routers or more have passed it on.
bool is_from_afar(const TtlRange& ttl) noexcept {
  const int initial = ttl.max < 64 ? 64 : ttl.max < 128 ? 128 : 255;
  return is_decremented(ttl) && initial - ttl.max >= 2;
}

// IPv6 hosts have several addresses of one range as a matter of course: the range counts, not they.
Address unit(const Address& ip) noexcept { return ip.is_ipv4() ? ip : network_of(ip, 64).base; }

class Judge {
 public:
  explicit Judge(const Observed& observed) : observed_(observed) { result_.chassis = Chassis(observed); }

  Segments run() {
    collect_ties();
    learn_subnets();
    for_each_group(
        by_mac_, [](const Tie& t) { return std::pair(t.key.vlan, t.key.mac); },
        [this](std::span<Tie* const> group) { judge_station(group); });
    for_each_group(
        by_ip_, [](const Tie& t) { return std::pair(t.key.ip, t.key.vlan); },
        [this](std::span<Tie* const> group) { settle_owner(group); });
    for_each_group(
        by_ip_, [](const Tie& t) { return t.key.ip; }, [this](std::span<Tie* const> group) { settle_mirrored(group); });
    for_each_group(
        by_mac_, [](const Tie& t) { return std::pair(t.key.mac, t.key.vlan); },
        [this](std::span<Tie* const> group) { count_forwarded(group); });
    std::sort(result_.forwarders.begin(), result_.forwarders.end(),
              [](const Forwarder& a, const Forwarder& b) { return std::tie(a.mac, a.vlan) < std::tie(b.mac, b.vlan); });
    std::sort(result_.duplicates.begin(), result_.duplicates.end(), [](const DuplicateIp& a, const DuplicateIp& b) {
      return std::tie(a.vlan, a.ip, a.mac) < std::tie(b.vlan, b.ip, b.mac);
    });
    return std::move(result_);
  }

 private:
  template <typename KeyOf, typename Visit>
  static void for_each_group(const std::vector<Tie*>& ties, KeyOf key_of, Visit visit) {
    for (std::size_t begin = 0, end = 0; begin < ties.size(); begin = end) {
      while (end < ties.size() && key_of(*ties[end]) == key_of(*ties[begin])) ++end;
      visit(std::span(ties).subspan(begin, end - begin));
    }
  }

  bool sent(const Address& mac, std::uint32_t vlan) const {
    const auto at = observed_.macs.find({mac, vlan});
    return at != observed_.macs.end() && at->second.frames_sent != 0;
  }

  void collect_ties() {
    std::map<BindingKey, BindingRow> rows;
    for (const auto& [key, row] : observed_.bindings)
      if (is_station(key.mac) && is_host(key.ip)) rows.emplace(key, row);
    for (const auto& [lease, seen] : observed_.leases)
      if (lease.granted && is_station(lease.client_mac) && is_host(lease.client))
        rows[{lease.client_mac, lease.client, lease.vlan}].claims[kind_index(BindingKind::dhcp)].merge(seen);

    // Routers speak routing protocols to their neighbours on the link, so from an address of their own.
    for (const auto& [route, seen] : observed_.routes)
      if ((route.kind == RouteKind::routing_protocol || route.kind == RouteKind::first_hop_redundancy) &&
          is_station(route.speaker_mac))
        speakers_.insert({route.speaker_mac, route.speaker, route.vlan});

    for (auto& [key, row] : rows) {
      Tie tie;
      tie.key = key;
      tie.row = row;
      // A relay's server speaks of clients of other segments.
      if (row.as_source.count == 0 && !sent(key.mac, key.vlan)) tie.row.claims[kind_index(BindingKind::dhcp)] = {};
      for (const BindingKind kind :
           {BindingKind::arp_request, BindingKind::arp_reply, BindingKind::neighbour, BindingKind::dhcp})
        tie.claimed.merge(tie.row.claims[kind_index(kind)]);
      const bool is_neighbour = speakers_.contains(key) && !is_virtual_router(key.mac);
      if (tie.has_source() && (result_.chassis.announces(key.mac, key.ip) || is_neighbour))
        tie.claimed.merge(row.as_source);
      if (tie.seen().count != 0) result_.ties.push_back(tie);
    }
    for (Tie& tie : result_.ties) by_mac_.push_back(&tie);
    by_ip_ = by_mac_;
    std::sort(by_mac_.begin(), by_mac_.end(), [](const Tie* a, const Tie* b) {
      return std::tie(a->key.vlan, a->key.mac, a->key.ip) < std::tie(b->key.vlan, b->key.mac, b->key.ip);
    });
    std::sort(by_ip_.begin(), by_ip_.end(), [](const Tie* a, const Tie* b) {
      return std::tie(a->key.ip, a->key.vlan, a->key.mac) < std::tie(b->key.ip, b->key.vlan, b->key.mac);
    });
  }

  void learn_subnets() {
    Subnets& subnets = result_.subnets;
    for (const auto& [lease, seen] : observed_.leases)
      if (lease.granted && is_host(lease.client)) subnets.learn_mask(lease.vlan, lease.client, lease.prefix_length);
    for (const Tie& tie : result_.ties)
      for (unsigned bits = 1; bits < 32; ++bits)
        if ((tie.row.prefixes >> bits & 1) != 0)
          subnets.learn_mask(tie.key.vlan, tie.key.ip, bits, Subnets::MaskSource::device);
    for (const Tie& tie : result_.ties)
      if (tie.claimed.count != 0) subnets.add_local(tie.key.vlan, tie.key.ip);
    // Who asks for an address on the link believes it to be there; but hosts without a mask ask for
    // any address, so for public ones that is no sign.
    for (const auto& [key, seen] : observed_.asked)
      if (is_station(key.asker_mac) && is_host(key.target) && !key.target.is_global())
        subnets.add_local(key.vlan, key.target);
    // Where nobody claims anything: a MAC with one address alone and an untouched TTL is a host. Or a gateway that
    // renews the TTL and has reached one address outside, if hosts with private addresses talk to that.
    std::unordered_set<Address, AddressHash> asked_privately;
    for (const LinkRow& l : observed_.links)
      for (const auto& [one, other] : {std::pair(l.key.client, l.key.server), std::pair(l.key.server, l.key.client)})
        if (one.is_private() && other.is_global()) asked_privately.insert(other);
    for_each_group(
        by_mac_, [](const Tie& t) { return std::pair(t.key.vlan, t.key.mac); },
        [&](std::span<Tie* const> group) {
          for (const bool v4 : {true, false}) {
            const Tie* sole = nullptr;
            std::size_t units = 0;
            for (const Tie* tie : group) {
              if (tie->key.ip.is_ipv4() != v4 || tie->key.ip.is_link_local()) continue;
              if (!sole || unit(sole->key.ip) != unit(tie->key.ip)) ++units;
              if (!sole || tie->has_source()) sole = tie;
            }
            if (units == 1 && sole->has_source() && is_initial(sole->row.ttl) &&
                !asked_privately.contains(sole->key.ip))
              subnets.add_local(sole->key.vlan, sole->key.ip);
          }
        });
    for_each_group(
        by_ip_, [](const Tie& t) { return std::pair(t.key.ip, t.key.vlan); },
        [](std::span<Tie* const> group) {
          std::optional<std::uint8_t> ttl;
          for (const Tie* tie : group)
            if (tie->claimed.count != 0) ttl = std::max(ttl.value_or(0), tie->row.ttl.max);
          for (Tie* tie : group) tie->claimants_ttl = ttl;
          settle_forged(group);
        });
    for (Tie& tie : result_.ties) tie.on_link = subnets.is_on_link(tie.key.vlan, tie.key.ip);
  }

  // All ties of one IP on one VLAN. Whoever answers for an address and never sends from it does not have it, if one
  // other MAC does send from it as a host does. Nor does a claimant that passes its packets on, with a lower TTL: a
  // router that answers for others, or somebody who stepped in between.
  static void settle_forged(std::span<Tie* const> ties) {
    Tie* sender = nullptr;
    std::size_t senders = 0, claimants = 0;
    std::uint8_t passed_on = 0;  // the highest TTL
    for (Tie* tie : ties) {
      if (is_virtual_router(tie->key.mac)) return;
      claimants += tie->claimed.count != 0;
      if (tie->claimed.count != 0 && tie->has_source() && is_decremented(tie->row.ttl))
        passed_on = std::max(passed_on, tie->row.ttl.max);
      else if (tie->has_source())
        sender = tie, ++senders;
    }
    if (senders != 1 || claimants == 0 || sender->claimed.count != 0 || !is_initial(sender->row.ttl) ||
        sender->row.ttl.max <= passed_on)
      return;
    sender->disproves = true;
    sender->claimed.merge(sender->row.as_source);
    sender->claimants_ttl = sender->row.ttl.max;
  }

  // All ties of one MAC on one VLAN, by IP.
  void judge_station(std::span<Tie* const> ties) {
    const Address mac = ties.front()->key.mac;
    bool forwards = is_virtual_router(mac);
    bool has_own = false;
    const auto own = [&](Tie* tie) { tie->own = has_own = true; };
    const auto foreign = [&](Tie* tie, bool is_sign) {
      tie->foreign = true;
      forwards = forwards || is_sign;
    };

    // Claims. Proxy ARP claims what it forwards: such frames have a TTL below the claimant's others.
    const bool has_untouched = std::any_of(
        ties.begin(), ties.end(), [](const Tie* t) { return t->claimed.count != 0 && !is_decremented(t->row.ttl); });
    for (Tie* tie : ties) {
      if (tie->claimed.count == 0) continue;
      if (has_untouched && tie->has_source() && is_decremented(tie->row.ttl))
        foreign(tie, true);
      else
        own(tie);
    }

    // Source addresses of frames.
    std::vector<Tie*> elsewhere, decremented_here, sent_to;
    for (Tie* tie : ties) {
      if (tie->claimed.count != 0) continue;
      if (!tie->has_source()) {
        // a duplicate address probe is a word of its own, if a weak one
        if (tie->row.claims[kind_index(BindingKind::arp_probe)].count != 0 && !tie->claimants_ttl)
          own(tie);
        else if (!tie->foreign)
          sent_to.push_back(tie);
      } else if (const auto ttl = tie->claimants_ttl) {
        // two network cards of one machine send alike; a router sends with a lower TTL
        foreign(tie, *ttl == 0 || tie->row.ttl.max == 0 || tie->row.ttl.max < *ttl);
      } else if (!tie->on_link) {
        elsewhere.push_back(tie);
      } else if (is_decremented(tie->row.ttl) && !tie->key.ip.is_link_local()) {
        decremented_here.push_back(tie);
      } else {
        own(tie);
      }
    }
    judge_elsewhere(elsewhere, has_own, own, foreign);
    for (Tie* tie : decremented_here) {
      // alone, it is a host that forwards for itself (containers, NAT)
      if (has_own || forwards || decremented_here.size() > 1)
        foreign(tie, true);
      else
        own(tie);
    }
    judge_destinations(sent_to, forwards, has_own, own, foreign);
    if (forwards) result_.routers.insert(mac);
  }

  template <typename Own, typename Foreign>
  static void judge_elsewhere(const std::vector<Tie*>& elsewhere, bool has_own, Own own, Foreign foreign) {
    std::set<Address> units;
    std::size_t decremented = 0;
    // A filter that resets connections for the hosts behind it does so with an untouched TTL.
    const auto was_forwarded = [](const Tie* tie) {
      return is_decremented(tie->row.ttl) || is_decremented({tie->row.ttl.min, tie->row.ttl.min});
    };
    for (const Tie* tie : elsewhere) {
      units.insert(unit(tie->key.ip));
      decremented += was_forwarded(tie);
    }
    for (Tie* tie : elsewhere) {
      // Alone, one hop may be that from a container or a virtual machine to the host that it runs on; two are not.
      const bool is_touched = was_forwarded(tie) && (has_own || decremented > 1 || is_from_afar(tie->row.ttl));
      if (units.size() >= kManyAddresses || tie->key.ip.is_global() || is_touched)
        foreign(tie, true);
      else
        own(tie);
    }
  }

  // Addresses that were only ever sent to the MAC.
  template <typename Own, typename Foreign>
  void judge_destinations(const std::vector<Tie*>& sent_to, const bool& forwards, const bool& has_own, Own own,
                          Foreign foreign) {
    std::set<Address> units;
    for (const Tie* tie : sent_to)
      if (!tie->on_link) units.insert(unit(tie->key.ip));
    const bool has_other = has_own;
    for (Tie* tie : sent_to)
      if (!tie->on_link && !tie->claimants_ttl &&
          (tie->key.ip.is_global() || has_other || units.size() >= kManyAddresses))
        foreign(tie, true);
    for (Tie* tie : sent_to) {
      if (tie->foreign) continue;
      if (tie->claimants_ttl || forwards)
        foreign(tie, false);
      else
        own(tie);
    }
  }

  // All ties of one IP on one VLAN: one of them at most may own it.
  void settle_owner(std::span<Tie* const> ties) {
    Tie* owner = nullptr;
    for (Tie* tie : ties)
      if (tie->own && (!owner || is_better(*tie, *owner))) owner = tie;
    if (!owner) return;
    if (came_by_router(*owner, ties)) {
      owner->own = false;
      owner->foreign = true;
      result_.routers.insert(owner->key.mac);
    }
    for (Tie* tie : ties) {
      if (tie == owner || !tie->own) continue;
      tie->own = false;
      if (tie->claimed.count != 0) continue;
      tie->foreign = true;
      if (is_decremented(tie->row.ttl) && tie->row.ttl.max < owner->row.ttl.max) result_.routers.insert(tie->key.mac);
    }
    find_duplicates(ties);
  }

  // Nothing but packets on their way tells of the owner: they are sent to it, and the host's own come from another MAC
  // with hops behind them; or they have one hop behind them, and others reach the host through a virtual router.
  static bool came_by_router(const Tie& owner, std::span<Tie* const> ties) {
    if (owner.claimed.count != 0) return false;
    return std::any_of(ties.begin(), ties.end(), [&](const Tie* t) {
      if (t == &owner) return false;
      return owner.has_source() ? is_decremented(owner.row.ttl) && is_virtual_router(t->key.mac)
                                : t->foreign && t->has_source() && is_decremented(t->row.ttl);
    });
  }

  bool is_better(const Tie& a, const Tie& b) const {
    const auto rank = [&](const Tie& t) {
      return std::tuple(!t.disproves, t.claimed.count == 0, t.claimed.first, -int{t.row.ttl.max}, !t.has_source(),
                        result_.routers.contains(t.key.mac), t.seen().first, t.key.mac);
    };
    return rank(a) < rank(b);
  }

  void find_duplicates(std::span<Tie* const> ties) {
    std::vector<const Tie*> claimants;
    for (const Tie* tie : ties)
      if (tie->claimed.count != 0 && !is_virtual_router(tie->key.mac)) claimants.push_back(tie);
    std::sort(claimants.begin(), claimants.end(), [](const Tie* a, const Tie* b) {
      return std::tie(a->claimed.first, a->key.mac) < std::tie(b->claimed.first, b->key.mac);
    });
    if (claimants.size() > kMaxRivals) claimants.resize(kMaxRivals);
    const auto contradict = [](const Tie& a, const Tie& b) {
      const auto by_dhcp = [](const Tie& t) { return t.row.claims[kind_index(BindingKind::dhcp)].count; };
      const auto by_itself = [&](const Tie& t) { return t.claimed.count > by_dhcp(t); };
      const bool apart = a.claimed.last < b.claimed.first || b.claimed.last < a.claimed.first;
      // a lease that ended may be given to the next client
      return by_itself(a) && by_itself(b) && !(apart && by_dhcp(a) != 0 && by_dhcp(b) != 0);
    };
    for (const Tie* tie : claimants) {
      DuplicateIp found{tie->key.ip, tie->key.mac, tie->key.vlan, {}, tie->claimed, {}};
      const auto device_of = [&](const Tie* t) { return result_.chassis.device_of(t->key.mac); };
      for (const Tie* rival : claimants)
        if (device_of(rival) != device_of(tie) && contradict(*tie, *rival)) found.others.push_back(rival->key.mac);
      std::sort(found.others.begin(), found.others.end());
      const auto is_whole = [&](const Tie* t) {
        return t->has_source() && is_initial(t->row.ttl) && t->row.ttl.max > tie->row.ttl.max;
      };
      if (tie->has_source() && is_decremented(tie->row.ttl) && std::any_of(ties.begin(), ties.end(), is_whole))
        found.relayed = tie->row.as_source;
      if (!found.others.empty()) result_.duplicates.push_back(std::move(found));
    }
  }

  // All ties of one IP: a mirrored flow that was routed from one VLAN into another shows its hosts in
  // both. Where the host itself is, its TTL is whole.
  void settle_mirrored(std::span<Tie* const> ties) {
    std::vector<Tie*> owners;
    for (Tie* tie : ties)
      if (tie->own) owners.push_back(tie);
    if (owners.size() > kMaxRivals) owners.resize(kMaxRivals);
    for (Tie* tie : owners) {
      if (tie->claimed.count != 0) continue;
      for (const Tie* other : owners) {
        if (other->key.vlan == tie->key.vlan || other->key.mac == tie->key.mac || !other->own) continue;
        const bool lower = is_decremented(tie->row.ttl) && tie->row.ttl.max < other->row.ttl.max;
        const bool unproven = !tie->has_source() && !tie->on_link && (other->has_source() || other->claimed.count != 0);
        const bool against_claim = is_decremented(tie->row.ttl) && !tie->on_link && other->claimed.count != 0;
        if (!lower && !unproven && !against_claim) continue;
        tie->own = false;
        tie->foreign = true;
        result_.routers.insert(tie->key.mac);
        break;
      }
    }
  }

  void count_forwarded(std::span<Tie* const> ties) {
    if (!result_.routers.contains(ties.front()->key.mac)) return;
    Forwarder found{ties.front()->key.mac, ties.front()->key.vlan, 0, {}, {}};
    for (const Tie* tie : ties) {
      // What a router says under the virtual MAC it says itself; and link-local packets are never forwarded.
      if (!tie->foreign || tie->key.ip.is_link_local() || speakers_.contains(tie->key)) continue;
      const Seen seen = tie->has_source() ? tie->row.as_source : tie->seen();
      if (found.addresses == 0 || seen.first < found.first) found.first = seen.first;
      if (found.addresses == 0 || found.last < seen.last) found.last = seen.last;
      ++found.addresses;
    }
    if (found.addresses != 0) result_.forwarders.push_back(found);
  }

  // MACs that are compared with each other over one IP: bounds what a flood of forged claims costs.
  static constexpr std::size_t kMaxRivals = 64;

  const Observed& observed_;
  Segments result_;
  std::vector<Tie*> by_mac_, by_ip_;  // by VLAN, MAC, IP; by IP, VLAN, MAC
  std::set<BindingKey> speakers_;     // of routing protocols
};

}  // namespace

Seen Tie::seen() const noexcept {
  Seen all = row.as_source;
  all.merge(row.as_destination);
  for (const Seen& claim : row.claims) all.merge(claim);
  return all;
}

bool is_virtual_router(const Address& mac) noexcept {
  return !virtual_router_kind(mac).empty() || (mac.is_mac() && mac.lo >> 16 == 0x0007B400);  // GLBP
}

bool is_decremented(const TtlRange& ttl) noexcept {
  // 64, 128 and 255 are today's initial values; 30, 32, 60, 100 and 200 are those of old and embedded
  // systems. Below 32 one can't tell: multicast is sent with any small TTL.
  switch (ttl.max) {
    case 60:
    case 64:
    case 100:
    case 128:
    case 200:
    case 255:
      return false;
    default:
      return ttl.max > 32;
  }
}

Segments judge_segments(const Observed& observed) { return Judge(observed).run(); }

}  // namespace kakoi
