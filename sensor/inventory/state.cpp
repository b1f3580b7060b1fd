#include "sensor/inventory/state.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <unordered_set>

#include "sensor/inventory/hash.h"
#include "sensor/inventory/ids.h"
#include "sensor/inventory/text.h"
#include "sensor/inventory/transfers.h"

namespace kakoi {

namespace {

constexpr std::string_view kMagic = "kakoi state 8\n";

// Texts that Observed holds as views of constants.
std::string_view interned(std::string_view text) {
  static std::unordered_set<std::string> texts;
  return *texts.emplace(text).first;
}

// Writer and Reader have the same face, so that each structure is described once: archive(a, b, c).
class Writer {
 public:
  static constexpr bool kReads = false;
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (put(values), ...);
  }
  void number(std::uint64_t n) {  // LEB128
    for (; n >= 0x80; n >>= 7) out_.push_back(static_cast<std::uint8_t>(n | 0x80));
    out_.push_back(static_cast<std::uint8_t>(n));
  }
  void word(std::uint64_t n) {
    for (int i = 0; i < 8; ++i) out_.push_back(static_cast<std::uint8_t>(n >> 8 * i));
  }
  void text(std::string_view t) {
    number(t.size());
    out_.insert(out_.end(), t.begin(), t.end());
  }

 private:
  template <typename Value>
  void put(Value& value);
  std::vector<std::uint8_t>& out_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  // `captures`: where each capture of the state is to be found in the end.
  Reader(Bytes in, const ProtocolFinder& protocol, std::vector<std::uint32_t> captures = {})
      : protocol_(protocol), captures_(std::move(captures)), in_(in) {}

  template <typename... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  std::uint64_t number() {
    std::uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t octet = take(1)[0];
      n |= std::uint64_t{octet & 0x7Fu} << shift;
      if ((octet & 0x80) == 0) return n;
    }
    throw StateError("a number is too long");
  }
  std::uint64_t word() { return ByteReader(take(8)).le64(); }
  std::string_view text() { return as_text(take(number())); }
  // Of a list: no more than there are octets left, so that a forged count costs nothing.
  std::size_t count() {
    const std::uint64_t n = number();
    if (n > in_.size() - at_) throw StateError("it ends early");
    return static_cast<std::size_t>(n);
  }
  Bytes rest() const noexcept { return in_.subspan(at_); }

  const Protocol* protocol(std::string_view name) const {
    if (name == ftp_data_protocol.name) return &ftp_data_protocol;
    const Protocol* found = name.empty() ? nullptr : protocol_(name);
    if (!name.empty() && !found) throw StateError("protocol '" + std::string(name) + "' is not known");
    return found;
  }
  std::uint32_t capture(std::uint32_t local) const {
    if (local >= captures_.size()) throw StateError("a packet of no capture");
    return captures_[local];
  }

