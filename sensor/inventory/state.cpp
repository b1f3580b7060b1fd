#include "sensor/inventory/state.h"

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "sensor/inventory/state_archive.h"
#include "sensor/inventory/text.h"

namespace kakoi {

namespace archive {

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
    x.not_after, x.self_signed, x.relayed);
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
void fields(A& a, Run& x) {
  a(x.from, x.to);
}
template <typename A>
void fields(A& a, Runs& x) {
  a(x.all());
}
template <typename A>
void fields(A& a, CaptureInfo& x) {
  a(x.source, x.sha256, x.format, x.comment, x.filter, x.begun, x.link_types, x.snaplen, x.file_bytes, x.packets,
    x.bytes, x.first_ts, x.last_ts, x.truncated, x.malformed, x.undecoded, x.commented, x.drops_known, x.kernel_drops,
    x.interface_drops, x.duplicates, x.duplicates_routed, x.duplicates_vlan, x.duplicates_redundant,
    x.duplicates_recorded, x.near_others, x.cut_at, x.fragments_given_up, x.fragment_overlaps, x.clock_steps, x.runs,
    x.damage, x.error);
}
template <typename A>
void fields(A& a, Observed& x) {
  a(x.links, x.operations, x.macs, x.bindings, x.tunnelled, x.asked, x.identities, x.lookups, x.credentials, x.sessions,
    x.hellos, x.leases, x.routes, x.anomalies, x.open_accesses, x.points, x.actions, x.unreachable, x.named_vlans,
    x.flows_evicted, x.waiting_released, x.facts_dropped);
}

}  // namespace archive

namespace {

constexpr std::string_view kMagic = "kakoi state 10\n";

// What a state begins with that some version of kakoi wrote.
constexpr std::string_view kAnyMagic = "kakoi state ";

// Rows cite captures and links by position.
void check(const Observed& o) {
  for (const OperationRow& row : o.operations)
    if (row.link >= o.links.size()) throw StateError("an operation of no link");
}

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

std::vector<std::uint8_t> save_state(const Observed& observed) {
  std::vector<std::uint8_t> out;
  // More than what is usual, for to grow by doubling takes three times as much; memory that is not written costs nothing.
  out.reserve((observed.links.size() + observed.operations.size() + observed.points.size() + (1 << 12)) * 512);
  out.insert(out.end(), kMagic.begin(), kMagic.end());
  archive::Writer write(out);
  std::vector<CaptureInfo> captures = observed.captures;
  for (CaptureInfo& c : captures)
    c.source = to_utf8(std::filesystem::path(c.source).filename().string());  // folders tell nothing
  write(captures, observed);
  return out;
}

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
      throw PartError(part.id, state.size() > kAnyMagic.size() && as_text(state.first(kAnyMagic.size())) == kAnyMagic
                                   ? "the state was written by another version of kakoi"
                                   : "the state is damaged: it does not begin as one that kakoi wrote");
    archive::Reader read(state.subspan(kMagic.size()), protocol);
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
    archive::Reader read(o.rest, protocol, std::move(place));
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

}  // namespace kakoi
