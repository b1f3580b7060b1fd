// What the sensor remembers of the traffic: the tables that the packet path fills, before anybody
// asks which device is which. Each row is an aggregate that can be merged in any order (sums,
// minima, maxima, sets), so that shards, threads and the order of files do not show.
//
// Times and packets are cited by PacketRef; texts are valid UTF-8 (made so on intake).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "dissectors/core/dissector.h"
#include "sensor/capture/capture_info.h"
#include "sensor/flow/seen.h"
#include "sensor/inventory/point_set.h"

namespace kakoi {

// Weakest to strongest; the strongest of a link's connections is the link's.
// datagram: not TCP. one_way: TCP data or ACKs of one side alone. attempted: SYN without answer.
// refused: RST to a SYN, or ICMP unreachable. established: handshake complete, or ACKed traffic of
// both sides.
enum class LinkState : std::uint8_t { datagram, one_way, attempted, refused, established };
std::string_view to_string(LinkState value) noexcept;

// Client → server, aggregated over client ports. Index 0 of the arrays: client to server.
struct LinkKey {
  Address client, server;         // IP, or MAC where Transport::ethernet
  std::uint16_t server_port = 0;  // TCP, UDP: port; ip: protocol number; ethernet: EtherType (LLC: DSAP); icmp: 0
  Transport transport = Transport::tcp;
  std::uint32_t vlan = 0;
  auto operator<=>(const LinkKey&) const = default;
};
inline LinkKey link_key(const Conversation& c) noexcept {
  return {c.client, c.server, c.server_port, c.transport, c.vlan};
}
struct LinkKeyHash {
  std::size_t operator()(const LinkKey& k) const noexcept {
    std::uint64_t h = mix(mix(mix(mix(0x13198A2E03707344ull, k.client.hi), k.client.lo), k.server.hi), k.server.lo);
    return mix(
        h, std::uint64_t{k.vlan} << 32 | std::uint64_t{k.server_port} << 8 | static_cast<std::uint64_t>(k.transport));
  }
};
// Of two protocols recognised on one port (either may be null): the same one must win in whatever
// order they are met, and the control protocol matters more; else the first by name.
const Protocol* preferred(const Protocol* a, const Protocol* b) noexcept;

struct LinkRow {
  LinkKey key;
  const Protocol* protocol = nullptr;  // by content; null: not recognised, or denied
  const Protocol* answered = nullptr;  // the one that the server was heard to speak
  bool denied = false;                 // the server said something else to what the client spoke
  LinkState state = LinkState::datagram;
  bool client_known = false;      // of a conversation at least; else the order of ports or addresses decided
  std::uint64_t connections = 0;  // TCP: connections seen to open, or found open; else 0
  std::array<std::uint64_t, 2> packets{}, bytes{},
      payload{};  // bytes: on the wire, with link header; payload: above TCP or UDP
  std::array<TtlRange, 2> ttl{};
  std::uint64_t retransmissions = 0, gaps = 0;
  // Packets whose checksums were looked at, by side; deferred: not filled in yet when they were captured.
  std::array<std::uint64_t, 2> checksum_right{}, checksum_wrong{}, checksum_deferred{};
  std::uint64_t unseen = 0;  // TCP: bytes that must have been sent, for they were acknowledged or passed over
  Seen seen;
};

struct alignas(64) OperationRow {  // two cache lines
  std::uint32_t link = 0;          // index into Observed::links
  const Protocol* protocol = nullptr;
  Operation key;  // without `outcome` and `is_message`
  std::uint64_t from_client = 0, from_server = 0, accepted = 0, refused = 0, unanswered = 0;
  Seen seen;
};

// Points of one kind, accessed in one way. Texts of the key are static.
struct PointKey {
  LinkKey link;
  std::string_view protocol, kind;
  OperationClass access = OperationClass::read;
  std::uint32_t unit = kNoValue, peer_unit = kNoValue;
  auto operator<=>(const PointKey&) const = default;
};
struct PointRow {
  PacketRef first;  // that touched any of them
  PointSet points;
  void merge(const PointRow& o) {
    if (o.first < first) first = o.first;
    points.merge(o.points);
  }
};

// One ControlAction; its texts but `value` are static. Ordered by time.
struct ActionRow {
  PacketRef asked, answered;
  std::string_view protocol, point_kind, step, status;
  OperationClass cls = OperationClass::control;
  Role actor = Role::client;
  std::uint32_t function_code = 0, unit = kNoValue, peer_unit = kNoValue, point = kNoValue, points = 1;
  Outcome outcome = Outcome::none;
  std::string value;
  auto operator<=>(const ActionRow&) const = default;
};
// Those of a link: the earliest are listed, all are counted.
struct ActionLog {
  static constexpr std::size_t kListed = 32;
  std::uint64_t total = 0;
  std::vector<ActionRow> rows;
  // Would an action asked in that packet be listed?
  bool takes(const PacketRef& asked) const noexcept { return latest.number() == 0 || asked <= latest; }
  void add(ActionRow&& row);
  void merge(ActionLog&& other);
  void trim();  // sorts, and keeps the earliest kListed