 private:
  template <typename Value>
  void get(Value& value);
  Bytes take(std::uint64_t n) {
    if (n > in_.size() - at_) throw StateError("it ends early");
    const Bytes piece = in_.subspan(at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
    return piece;
  }
  const ProtocolFinder& protocol_;
  std::vector<std::uint32_t> captures_;
  Bytes in_;
  std::size_t at_ = 0;
};

template <typename A>
void fields(A& a, TtlRange& x) {
  a(x.min, x.max);
}
template <typename A>
void fields(A& a, PacketRef& x) {
  std::uint32_t capture = x.capture();
  std::uint64_t number = x.number();
  a(x.ts, capture, number);
  if constexpr (A::kReads) {
    if (number > PacketRef::kMostNumber) throw StateError("a packet's number is too large");
    x = {x.ts, number != 0 ? a.capture(capture) : 0, number};
  }
}
template <typename A>
void fields(A& a, Seen& x) {
  a(x.first, x.last, x.count);
}
template <typename A>
void fields(A& a, LinkKey& x) {
  a(x.client, x.server, x.server_port, x.transport, x.vlan);
}
template <typename A>
void fields(A& a, LinkRow& x) {
  a(x.key, x.protocol, x.answered, x.denied, x.state, x.client_known, x.connections, x.packets, x.bytes, x.payload,
    x.ttl, x.retransmissions, x.gaps, x.unseen, x.checksum_right, x.checksum_wrong, x.checksum_deferred, x.seen);
}
template <typename A>
void fields(A& a, Operation& x) {
  a(x.cls, x.function_code, x.unit, x.peer_unit, x.qualifier, x.actor);
}
template <typename A>
void fields(A& a, OperationRow& x) {
  a(x.link, x.protocol, x.key, x.from_client, x.from_server, x.accepted, x.refused, x.unanswered, x.seen);
}
template <typename A>
void fields(A& a, PointKey& x) {
  a(x.link, x.protocol, x.kind, x.access, x.unit, x.peer_unit);
}
template <typename A>
void fields(A& a, PointSet::Block& x) {
  a(x.number, x.bits);
}
template <typename A>
void fields(A& a, PointRow& x) {
  a(x.first, x.points);
}
template <typename A>
void fields(A& a, ActionRow& x) {
  a(x.asked, x.answered, x.protocol, x.point_kind, x.step, x.status, x.cls, x.actor, x.function_code, x.unit,
    x.peer_unit, x.point, x.points, x.outcome, x.value);
}
template <typename A>
void fields(A& a, ActionLog& x) {
  a(x.total, x.rows);
  if constexpr (A::kReads) x.trim();
}
template <typename A>
void fields(A& a, MacKey& x) {
  a(x.mac, x.vlan);
}
template <typename A>
void fields(A& a, MacRow& x) {
  a(x.frames_sent, x.frames_received, x.seen);
}
template <typename A>
void fields(A& a, BindingKey& x) {
  a(x.mac, x.ip, x.vlan);
}
template <typename A>
void fields(A& a, BindingRow& x) {
  a(x.as_source, x.as_destination, x.claims, x.ttl, x.prefixes);
}
template <typename A>
void fields(A& a, TunnelledKey& x) {
  a(x.inner, x.near, x.far, x.vlan);
}
template <typename A>
void fields(A& a, TunnelledRow& x) {
  a(x.sent, x.received, x.ttl);
}
template <typename A>
void fields(A& a, AskedKey& x) {
  a(x.asker_mac, x.target, x.vlan);
}
template <typename A>
void fields(A& a, NamedVlanKey& x) {
  a(x.speaker, x.vlan, x.protocol);
}
template <typename A>
void fields(A& a, IdentityKey& x) {
  a(x.subject, x.vlan, x.trait, x.text, x.method, x.protocol, x.confidence, x.transport, x.port);
}
template <typename A>
void fields(A& a, LookupKey& x) {
  a(x.link, x.name, x.type);
}
template <typename A>
void fields(A& a, LookupRow& x) {
  a(x.asked, x.answered, x.no_such_name, x.failed, x.addresses);
}
template <typename A>
void fields(A& a, CredentialKey& x) {
  a(x.link, x.protocol, x.scheme, x.user, x.mask, x.fingerprint, x.sender);
}
template <typename A>
void fields(A& a, CredentialRow& x) {
  a(x.attempted, x.rejected, x.accepted);
}
template <typename A>
void fields(A& a, SessionKey& x) {
  a(x.link, x.version, x.offered, x.cipher, x.server_name, x.alpn, x.subject, x.issuer, x.fingerprint, x.not_before,
    x.not_after, x.self_signed);
}
template <typename A>
void fields(A& a, LeaseKey& x) {
  a(x.client_mac, x.client, x.server, x.routers, x.resolvers, x.prefix_length, x.domain, x.granted, x.vlan);
}
template <typename A>
void fields(A& a, RouteKey& x) {
  a(x.kind, x.speaker, x.speaker_mac, x.gateway, x.destination, x.detail, x.vlan);
}
template <typename A>
void fields(A& a, AnomalyKey& x) {
  a(x.link, x.protocol, x.fault);
}
template <typename A>
void fields(A& a, OpenAccessKey& x) {
  a(x.link, x.scheme);
}
template <typename A>
void fields(A& a, Damage& x) {
  a(x.places, x.bytes, x.first_offset, x.first_packet);
}
template <typename A>
void fields(A& a, Pause& x) {
  a(x.from, x.to);
}
template <typename A>
void fields(A& a, Pauses& x) {
  a(x.spans());
}
template <typename A>
void fields(A& a, CaptureInfo& x) {
  a(x.source, x.sha256, x.format, x.comment, x.filter, x.begun, x.link_types, x.snaplen, x.file_bytes, x.packets,
    x.bytes, x.first_ts, x.last_ts, x.truncated, x.malformed, x.undecoded, x.commented, x.drops_known, x.kernel_drops,
    x.interface_drops, x.duplicates, x.duplicates_routed, x.duplicates_vlan, x.duplicates_redundant,
    x.duplicates_recorded, x.near_others, x.cut_at, x.fragments_given_up, x.fragment_overlaps, x.clock_steps, x.pauses,
    x.damage, x.error);
}
template <typename A>
void fields(A& a, Observed& x) {
  a(x.links, x.operations, x.macs, x.bindings, x.tunnelled, x.asked, x.identities, x.lookups, x.credentials, x.sessions,
    x.leases, x.routes, x.anomalies, x.open_accesses, x.points, x.actions, x.unreachable, x.named_vlans,
    x.flows_evicted, x.waiting_released, x.facts_dropped);
}

template <typename T>
constexpr bool is_array = false;
template <typename T, std::size_t N>
constexpr bool is_array<std::array<T, N>> = true;
template <typename T>
concept Sequence = requires(T t) {
  t.push_back(*t.begin());
}
&&!std::is_same_v<T, std::string>;
template <typename T>
concept Map = requires {
  typename T::mapped_type;
};
template <typename T>
concept Set = requires {
  typename T::key_type;
}
&&!Map<T>;

template <typename Value>
void Writer::put(Value& value) {
  using T = std::remove_cv_t<Value>;
  if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
    text(value);
  } else if constexpr (std::is_same_v<T, const Protocol*>) {
    text(value ? value->name : std::string_view());
  } else if constexpr (std::is_same_v<T, Address>) {
    word(value.hi), word(value.lo);
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    word(static_cast<std::uint64_t>(value));
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    number(static_cast<std::uint64_t>(value));
  } else if constexpr (is_array<T>) {
    for (auto& x : value) put(x);
  } else if constexpr (std::is_same_v<T, PointSet>) {
    bool truncated = value.truncated();
    std::vector<PointSet::Block> blocks = value.blocks();
    (*this)(truncated, blocks);
  } else if constexpr (Map<T>) {
    number(value.size());
    for (auto& [key, row] : value) put(key), put(row);
  } else if constexpr (Sequence<T> || Set<T>) {
    number(value.size());
    for (auto& x : value) put(x);
  } else {
    fields(*this, const_cast<T&>(value));  // described once, for reading and writing; writing changes nothing
  }
}

