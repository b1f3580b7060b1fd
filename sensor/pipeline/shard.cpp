#include "sensor/pipeline/shard.h"

#include <algorithm>

#include "sensor/decode/checksums.h"
#include "sensor/pipeline/fold.h"

namespace kakoi::pipeline {
namespace {

constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

std::uint32_t payload_length(const Decoded& p) { return p.has_ports ? p.payload_length : 0; }

// The first packet of a connection shows the stack that sent it.
void note_syn(Recorder& recorder, const Decoded& p, const PacketRef& packet) {
  constexpr std::size_t kWithoutOptions = 20;
  if (p.transport_header == Decoded::kUnchecked || p.transport_header < kWithoutOptions) return;
  const Conversation c{p.source, p.destination, p.source_port, p.destination_port, Transport::tcp, p.vlan, kNoValue};
  const Context context{&tcp_protocol, &c, packet, Role::client, p.source_mac};
  const std::size_t size = p.transport_header - kWithoutOptions;
  observe_syn(p, {p.payload.data() - size, size}, Emit(context, recorder));
}

// Of the packets of a side, those that are read where all say the same: the first, and few of the later ones.
constexpr bool is_looked_at(std::uint64_t nth) noexcept { return nth <= 4 || nth % 256 == 0; }

// RFC 792, RFC 4443 §4.1
bool is_echo_request(const Decoded& p) noexcept {
  return !p.payload.empty() && !p.is_fragment && p.payload[0] == (p.protocol == 1 ? 8 : 128);
}

// The side that asks or publishes by a frame without IP, or sends an echo request; -1: the packet does not tell.
int asking_side(const Item& item) {
  const Decoded& p = item.packet;
  if (item.key.transport == Transport::icmp) return is_echo_request(p) ? item.side : -1;
  const Protocol* const protocol = control_protocol_of(p);
  if (protocol == &goose_protocol || protocol == &sv_protocol || protocol == &ethercat_protocol) return item.side;
  if (protocol != &profinet_dcp_protocol) return -1;
  const bool to_many = p.destination_mac.is_multicast() || p.destination_mac.is_broadcast();
  return is_dcp_answer(p.payload) && !to_many ? 1 - item.side : item.side;
}

}  // namespace

Shard::Shard(const SecretKeeper& secrets, const Limits& limits)
    : recorder_(secrets, limits.row_bytes),
      most_flows_(limits.flows),
      most_held_(static_cast<std::ptrdiff_t>(limits.waiting_bytes)) {
  for (const Protocol* p : protocols()) candidates_.push_back(p);
  for (const Protocol* p : control_protocols()) candidates_.push_back(p);
}

std::uint32_t Shard::on_identified(const Conversation& c, const Protocol& protocol) {
  const std::uint32_t link = recorder_.link({c.client, c.server, c.server_port, c.transport, c.vlan});
  if (link == kNoValue) return link;
  LinkRow& row = recorder_.row(link);
  row.protocol = preferred(row.protocol, &protocol);
  return link;
}

// The usual MACs, and the TTL that comes with them, are counted by the flow; others at once.
void Shard::note_macs(flow::Flow& flow, const Item& item, bool first) {
  const Decoded& p = item.packet;
  flow::Side& side = flow.sides[static_cast<std::size_t>(item.side)];
  if (first) {
    side.set_macs(p);
  } else if (side.macs_changed != 0) {
    return note_addresses(item);
  } else if (!side.has_macs(p)) {  // another way, another network card: what was seen so far is the first one's
    add_bindings(recorder_, flow, static_cast<std::size_t>(item.side));
    side.macs_changed = 1;
    return note_addresses(item);
  }
  side.add_ttl(p.ttl);
}

void Shard::note_addresses(const Item& item) {
  const Decoded& p = item.packet;
  Seen seen;
  seen.add(item.ref);
  recorder_.mac(p.source_mac, p.destination_mac, p.vlan, seen);
  if (item.key.transport == Transport::ethernet) return;
  TtlRange ttl;
  ttl.add(p.ttl);
  if (!p.source_mac.is_none()) recorder_.source_binding({p.source_mac, p.source, p.vlan}, seen, ttl);
  if (!p.destination_mac.is_none()) recorder_.destination_binding({p.destination_mac, p.destination, p.vlan}, seen);
}

void Shard::count(flow::Flow& flow, const Item& item, bool here) {
  const Decoded& p = item.packet;
  flow::Side& side = flow.sides[static_cast<std::size_t>(item.side)];
  if (here)
    note_macs(flow, item, side.packets == 0);
  else if (side.packets == 0)
    side.set_no_macs();
  if (side.packets == 0 || item.ref.ts <= side.first_ts) {
    PacketRef& earliest = flow.first[static_cast<std::size_t>(item.side)];
    if (side.packets == 0 || item.ref < earliest) earliest = item.ref;
    side.first_ts = earliest.ts;
  }
  if (side.packets == 0 || side.last < item.ref) side.last = item.ref;
  ++side.packets;
  side.bytes += p.frame_length;
  side.payload += payload_length(p);
}

// Looked at: the first packets of each side, where what matters most is said, and every so many later ones. A side whose
// checksums are right shows that they are filled in before they are captured; one that is wrong is dropped by the
// receiver's stack, and whoever sends it on purpose wants it to be read by others alone (Ptacek and Newsham 1998, §4.1).
bool Shard::reaches_its_receiver(flow::Flow& flow, const Item& item) {
  const Decoded& p = item.packet;
  const auto s = static_cast<std::size_t>(item.side);
  const std::uint64_t nth = flow.sides[s].packets;
  const bool header_wrong = p.header_checksum == Checksum::wrong;
  if (nth > kChecked && nth % kCheckEvery != 0 && !flow.doubted && !header_wrong) [[likely]]
    return true;
  ChecksumTally& tally = flow.checksums[s];
  const Checksum sum = header_wrong ? Checksum::wrong : decode::checksum_of_transport(p);
  if (sum == Checksum::deferred || (sum == Checksum::none && p.header_checksum == Checksum::deferred)) {
    ++tally.deferred;
  } else if (sum == Checksum::right || (sum == Checksum::none && p.header_checksum == Checksum::right)) {
    ++tally.right;
  } else if (sum == Checksum::wrong) {
    flow.doubted = true;
    return ++tally.wrong > tally.right;
  }
  return true;
}

void Shard::prefetch_session(const Item& item) const noexcept {
  const flow::Flow* flow = flows_.guess(item.hash);
  if (!flow || !flow->session) return;
  flow->session->prefetch(item.side);
}
void Shard::prefetch_dissector(const Item& item) const noexcept {
  const flow::Flow* flow = flows_.guess(item.hash);
  if (flow && flow->session) flow->session->prefetch_dissector();
}

void Shard::packet(const Item& item) {
  if (++packets_ % kSweepEvery == 0) sweep(item.ref.ts);
  if (flows_.size() >= most_flows_) evict();
  if (held_ > most_held_) [[unlikely]]
    release_waiting();
  // Forwarded in the same VLAN: the flow has it already. What is new is who forwards.
  if (item.sighting.copy == Copy::routed && !item.sighting.elsewhere) return note_addresses(item);
  bool created = false;
  flow::Flow* flow = &flows_.find(item.key, item.hash, created);
  if (!created) flow = &reopened(*flow, item, created);
  bool here = true;
  if (flow->copy || item.sighting.elsewhere) {
    const flow::Flow& passed = *flow;
    flow = counting(*flow, item, created);
    if (!flow) return;
    here = !passed.forwarded;
    if (flow != &passed) flow = &reopened(*flow, item, created);
  }
  count(*flow, item, here);
  if (!reaches_its_receiver(*flow, item)) return;
  switch (item.key.transport) {
    case Transport::tcp:
      tcp(*flow, item);
      break;
    case Transport::udp:
      udp(*flow, item);
      break;
    default:
      control(*flow, item);
      break;
  }
}

// A SYN with another initial sequence number opens another connection with the same ports. And who asks by a frame, or
// for an echo, is the client, whoever of the two seemed to ask before: somebody who answers what nobody asked hides no command by it.
flow::Flow& Shard::reopened(flow::Flow& flow, const Item& item, bool& created) {
  const Decoded& p = item.packet;
  if (item.key.transport == Transport::ethernet || item.key.transport == Transport::icmp) {
    if (flow.client < 0) return flow;
    const int asking = asking_side(item);
    return asking < 0 || asking == flow.client ? flow : begun_anew(flow, created);
  }
  if (item.key.transport != Transport::tcp || (p.tcp_flags & (kFin | kSyn | kAck | kRst)) != kSyn) return flow;
  const flow::Side& side = flow.sides[static_cast<std::size_t>(item.side)];
  const bool again =
      side.syn_seen && flow.syn_sequence[static_cast<std::size_t>(item.side)] == p.sequence && !flow.closed;
  const bool simultaneous = !side.syn_seen && side.packets == 0 && !flow.handshake;
  return again || simultaneous ? flow : begun_anew(flow, created);
}

flow::Flow& Shard::begun_anew(flow::Flow& flow, bool& created) {
  const flow::FlowKey key = flow.key;
  fold(flow);
  flows_.erase(flow);
  return flows_.find(key, key.hash(), created);
}

// A conversation that is mirrored in two VLANs counts in the one where its first packet was seen; the flow in the other is
// a copy. Each packet counts where it is seen first, or alone: requests come first in the one VLAN and answers in the
// other, and one of the two may pass a single VLAN only. Whoever sends a twin on purpose hides nothing by it.
flow::Flow* Shard::counting(flow::Flow& flow, const Item& item, bool created) {
  const Sighting& sighting = item.sighting;
  const auto in_vlan = [&](std::uint32_t vlan) {
    flow::FlowKey key = item.key;
    key.vlan = vlan;
    return flows_.known(key, key.hash());
  };
  if (created && sighting.copy != Copy::none) {
    flow.copy = true;
    flow.forwarded = sighting.copy == Copy::routed;
    flow.original_vlan = sighting.first_vlan;
  }
  if (flow.copy) {
    PacketRef& last = flow.sides[static_cast<std::size_t>(item.side)].last;
    last = std::max(last, item.ref);  // for sweep()
    if (sighting.copy != Copy::none) {
      if (flow.forwarded) note_addresses(item);
      return nullptr;
    }
    if (flow::Flow* const original = in_vlan(flow.original_vlan); original && !original->copy) {
      if (flow.forwarded) note_addresses(item);
      return original;
    }
    flow.copy = flow.forwarded = false;  // the other one was given up
    flow.sides = {};
    return &flow;
  }
  if (const flow::Flow* const other = in_vlan(sighting.first_vlan);
      !other || !other->copy || other->original_vlan != flow.key.vlan)
    return &flow;
  if (sighting.copy == Copy::routed) {
    note_addresses(item);
    flow.sides[static_cast<std::size_t>(item.side)].add_ttl(item.packet.ttl);
  }
  return nullptr;
}

void Shard::tcp(flow::Flow& flow, const Item& item) {
  const Decoded& p = item.packet;
  const auto s = static_cast<std::size_t>(item.side);
  flow::Side& side = flow.sides[s];
  const flow::Side& other = flow.sides[1 - s];
  // A RST acknowledges on behalf of nobody: a closed port sends it, too (RFC 9293 §3.10.7.1).
  side.flags = side.flags | ((p.tcp_flags & kRst) != 0 ? kRst : p.tcp_flags);
  flow.unseen.segment(s, p);
  const bool syn = (p.tcp_flags & kSyn) != 0, ack = (p.tcp_flags & kAck) != 0;
  // With FIN or RST beside it, it opens nothing: Linux and others drop it, and scanners send it. Who takes it answers with a SYN.
  const bool opens = syn && (p.tcp_flags & (kFin | kRst)) == 0;
  if (opens && !side.syn_seen) {
    side.syn_seen = true;
    flow.syn_sequence[s] = p.sequence;
    if (!ack) note_syn(recorder_, p, item.ref);
    if (flow.client < 0) flow.client = static_cast<std::int8_t>(ack ? 1 - item.side : item.side);
    if (flow.session) flow.session->set_client(flow.client);
  }
  if (!flow.handshake && !syn && ack && side.syn_seen && item.side == flow.client && other.syn_seen)
    flow.handshake = true;
  if ((p.tcp_flags & kRst) != 0) {
    if (other.syn_seen && !side.syn_seen && other.payload == 0) flow.refused = true;
    flow.closed = true;
  }
  if ((p.tcp_flags & kFin) != 0 && (other.flags & kFin) != 0) flow.closed = true;

  if (p.payload_length == 0 || flow.silent) return;
  if (!flow.session) {
    flow.session = std::make_unique<flow::Session>(ends_of(flow), candidates_);
    for (const int i : {0, 1})
      if (const flow::Side& start = flow.sides[static_cast<std::size_t>(i)]; start.syn_seen)
        flow.session->start(i, flow.syn_sequence[static_cast<std::size_t>(i)] + 1);
  }
  const auto state = flow.session->segment(item.side, syn ? p.sequence + 1 : p.sequence, p.payload, p.payload_length,
                                           {item.ref, p.source_mac}, *this);
  if (state == flow::Session::State::finished) close_session(flow);
}

void Shard::udp(flow::Flow& flow, const Item& item) {
  const Decoded& p = item.packet;
  if (p.destination.is_multicast() || p.destination.is_broadcast()) {
    if (const Protocol* protocol = control_protocol_of(p)) {
      flow.protocol = protocol;
      const Conversation c{p.source,       p.destination, p.source_port, p.destination_port,
                           Transport::udp, p.vlan,        kNoValue};
      const Context context{protocol, &c, item.ref, Role::client, p.source_mac};
      observe_routing(p, Emit(context, recorder_));
    }
  }
  if (p.payload.empty() || flow.silent) return;
  if (!flow.session) {
    // Only the frame's address tells that 192.0.2.127 may stand for everybody on the segment: who sends there asks.
    if (flow.client < 0 && p.destination_mac.is_broadcast()) flow.client = static_cast<std::int8_t>(item.side);
    flow.session = std::make_unique<flow::Session>(ends_of(flow), candidates_);
  }
  const auto state = flow.session->datagram(item.side, p.payload, p.payload_length, {item.ref, p.source_mac}, *this);
  if (state == flow::Session::State::finished) close_session(flow);
}

void Shard::control(flow::Flow& flow, const Item& item) {
  const Decoded& p = item.packet;
  const Protocol* protocol = p.is_fragment ? nullptr : control_protocol_of(p);
  if (!protocol) return;
  if (flow.protocol != protocol) flow.protocol = preferred(flow.protocol, protocol);
  if (protocol == &profinet_rt_protocol) return;  // thousands a second, and nothing more is read
  if (protocol == &sv_protocol && !is_looked_at(flow.sides[static_cast<std::size_t>(item.side)].packets)) return;
  const bool ip = flow.key.transport != Transport::ethernet;
  if (flow.key.transport == Transport::icmp && flow.client < 0)
    flow.client = static_cast<std::int8_t>(asking_side(item));
  if (protocol == &profinet_dcp_protocol || protocol == &goose_protocol || protocol == &sv_protocol ||
      protocol == &ethercat_protocol) {
    const Conversation c = frames(flow, item);
    const Role speaker = item.side == flow.client && !p.is_returned ? Role::client : Role::server;
    return observe_ethernet(p, dcp_requests_, Emit({protocol, &c, item.ref, speaker, p.source_mac}, recorder_));
  }
  const Conversation c{
      ip ? p.source : p.source_mac, ip ? p.destination : p.destination_mac, 0, 0, flow.key.transport, p.vlan, kNoValue};
  const Context context{protocol, &c, item.ref, Role::client, p.source_mac};
  const Emit emit(context, recorder_);
  if (p.network == NetworkLayer::arp) {
    note_asked(observe_arp(p, p.payload, emit), p, item.ref);
  } else if (!ip) {
    observe_ethernet(p, dcp_requests_, emit);
    const NamedVlans named = vlans_named_in(p);
    for (std::size_t i = 0; i < named.count; ++i)
      recorder_.vlan_named({p.source_mac, named.vlan[i], protocol->name}, item.ref);
  } else if (flow.key.transport != Transport::icmp) {
    observe_routing(p, emit);
  } else if (p.protocol == 1) {
    note_unreachable(observe_icmp(p, p.payload, emit), p, item.ref);
  } else {
    const Icmpv6Seen seen = observe_icmpv6(p, p.payload, emit);
    note_unreachable(seen.error, p, item.ref);
    note_asked(seen.neighbour, p, item.ref);
  }
}

Conversation Shard::frames(flow::Flow& flow, const Item& item) {
  const flow::FlowKey& k = flow.key;
  if (flow.client < 0) flow.client = static_cast<std::int8_t>(asking_side(item));
  const Address &client = flow.client == 0 ? k.a : k.b, &server = flow.client == 0 ? k.b : k.a;
  if (flow.link == kNoValue) flow.link = recorder_.link({client, server, k.number, k.transport, k.vlan});
  return {client, server, 0, k.number, k.transport, k.vlan, flow.link};
}

void Shard::note_asked(const ArpSeen& seen, const Decoded& p, const PacketRef& packet) {
  if (seen.valid && seen.is_request && !seen.is_gratuitous)
    recorder_.asked({seen.sender_mac, seen.target_ip, p.vlan}, packet);
}

void Shard::note_unreachable(const IcmpSeen& seen, const Decoded& p, const PacketRef& packet) {
  if (!seen.unreachable || (seen.original_protocol != 6 && seen.original_protocol != 17)) return;
  const Transport transport = seen.original_protocol == 6 ? Transport::tcp : Transport::udp;
  recorder_.unreachable(
      {seen.original_source, seen.original_destination, seen.original_destination_port, transport, p.vlan}, packet);
}

void Shard::close_session(flow::Flow& flow) {
  const std::size_t later = flow.sides[0].last < flow.sides[1].last ? 1 : 0;
  flow.session->finish(*this, {flow.sides[later].last, flow.sides[later].source()});
  if (flow.session->protocol()) {
    note_session(recorder_, flow);
    flow.protocol = flow.session->protocol();
    flow.link = flow.session->conversation().handle;
    flow.guessed = flow.client < 0 && !flow.session->client_known();
    flow.client = session_client(flow);
  }
  held_ -= static_cast<std::ptrdiff_t>(flow.session->held());
  flow.session.reset();
  flow.silent = true;
}

void Shard::fold(flow::Flow& flow) {
  if (flow.copy) return;
  if (flow.session) close_session(flow);
  add_flow(recorder_, flow);
}

Observed Shard::snapshot() {
  recorder_.settle();
  Recorder copy(recorder_);
  flows_.for_each([&](flow::Flow& flow) {
    if (flow.copy) return;
    if (flow.session && flow.session->protocol()) note_session(copy, flow);
    add_flow(copy, flow);
  });
  return copy.take();
}

void Shard::sweep(std::int64_t now) {
  std::vector<flow::Flow*> over;
  flows_.for_each([&](flow::Flow& flow) {
    const std::int64_t quiet = now - flow.last_ts();
    if (quiet > kIdle || (flow.closed && quiet > kAfterClose)) over.push_back(&flow);
  });
  for (flow::Flow* flow : over) {
    fold(*flow);
    flows_.erase(*flow);
  }
}

// A quarter at once, so that looking for them costs little per packet.
void Shard::evict() {
  std::vector<flow::Flow*> all;
  all.reserve(flows_.size());
  flows_.for_each([&](flow::Flow& flow) { all.push_back(&flow); });
  const auto quarter = all.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(all.size() / 4, 1));
  std::nth_element(all.begin(), quarter, all.end(), [](const flow::Flow* a, const flow::Flow* b) {
    return std::pair(a->last_ts(), a->place) < std::pair(b->last_ts(), b->place);
  });
  for (auto flow = all.begin(); flow != quarter; ++flow) {
    fold(**flow);
    flows_.erase(**flow);
  }
  recorder_.count_evicted(static_cast<std::uint64_t>(quarter - all.begin()));
}

void Shard::release_waiting() {
  std::vector<flow::Flow*> waiting;
  flows_.for_each([&](flow::Flow& flow) {
    if (flow.session && flow.session->held() != 0) waiting.push_back(&flow);
  });
  std::sort(waiting.begin(), waiting.end(), [](const flow::Flow* a, const flow::Flow* b) {
    return std::pair(a->last_ts(), a->place) < std::pair(b->last_ts(), b->place);
  });
  std::uint64_t released = 0;
  for (flow::Flow* flow : waiting) {
    if (held_ <= most_held_ * 3 / 4) break;
    flow->session->release(*this);
    ++released;
  }
  recorder_.count_released(released);
}

Observed Shard::finish() {
  flows_.for_each([&](flow::Flow& flow) { fold(flow); });
  dcp_requests_.finish(recorder_);
  return recorder_.take();
}

}  // namespace kakoi::pipeline