 private:
  PacketRef latest;  // of the last one listed, once there are kListed
};

// A MAC on a VLAN.
struct MacKey {
  Address mac;
  std::uint32_t vlan = 0;
  auto operator<=>(const MacKey&) const = default;
};
struct MacRow {
  std::uint64_t frames_sent = 0, frames_received = 0;
  Seen seen;
  void merge(const MacRow& o) noexcept {
    frames_sent += o.frames_sent;
    frames_received += o.frames_received;
    seen.merge(o.seen);
  }
};

// A MAC and an IP in one frame, or in one claim.
struct BindingKey {
  Address mac, ip;
  std::uint32_t vlan = 0;
  auto operator<=>(const BindingKey&) const = default;
};
struct BindingRow {
  Seen as_source;                // frames from the MAC with that source IP straight above
  Seen as_destination;           // frames to the MAC with that destination IP (unicast)
  std::array<Seen, 5> claims{};  // by BindingKind: who says so
  TtlRange ttl;                  // of as_source frames
  std::uint64_t prefixes = 0;    // lengths of the subnet masks that the MAC says it has; a bit each
  void merge(const BindingRow& o) noexcept {
    as_source.merge(o.as_source);
    as_destination.merge(o.as_destination);
    for (std::size_t i = 0; i < claims.size(); ++i) claims[i].merge(o.claims[i]);
    ttl.merge(o.ttl);
    prefixes |= o.prefixes;
  }
};

// An IP in packets inside of a tunnel that carries IP alone: the end of the tunnel behind which it is, and the other end.
struct TunnelledKey {
  Address inner, near, far;
  std::uint32_t vlan = 0;
  auto operator<=>(const TunnelledKey&) const = default;
};
struct TunnelledRow {
  Seen sent, received;
  TtlRange ttl;  // of what it sent
  void merge(const TunnelledRow& o) noexcept {
    sent.merge(o.sent);
    received.merge(o.received);
    ttl.merge(o.ttl);
  }
};

// Somebody asked who has an address (ARP request, neighbour solicitation).
struct AskedKey {
  Address asker_mac, target;
  std::uint32_t vlan = 0;
  auto operator<=>(const AskedKey&) const = default;
};

// A switch names a VLAN of the port that its frame left by.
struct NamedVlanKey {
  Address speaker;  // MAC
  std::uint32_t vlan = 0;
  std::string_view protocol;
  auto operator<=>(const NamedVlanKey&) const = default;
};

struct IdentityKey {
  Address subject;  // IP or MAC
  std::uint32_t vlan = 0;
  Trait trait = Trait::name;
  std::string text, method;
  std::string protocol;
  std::uint8_t confidence = 0;
  Transport transport = Transport::ethernet;  // with `port`: Trait::software speaks on it
  std::uint16_t port = 0;                     // the subject's own server port, 0 if it spoke as client
  auto operator<=>(const IdentityKey&) const = default;
};

struct LookupKey {
  LinkKey link;
  std::string name;
  std::uint16_t type = 0;
  auto operator<=>(const LookupKey&) const = default;
};
inline constexpr std::size_t kMostAddresses = 64;  // of a name; the lowest stay, so that no order shows
struct LookupRow {
  Seen asked, answered, no_such_name, failed;
  std::set<Address> addresses;  // of the answers, bounded
};

struct CredentialKey {
  LinkKey link;
  std::string protocol, scheme, user;  // user: as seen (a name is not the secret)
  std::string mask, fingerprint;       // see sensor/inventory/secret.h
  Role sender = Role::client;
  auto operator<=>(const CredentialKey&) const = default;
};
struct CredentialRow {
  Seen attempted, rejected, accepted;
};

struct SessionKey {
  LinkKey link;
  std::uint16_t version = 0, offered = 0, cipher = 0;
  std::string server_name, alpn;
  std::string subject, issuer, fingerprint;    // of the leaf certificate; fingerprint: SHA-256, hex
  std::int64_t not_before = 0, not_after = 0;  // seconds since the epoch, 0: none seen
  bool self_signed = false;
  bool relayed = false;  // through the server, a proxy, with another host
  auto operator<=>(const SessionKey&) const = default;
};

struct LeaseKey {
  Address client_mac, client, server;
  std::vector<Address> routers, resolvers;
  std::uint8_t prefix_length = 0;
  std::string domain;
  bool granted = false;
  std::uint32_t vlan = 0;
  auto operator<=>(const LeaseKey&) const = default;
};

struct RouteKey {
  RouteKind kind = RouteKind::dhcp_router;
  Address speaker, speaker_mac, gateway, destination;
  std::string detail;
  std::uint32_t vlan = 0;
  auto operator<=>(const RouteKey&) const = default;
};

struct AnomalyKey {
  LinkKey link;
  std::string protocol;  // "tcp", "ip" for what the sensor itself found
  Fault fault = Fault::truncated;
  auto operator<=>(const AnomalyKey&) const = default;
};

struct OpenAccessKey {
  LinkKey link;
  std::string scheme;
  auto operator<=>(const OpenAccessKey&) const = default;
};

// All that was seen, in tables. One per shard; merge() makes one of several.
struct Observed {
  std::vector<CaptureInfo> captures;
  std::vector<LinkRow> links;
  std::vector<OperationRow> operations;
  std::map<MacKey, MacRow> macs;
  std::map<BindingKey, BindingRow> bindings;
  std::map<TunnelledKey, TunnelledRow> tunnelled;
  std::map<AskedKey, Seen> asked;
  std::map<NamedVlanKey, Seen> named_vlans;
  std::map<IdentityKey, Seen> identities;
  std::map<LookupKey, LookupRow> lookups;
  std::map<CredentialKey, CredentialRow> credentials;
  std::map<SessionKey, Seen> sessions;
  std::map<SessionKey, Seen> hellos;  // ServerHellos of sessions, where they are in packets of their own
  std::map<LeaseKey, Seen> leases;
  std::map<RouteKey, Seen> routes;
  std::map<AnomalyKey, Seen> anomalies;
  std::map<OpenAccessKey, Seen> open_accesses;
  std::map<PointKey, PointRow> points;
  std::map<LinkKey, ActionLog> actions;
  std::map<LinkKey, Seen> unreachable;  // ICMP told that it did not arrive; settle() marks the links
  std::uint64_t flows_evicted = 0;      // conversations ended early for want of memory: the longest idle ones
  std::uint64_t waiting_released = 0;   // times that a conversation's unfinished messages were given up, for the same
  std::uint64_t facts_dropped = 0;      // rows refused because a table was full

  // Adds `other`'s rows to these. Captures are not merged: shards of one run share them.
  // Links of the same key become one; operations follow their links.
  void merge(Observed&& other);
  // After the last merge: links that only ICMP refused become refused, those whose server denied the client's
  // protocol take the one that it answered in (decision 6), and data connections go with who agreed on them.
  void settle();
  // Sorts links (and operations with them) by content, so that output does not depend on arrival.
  void sort();
};

}  // namespace kakoi