template <typename T>
void Reader::get(T& value) {
  if constexpr (std::is_same_v<T, std::string>) {
    value = text();
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    value = interned(text());
  } else if constexpr (std::is_same_v<T, const Protocol*>) {
    value = protocol(text());
  } else if constexpr (std::is_same_v<T, Address>) {
    value.hi = word(), value.lo = word();
  } else if constexpr (std::is_same_v<T, std::int64_t>) {
    value = static_cast<std::int64_t>(word());
  } else if constexpr (std::is_same_v<T, bool>) {
    value = number() != 0;
  } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
    value = static_cast<T>(number());
  } else if constexpr (is_array<T>) {
    for (auto& x : value) get(x);
  } else if constexpr (std::is_same_v<T, PointSet>) {
    bool truncated = false;
    std::vector<PointSet::Block> blocks;
    (*this)(truncated, blocks);
    value = PointSet(std::move(blocks), truncated);
  } else if constexpr (Map<T>) {
    for (std::size_t n = count(); n > 0; --n) {
      typename T::key_type key;
      get(key);
      get(value[std::move(key)]);
    }
  } else if constexpr (Set<T>) {
    for (std::size_t n = count(); n > 0; --n) {
      typename T::value_type x;
      get(x);
      value.insert(std::move(x));
    }
  } else if constexpr (Sequence<T>) {
    const std::size_t n = count();
    value.clear();
    for (std::size_t i = 0; i < n; ++i) get(value.emplace_back());
  } else {
    fields(*this, value);
  }
}

// Rows cite captures and links by position.
void check(const Observed& o) {
  for (const OperationRow& row : o.operations)
    if (row.link >= o.links.size()) throw StateError("an operation of no link");
}

std::vector<std::string> capture_ids(const Observed& observed) {
  std::set<std::string> ids;
  for (const CaptureInfo& c : observed.captures)
    if (!c.format.empty()) ids.insert(capture_id(c));  // what could not be read is no part of two inventories
  return {ids.begin(), ids.end()};
}

}  // namespace

std::vector<std::uint8_t> save_state(const Observed& observed) {
  std::vector<std::uint8_t> out;
  // More than what is usual, for to grow by doubling takes three times as much; memory that is not written costs nothing.
  out.reserve((observed.links.size() + observed.operations.size() + observed.points.size() + (1 << 12)) * 512);
  out.insert(out.end(), kMagic.begin(), kMagic.end());
  Writer write(out);
  std::vector<CaptureInfo> captures = observed.captures;
  for (CaptureInfo& c : captures)
    c.source = to_utf8(std::filesystem::path(c.source).filename().string());  // folders tell nothing
  write(captures, observed);
  return out;
}

