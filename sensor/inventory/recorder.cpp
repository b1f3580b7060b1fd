#include "sensor/inventory/recorder.h"

#include <algorithm>

#include "sensor/inventory/text.h"

namespace kakoi {
namespace {

std::uint64_t operation_hash(std::uint32_t link, const Protocol* protocol, const Operation& o) noexcept {
  std::uint64_t h = mix(link, reinterpret_cast<std::uintptr_t>(protocol));
  h = mix(h, std::uint64_t{o.unit} << 32 | o.peer_unit);
  return mix(h, std::uint64_t{o.qualifier} << 32 | std::uint64_t{o.function_code} << 8 |
                    static_cast<std::uint64_t>(o.actor) << 7 | static_cast<std::uint64_t>(o.cls));
}
bool same_kind(const Operation& a, const Operation& b) noexcept {
  return a.function_code == b.function_code && a.unit == b.unit && a.peer_unit == b.peer_unit &&
         a.qualifier == b.qualifier && a.cls == b.cls && a.actor == b.actor;
}

}  // namespace

constexpr std::size_t kPointBlock = 2 * sizeof(PointSet::Block);  // the vector's growth

bool Recorder::take_room(std::size_t bytes) {
  if (room_ < bytes) {
    ++observed_.facts_dropped;
    return false;
  }
  room_ -= bytes;
  return true;
}

std::uint32_t Recorder::link(const LinkKey& key) {
  if (const auto known = link_index_.find(key); known != link_index_.end()) return known->second;
  if (!take_room(sizeof(LinkRow) + sizeof(LinkKey) + kRowOverhead)) return kNoValue;
  const auto at = static_cast<std::uint32_t>(observed_.links.size());
  link_index_.emplace(key, at);
  observed_.links.emplace_back();
  observed_.links.back().key = key;
  return at;
}

void Recorder::mac(const Address& source, const Address& destination, std::uint32_t vlan, const Seen& seen) {
  if (!source.is_none())
    if (MacRow* r = slot(observed_.macs, {source, vlan})) r->frames_sent += seen.count, r->seen.merge(seen);
  if (!destination.is_none())
    if (MacRow* r = slot(observed_.macs, {destination, vlan})) r->frames_received += seen.count, r->seen.merge(seen);
}
void Recorder::source_binding(const BindingKey& key, const Seen& seen, const TtlRange& ttl) {
  if (BindingRow* r = slot(observed_.bindings, key)) r->as_source.merge(seen), r->ttl.merge(ttl);
}
void Recorder::destination_binding(const BindingKey& key, const Seen& seen) {
  if (BindingRow* r = slot(observed_.bindings, key)) r->as_destination.merge(seen);
}
void Recorder::asked(const AskedKey& key, const PacketRef& packet) {
  if (Seen* s = slot(observed_.asked, key)) s->add(packet);
}
void Recorder::vlan_named(const NamedVlanKey& key, const PacketRef& packet) {
  if (Seen* s = slot(observed_.named_vlans, key)) s->add(packet);
}
void Recorder::unreachable(const LinkKey& key, const PacketRef& packet) {
  if (Seen* s = slot(observed_.unreachable, key)) s->add(packet);
}

void Recorder::on_observation(const Context& context, const Observation& fact) {
  context.may_answer ? record(context, fact) : record_unasked(context, fact);
}

void Recorder::record_unasked(const Context& context, const Observation& fact) {
  if (std::holds_alternative<OpenAccess>(fact)) return;
  if (const auto* o = std::get_if<Operation>(&fact);
      o && (o->outcome == Outcome::accepted || o->outcome == Outcome::refused)) {
    Operation message = *o;
    message.outcome = Outcome::none;
    return message.is_message ? operation(context, message) : void();
  }
  if (const auto* c = std::get_if<Credential>(&fact); c && c->outcome != CredentialOutcome::attempted) {
    Credential sent = *c;
    sent.outcome = CredentialOutcome::attempted;
    return rare(context, sent);
  }
  record(context, fact);
}

void Recorder::record(const Context& context, const Observation& fact) {
  if (const auto* o = std::get_if<Operation>(&fact)) return operation(context, *o);
  if (const auto* p = std::get_if<Points>(&fact)) return points(context, *p);
  if (const auto* a = std::get_if<ControlAction>(&fact)) return action(context, *a);
  rare(context, fact);
  if (const auto* s = std::get_if<SecureSession>(&fact)) own_word(context, *s);
}

// Rows are spread over more memory than the cache holds, so an operation waits while first its place in the
// index and then the row is fetched.
void Recorder::operation(const Context& context, const Operation& fact) {
  const std::uint32_t link = context.conversation->handle;
  if (link == kNoValue) return;
  if (queued_ - applied_ == kQueue) apply(queue_[applied_++ % kQueue]);
  const std::uint64_t hash = operation_hash(link, context.protocol, fact);
  queue_[queued_ % kQueue] = {hash, context.protocol, link, context.speaker, fact, context.packet};
  ++queued_;
  const std::size_t mask = operation_index_.size() - 1;
  __builtin_prefetch(&operation_index_[hash & mask]);
  if (queued_ - applied_ <= kQueue / 2) return;
  const Pending& half_way = queue_[(queued_ - kQueue / 2) % kQueue];
  if (const Slot& slot = operation_index_[half_way.hash & mask]; slot.at != 0) {
    const auto* row = reinterpret_cast<const char*>(&observed_.operations[slot.at - 1]);
    __builtin_prefetch(row, 1);
    __builtin_prefetch(row + 64, 1);
  }
}

void Recorder::settle() {
  while (applied_ != queued_) apply(queue_[applied_++ % kQueue]);
}

void Recorder::apply(const Pending& p) {
  const std::uint32_t at = find_operation(p);
  if (at == kNoValue) return;
  OperationRow& row = observed_.operations[at];
  switch (p.fact.outcome) {
    case Outcome::none:
      break;
    case Outcome::accepted:
      ++row.accepted;
      break;
    case Outcome::refused:
      ++row.refused;
      break;
    case Outcome::unanswered:
      ++row.unanswered;
      break;
  }
  if (!p.fact.is_message) {
    if (row.seen.count == 0) row.seen.add(p.packet);  // no message was of this kind: what tells of it is cited
    return;
  }
  ++(p.speaker == Role::client ? row.from_client : row.from_server);
  row.seen.add(p.packet);
}

std::uint64_t Recorder::hash_of(const PointPlace& p) noexcept {
  const std::uint64_t h = mix(reinterpret_cast<std::uintptr_t>(p.protocol), reinterpret_cast<std::uintptr_t>(p.kind));
  return mix(mix(h, std::uint64_t{p.link} << 32 | static_cast<std::uint64_t>(p.access)),
             std::uint64_t{p.unit} << 32 | p.peer_unit);
}

bool Recorder::KnownPoints::cover(std::uint32_t first, std::uint32_t count) const noexcept {
  for (std::size_t i = 0; i < kRuns; ++i)
    if (first >= first_[i] && count <= count_[i] && first - first_[i] <= count_[i] - count) return true;
  return false;
}

void Recorder::KnownPoints::add(std::uint32_t first, std::uint32_t last, std::uint32_t asked) noexcept {
  constexpr std::uint32_t kMost = 0xFFFF;
  if (last - first >= kMost) first = asked, last = std::min(last - first, kMost - 1) + first;
  const std::uint32_t count = last - first + 1;
  const auto is_inside = [&](std::size_t i) { return count_[i] <= count && first_[i] - first <= count - count_[i]; };
  std::size_t place = 0;  // that is given up: what the new one holds, else the oldest
  while (place + 1 < kRuns && !is_inside(place)) ++place;
  for (; place > 0; --place) first_[place] = first_[place - 1], count_[place] = count_[place - 1];
  first_[0] = first;
  count_[0] = static_cast<std::uint16_t>(count);
}

void Recorder::points(const Context& context, const Points& fact) {
  if (context.conversation->handle == kNoValue || fact.count == 0) return;
  PointSlot* const slot = point_slot(context, fact);
  if (!slot) return;
  if (slot->known.cover(fact.first, fact.count)) return;
  PointRow& row = *slot->row;
  if (row.first.number() == 0) row.first = context.packet;
  const std::size_t before = row.points.blocks().size();
  if (const std::size_t most = PointSet::blocks_of(fact.first, fact.count) * kPointBlock; room_ < most) {
    ++observed_.facts_dropped;
    return row.points.truncate();
  }
  row.points.add(fact.first, fact.count);
  room_ -= (row.points.blocks().size() - before) * kPointBlock;
  // None where the set keeps a part alone: of a very long range, or because it is full.
  if (const auto run = row.points.run_around(fact.first, fact.first + (fact.count - 1)))
    slot->known.add(run->first, run->second, fact.first);
}

Recorder::PointSlot* Recorder::point_slot(const Context& context, const Points& fact) {
  const Conversation& c = *context.conversation;
  const PointPlace place{context.protocol, fact.kind.data(), c.handle, fact.unit, fact.peer_unit, fact.access};
  if (latest_points_ && latest_points_->place == place) return latest_points_;  // one message, many points
  const std::size_t mask = point_index_.size() - 1;
  std::size_t at = hash_of(place) & mask;
  for (; point_index_[at].row; at = (at + 1) & mask)
    if (point_index_[at].place == place) return latest_points_ = &point_index_[at];
  PointRow* const row =
      slot(observed_.points, {link_key(c), context.protocol->name, fact.kind, fact.access, fact.unit, fact.peer_unit});
  if (!row) return nullptr;
  point_index_[at].place = place;
  point_index_[at].row = row;
  latest_points_ = &point_index_[at];
  if (++point_rows_ * 2 > point_index_.size()) grow_points();
  return latest_points_;
}

void Recorder::grow_points() {
  std::vector<PointSlot> old(point_index_.size() * 2);
  old.swap(point_index_);
  const std::size_t mask = point_index_.size() - 1;
  PointSlot* latest = nullptr;
  for (const PointSlot& slot : old) {
    if (!slot.row) continue;
    std::size_t at = hash_of(slot.place) & mask;
    while (point_index_[at].row) at = (at + 1) & mask;
    point_index_[at] = slot;
    if (latest_points_ == &slot) latest = &point_index_[at];
  }
  latest_points_ = latest;
}

ActionLog* Recorder::action_log(const Conversation& c) {
  if (c.handle >= action_logs_.size()) action_logs_.resize(observed_.links.size());
  ActionLog*& log = action_logs_[c.handle];
  return log ? log : log = slot(observed_.actions, link_key(c));
}

void Recorder::action(const Context& context, const ControlAction& fact) {
  if (context.conversation->handle == kNoValue) return;
  ActionLog* log = action_log(*context.conversation);
  if (!log) return;
  ++log->total;
  if (!log->takes(fact.asked)) return;
  // The list is trimmed, which gives nothing back here: few actions come before those that are listed.
  if (!take_room((log->rows.size() < log->rows.capacity() ? 0 : 2 * sizeof(ActionRow)) + fact.value.size())) return;
  log->add({fact.asked, fact.answered, context.protocol->name, fact.point_kind, fact.step, fact.status, fact.cls,
            fact.actor, fact.function_code, fact.unit, fact.peer_unit, fact.point, fact.points, fact.outcome,
            to_utf8(fact.value, kMostValue)});
}

std::uint32_t Recorder::find_operation(const Pending& p) {
  const std::size_t mask = operation_index_.size() - 1;
  const auto mark = static_cast<std::uint32_t>(p.hash >> 32);
  std::size_t slot = p.hash & mask;
  for (; operation_index_[slot].at != 0; slot = (slot + 1) & mask) {
    if (operation_index_[slot].mark != mark) continue;
    const OperationRow& r = observed_.operations[operation_index_[slot].at - 1];
    if (r.link == p.link && r.protocol == p.protocol && same_kind(r.key, p.fact)) return operation_index_[slot].at - 1;
  }
  if (observed_.operations.size() >= kMostOperations) {
    ++observed_.facts_dropped;
    return kNoValue;
  }
  if (!take_room(sizeof(OperationRow) + 2 * sizeof(Slot))) return kNoValue;
  OperationRow fresh;
  fresh.link = p.link;
  fresh.protocol = p.protocol;
  fresh.key = p.fact;
  fresh.key.outcome = Outcome::none;
  fresh.key.is_message = true;
  observed_.operations.push_back(fresh);
  const auto at = static_cast<std::uint32_t>(observed_.operations.size() - 1);
  operation_index_[slot] = {at + 1, mark};
  if (observed_.operations.size() * 2 > operation_index_.size()) grow_operations();
  return at;
}

void Recorder::grow_operations() {
  operation_index_.assign(operation_index_.size() * 2, {});
  const std::size_t mask = operation_index_.size() - 1;
  for (std::size_t i = 0; i < observed_.operations.size(); ++i) {
    const OperationRow& r = observed_.operations[i];
    const std::uint64_t hash = operation_hash(r.link, r.protocol, r.key);
    std::size_t slot = hash & mask;
    while (operation_index_[slot].at != 0) slot = (slot + 1) & mask;
    operation_index_[slot] = {static_cast<std::uint32_t>(i + 1), static_cast<std::uint32_t>(hash >> 32)};
  }
}

}  // namespace kakoi
