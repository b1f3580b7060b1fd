#include "sensor/pipeline/fold.h"

#include <algorithm>

namespace kakoi::pipeline {
namespace {

constexpr std::uint8_t kFin = 1, kSyn = 2, kAck = 16;

LinkState state_of(const flow::Flow& flow, int client) {
  if (flow.key.transport != Transport::tcp) return LinkState::datagram;
  const flow::Side& to_server = flow.sides[static_cast<std::size_t>(client)];
  const flow::Side& to_client = flow.sides[static_cast<std::size_t>(1 - client)];
  if (flow.handshake) return LinkState::established;
  if (flow.refused) return LinkState::refused;
  // SYN answered: the port is open, even if the capture lacks the rest
  if (to_client.syn_seen && to_server.syn_seen) return LinkState::established;
  const bool only_syn = (to_server.flags & kSyn) != 0 && to_server.payload == 0 && to_client.packets == 0;
  if (only_syn && (to_server.flags & kAck) == 0) return LinkState::attempted;
  const bool both = to_server.packets > 0 && to_client.packets > 0;
  if (both && (to_server.flags & to_client.flags & kAck) != 0) return LinkState::established;
  if (both && (to_server.payload > 0 || to_client.payload > 0)) return LinkState::established;
  return LinkState::one_way;
}

}  // namespace

void add_bindings(Recorder& recorder, const flow::Flow& flow, std::size_t s) {
  const flow::Side& side = flow.sides[s];
  if (side.packets == 0 || side.macs_changed != 0) return;
  const Seen seen = flow.seen(s);
  const Address source_mac = side.source(), destination_mac = side.destination();
  recorder.mac(source_mac, destination_mac, flow.key.vlan, seen);
  if (flow.key.transport == Transport::ethernet) return;
  const Address& source = s == 0 ? flow.key.a : flow.key.b;
  const Address& destination = s == 0 ? flow.key.b : flow.key.a;
  // No station hears a frame from itself: a computer recorded itself, or the file's MACs were written anew. Such a
  // MAC cannot be told to be that of either of two addresses, still less to forward for both.
  if (source_mac == destination_mac && source != destination) return;
  if (!source_mac.is_none()) recorder.source_binding({source_mac, source, flow.key.vlan}, seen, side.ttl());
  if (!destination_mac.is_none()) recorder.destination_binding({destination_mac, destination, flow.key.vlan}, seen);
}

flow::Ends ends_of(const flow::Flow& flow) {
  return {{flow.key.a, flow.key.b}, {flow.key.port_a, flow.key.port_b}, flow.key.transport, flow.key.vlan, flow.client};
}
std::int8_t session_client(const flow::Flow& flow) {
  const Conversation& c = flow.session->conversation();
  return flow.key.a == c.client && flow.key.port_a == c.client_port ? 0 : 1;
}

void note_session(Recorder& recorder, const flow::Flow& flow) {
  if (flow.session->conversation().handle == kNoValue) return;  // no room
  LinkRow& row = recorder.row(flow.session->conversation().handle);
  row.retransmissions += flow.session->counters().retransmissions;
  row.gaps += flow.session->counters().gaps;
  if (flow.session->is_answered()) row.answered = preferred(row.answered, flow.session->protocol());
  const bool ended = (flow.sides[static_cast<std::size_t>(1 - session_client(flow))].flags & kFin) != 0;
  row.denied = row.denied || flow.session->is_denied(ended);
}

void add_flow(Recorder& recorder, const flow::Flow& flow) {
  for (const std::size_t side : {0u, 1u}) add_bindings(recorder, flow, side);
  const bool identified = flow.session && flow.session->protocol();
  const Protocol* protocol = identified ? flow.session->protocol() : flow.protocol;
  std::uint32_t link = identified ? flow.session->conversation().handle : flow.link;
  const flow::Ends ends = ends_of(flow);
  int client = identified ? session_client(flow) : flow.client;
  bool client_known = (flow.client >= 0 && !flow.guessed) || (identified && flow.session->client_known());
  if (client < 0) {
    const flow::Serving serving = flow::serving_side(ends, protocol);
    client = 1 - serving.side;
    client_known = serving.known;
  }
  const auto c = static_cast<std::size_t>(client), s = 1 - c;
  if (link == kNoValue) {
    const bool ports = flow.key.transport == Transport::tcp || flow.key.transport == Transport::udp;
    link = recorder.link(
        {ends.address[c], ends.address[s], ports ? ends.port[s] : flow.key.number, flow.key.transport, flow.key.vlan});
  }
  if (link == kNoValue) return;  // no room
  LinkRow& row = recorder.row(link);
  row.protocol = preferred(row.protocol, protocol);
  row.state = std::max(row.state, state_of(flow, client));
  row.client_known = row.client_known || client_known;
  row.unseen += flow.unseen.total();
  if (flow.key.transport == Transport::tcp) ++row.connections;
  for (const std::size_t way : {0u, 1u}) {
    const flow::Side& side = flow.sides[way == 0 ? c : s];
    row.packets[way] += side.packets;
    row.bytes[way] += side.bytes;
    row.payload[way] += side.payload;
    const ChecksumTally& checksums = flow.checksums[way == 0 ? c : s];
    row.checksum_right[way] += checksums.right;
    row.checksum_wrong[way] += checksums.wrong;
    row.checksum_deferred[way] += checksums.deferred;
    row.ttl[way].merge(side.ttl());
    row.seen.merge(flow.seen(way == 0 ? c : s));
  }
}

}  // namespace kakoi::pipeline