namespace {
// Runs `read`; what it throws is of that part.
template <class Read>
void of_part(const Part& part, Read read) {
  try {
    read();
  } catch (const StateError& error) {
    throw PartError(part.id, std::string("the state can't be read: ") + error.what());
  }
}
}  // namespace

Observed observed_in(const std::vector<Part>& parts, const ProtocolFinder& protocol) {
  struct Opened {
    std::vector<CaptureInfo> captures;
    Bytes rest;
  };
  std::vector<Opened> opened;
  std::vector<const CaptureInfo*> order;
  for (const Part& part : parts) {
    const Bytes state(part.state);
    if (state.size() < kMagic.size() || as_text(state.first(kMagic.size())) != kMagic)
      throw PartError(part.id, "the state was written by another version of kakoi");
    Reader read(state.subspan(kMagic.size()), protocol);
    Opened& o = opened.emplace_back();
    of_part(part, [&] { read(o.captures); });
    o.rest = read.rest();
  }
  for (const Opened& o : opened)
    for (const CaptureInfo& c : o.captures) order.push_back(&c);
  // As a scan of all of them orders them: packets of one time are told apart by their capture.
  std::sort(order.begin(), order.end(), [](const CaptureInfo* a, const CaptureInfo* b) {
    return std::tie(a->first_ts, a->source, a->sha256) < std::tie(b->first_ts, b->source, b->sha256);
  });
  Observed all;
  for (const CaptureInfo* c : order) all.captures.push_back(*c);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const Opened& o = opened[i];
    std::vector<std::uint32_t> place;
    for (const CaptureInfo& c : o.captures)
      place.push_back(static_cast<std::uint32_t>(std::find(order.begin(), order.end(), &c) - order.begin()));
    Observed part;
    Reader read(o.rest, protocol, std::move(place));
    of_part(parts[i], [&] {
      read(part);
      if (!read.rest().empty()) throw StateError("something follows its end");
      check(part);
    });
    all.merge(std::move(part));
  }
  all.settle();
  all.sort();
  return all;
}

Part make_part(const Observed& observed) {
  Part part;
  part.captures = capture_ids(observed);
  for (const CaptureInfo& c : observed.captures) part.last_ts = std::max(part.last_ts, c.last_ts);
  part.state = save_state(observed);
  part.id = to_hex(Sha256().of(part.state)).substr(0, 16);
  return part;
}

std::vector<Part> read_parts(Database& db) {
  std::vector<Part> parts;
  Statement rows = db.prepare("select part_id, captures, last_ts, state from part order by part_id");
  while (rows.step()) {
    Part part;
    part.id = rows.text(0);
    const std::string captures = rows.text(1);
    for (std::size_t at = 0; at < captures.size();) {
      const std::size_t end = std::min(captures.find(',', at), captures.size());
      part.captures.push_back(captures.substr(at, end - at));
      at = end + 1;
    }
    part.last_ts = rows.integer(2);
    const std::span<const std::uint8_t> state = rows.blob(3);
    part.state.assign(state.begin(), state.end());
    parts.push_back(std::move(part));
  }
  if (parts.empty()) throw StateError("the inventory holds no state to merge");
  return parts;
}

std::vector<Part> unite(std::vector<Part> parts) {
  // The most captures first, of equal ones the latest: what is covered by an earlier one of this order goes.
  std::sort(parts.begin(), parts.end(), [](const Part& a, const Part& b) {
    return std::tuple(b.captures.size(), b.last_ts, b.id) < std::tuple(a.captures.size(), a.last_ts, a.id);
  });
  std::vector<Part> kept;
  for (Part& part : parts) {
    bool covered = false;
    for (const Part& other : kept) {
      std::vector<std::string> shared;
      std::set_intersection(part.captures.begin(), part.captures.end(), other.captures.begin(), other.captures.end(),
                            std::back_inserter(shared));
      covered |= shared.size() == part.captures.size();
      if (!shared.empty() && shared.size() != part.captures.size()) throw SharedCaptures(std::move(shared));
    }
    if (!covered) kept.push_back(std::move(part));
  }
  std::sort(kept.begin(), kept.end(), [](const Part& a, const Part& b) { return a.id < b.id; });
  return kept;
}

}  // namespace kakoi
