#include "sensor/inventory/observed.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "sensor/inventory/transfers.h"

namespace kakoi {

namespace {

std::string_view name_of(const Protocol* p) noexcept { return p ? p->name : std::string_view(); }

// All that tells operations of one link apart.
auto content(const OperationRow& o) noexcept {
  return std::tuple(name_of(o.protocol), o.key.unit, o.key.peer_unit, o.key.function_code, o.key.qualifier, o.key.cls,
                    o.key.actor);
}

void add(LinkRow& to, const LinkRow& from) noexcept {
  to.protocol = preferred(to.protocol, from.protocol);
  to.answered = preferred(to.answered, from.answered);
  to.denied = to.denied || from.denied;
  to.state = std::max(to.state, from.state);
  to.client_known = to.client_known || from.client_known;
  to.connections += from.connections;
  for (std::size_t side = 0; side < 2; ++side) {
    to.packets[side] += from.packets[side];
    to.bytes[side] += from.bytes[side];
    to.payload[side] += from.payload[side];
    to.checksum_right[side] += from.checksum_right[side];
    to.checksum_wrong[side] += from.checksum_wrong[side];
    to.checksum_deferred[side] += from.checksum_deferred[side];
    to.ttl[side].merge(from.ttl[side]);
  }
  to.retransmissions += from.retransmissions;
  to.unseen += from.unseen;
  to.gaps += from.gaps;
  to.seen.merge(from.seen);
}

struct OperationHash {
  std::size_t operator()(const OperationRow* o) const noexcept {
    std::uint64_t h = mix(o->link, std::hash<std::string_view>{}(name_of(o->protocol)));
    h = mix(h, std::uint64_t{o->key.unit} << 32 | o->key.peer_unit);
    return mix(h, (std::uint64_t{o->key.function_code} << 32 | o->key.qualifier) ^
                      static_cast<std::uint64_t>(o->key.cls) << 24 ^ static_cast<std::uint64_t>(o->key.actor) << 31);
  }
};
struct SameOperation {
  bool operator()(const OperationRow* a, const OperationRow* b) const noexcept {
    return a->link == b->link && content(*a) == content(*b);
  }
};

void add(Seen& to, const Seen& from) noexcept { to.merge(from); }
void add(MacRow& to, const MacRow& from) noexcept { to.merge(from); }
void add(BindingRow& to, const BindingRow& from) noexcept { to.merge(from); }
void add(TunnelledRow& to, const TunnelledRow& from) noexcept { to.merge(from); }
void add(LookupRow& to, LookupRow& from) {
  to.asked.merge(from.asked);
  to.answered.merge(from.answered);
  to.no_such_name.merge(from.no_such_name);
  to.failed.merge(from.failed);
  to.addresses.merge(from.addresses);
  while (to.addresses.size() > kMostAddresses) to.addresses.erase(std::prev(to.addresses.end()));
}
void add(CredentialRow& to, const CredentialRow& from) noexcept {
  to.attempted.merge(from.attempted);
  to.rejected.merge(from.rejected);
  to.accepted.merge(from.accepted);
}

void add(PointRow& to, const PointRow& from) { to.merge(from); }
void add(ActionLog& to, ActionLog& from) { to.merge(std::move(from)); }

template <typename Key, typename Row>
void add(std::map<Key, Row>& to, std::map<Key, Row>& from) {
  to.merge(from);  // moves the nodes of new keys; what is left has a row here already
  for (auto& [key, row] : from) add(to.find(key)->second, row);
  from.clear();
}

}  // namespace

const Protocol* preferred(const Protocol* a, const Protocol* b) noexcept {
  if (!a || !b) return a ? a : b;
  if ((a->domain == Domain::ot) != (b->domain == Domain::ot)) return a->domain == Domain::ot ? a : b;
  // Between hosts that exchange cyclic data discovery passes, too.
  constexpr std::string_view kDiscovery = "profinet_dcp";
  if ((a->name == kDiscovery) != (b->name == kDiscovery)) return a->name == kDiscovery ? b : a;
  return a->name <= b->name ? a : b;
}

std::string_view to_string(LinkState value) noexcept {
  static constexpr std::string_view names[] = {"datagram", "one_way", "attempted", "refused", "established"};
  const auto i = static_cast<std::size_t>(value);
  return i < std::size(names) ? names[i] : "unknown";
}

void Observed::merge(Observed&& other) {
  std::unordered_map<LinkKey, std::uint32_t, LinkKeyHash> index;
  index.reserve(links.size() + other.links.size());
  for (std::uint32_t i = 0; i < links.size(); ++i) index.emplace(links[i].key, i);

  std::vector<std::uint32_t> moved(other.links.size());  // where a link of `other` is now
  for (std::size_t i = 0; i < other.links.size(); ++i) {
    const auto [at, is_new] = index.emplace(other.links[i].key, static_cast<std::uint32_t>(links.size()));
    moved[i] = at->second;
    if (is_new)
      links.push_back(other.links[i]);
    else
      add(links[at->second], other.links[i]);
  }

  operations.reserve(operations.size() + other.operations.size());  // the index below holds pointers into it
  std::unordered_map<const OperationRow*, std::size_t, OperationHash, SameOperation> known;
  known.reserve(operations.size() + other.operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) known.emplace(&operations[i], i);
  for (OperationRow& row : other.operations) {
    row.link = moved[row.link];
    if (const auto at = known.find(&row); at != known.end()) {
      OperationRow& mine = operations[at->second];
      mine.from_client += row.from_client;
      mine.from_server += row.from_server;
      mine.accepted += row.accepted;
      mine.refused += row.refused;
      mine.unanswered += row.unanswered;
      mine.seen.merge(row.seen);
    } else {
      operations.push_back(row);
      known.emplace(&operations.back(), operations.size() - 1);
    }
  }
  other.links.clear();
  other.operations.clear();

  add(macs, other.macs);
  add(bindings, other.bindings);
  add(tunnelled, other.tunnelled);
  add(asked, other.asked);
  add(named_vlans, other.named_vlans);
  add(identities, other.identities);
  add(lookups, other.lookups);
  add(credentials, other.credentials);
  add(sessions, other.sessions);
  add(hellos, other.hellos);
  add(leases, other.leases);
  add(routes, other.routes);
  add(anomalies, other.anomalies);
  add(open_accesses, other.open_accesses);
  add(points, other.points);
  add(actions, other.actions);
  add(unreachable, other.unreachable);
  flows_evicted += std::exchange(other.flows_evicted, 0);
  waiting_released += std::exchange(other.waiting_released, 0);
  facts_dropped += std::exchange(other.facts_dropped, 0);
}

void ActionLog::add(ActionRow&& row) {
  rows.push_back(std::move(row));
  // at first as soon as later ones need not come, then seldom: earlier ones may come late, one by one
  if (rows.size() == kListed || rows.size() == 2 * kListed) trim();
}

void ActionLog::merge(ActionLog&& other) {
  total += other.total;
  std::move(other.rows.begin(), other.rows.end(), std::back_inserter(rows));
  trim();
}

void ActionLog::trim() {
  std::sort(rows.begin(), rows.end());
  if (rows.size() < kListed) return;
  rows.resize(kListed);
  latest = rows.back().asked;
}

void Observed::settle() {
  for (LinkRow& link : links) {
    if (link.packets[1] > 0 || !unreachable.contains(link.key)) continue;
    if (link.state == LinkState::attempted || link.state == LinkState::datagram) link.state = LinkState::refused;
  }
  for (LinkRow& link : links)
    if (link.denied) link.protocol = link.answered;
  mark_data_connections(*this);
}

void Observed::sort() {
  for (auto& [link, log] : actions) log.trim();
  std::vector<std::uint32_t> order(links.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return links[a].key < links[b].key; });

  std::vector<std::uint32_t> place(links.size());
  std::vector<LinkRow> sorted;
  sorted.reserve(links.size());
  for (const std::uint32_t from : order) {
    place[from] = static_cast<std::uint32_t>(sorted.size());
    sorted.push_back(links[from]);
  }
  links = std::move(sorted);

  for (OperationRow& o : operations) o.link = place[o.link];
  std::sort(operations.begin(), operations.end(), [](const OperationRow& a, const OperationRow& b) {
    return a.link != b.link ? a.link < b.link : content(a) < content(b);
  });
}

}  // namespace kakoi
