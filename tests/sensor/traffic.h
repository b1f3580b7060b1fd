// Building Observed by hand, as the recorder would fill it: frames, claims and conversations.
// One packet a second from 2024-01-01T00:00:00Z on, in one capture.
#pragma once

#include <string>
#include <string_view>

#include "sensor/inventory/observed.h"

namespace kakoi::test {

inline Address at(std::string_view text) { return parse_address(text).value(); }

inline Protocol make_protocol(std::string_view name, Domain domain) {
  Protocol p;
  p.name = name;
  p.domain = domain;
  return p;
}
inline const Protocol kModbus = make_protocol("modbus", Domain::ot);
inline const Protocol kDnp3 = make_protocol("dnp3", Domain::ot);
inline const Protocol kIec104 = make_protocol("iec104", Domain::ot);
inline const Protocol kHttp = make_protocol("http", Domain::it);
inline const Protocol kTls = make_protocol("tls", Domain::it);
inline const Protocol kSsh = make_protocol("ssh", Domain::shared);

struct Host {
  Address mac, ip;
  std::uint8_t ttl = 64;  // as received
};
inline Host host(std::string_view mac, std::string_view ip, std::uint8_t ttl = 64) { return {at(mac), at(ip), ttl}; }
inline Host host(std::string_view ip) { return {{}, at(ip), 64}; }  // no link layer

class Traffic {
 public:
  explicit Traffic(std::uint32_t link_type = 1) {
    CaptureInfo capture;
    capture.source = "folder/plant.pcap";
    capture.sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    capture.format = "pcap";
    capture.link_types = {link_type};
    capture.snaplen = 65535;
    observed.captures.push_back(capture);
  }

  PacketRef packet() {
    const PacketRef ref{kStart + static_cast<std::int64_t>(number_) * 1'000'000'000, 0, number_ + 1};
    ++number_;
    CaptureInfo& c = observed.captures[0];
    ++c.packets;
    c.note_time(ref.ts);
    c.bytes += 100;
    return ref;
  }
  void skip_to(std::uint64_t number) { number_ = number; }

  static Seen once(const PacketRef& ref) {
    Seen seen;
    seen.add(ref);
    return seen;
  }

  // A frame with an IP packet: MACs, bindings, and nothing above.
  PacketRef frame(const Host& from, const Host& to, std::uint32_t vlan = 0) {
    const PacketRef ref = packet();
    if (from.mac.is_none()) return ref;
    macs(from.mac, to.mac, vlan, ref);
    BindingRow& source = observed.bindings[{from.mac, from.ip, vlan}];
    source.as_source.add(ref);
    source.ttl.add(from.ttl);
    if (!to.mac.is_multicast() && !to.mac.is_broadcast())
      observed.bindings[{to.mac, to.ip, vlan}].as_destination.add(ref);
    return ref;
  }

  // One packet of a conversation, and its answer if there is one.
  LinkRow& talk(const Host& client, const Host& server, std::uint16_t port, const Protocol* protocol = nullptr,
                LinkState state = LinkState::established, std::uint32_t vlan = 0,
                Transport transport = Transport::tcp) {
    const bool answered = state == LinkState::established || state == LinkState::refused;
    const PacketRef asked = frame(client, server, vlan);
    LinkRow& row = link({client.ip, server.ip, port, transport, vlan});
    row.protocol = protocol;
    row.client_known = true;
    row.state = std::max(row.state, transport == Transport::tcp ? state : LinkState::datagram);
    row.connections += transport == Transport::tcp;
    add(row, 0, client.ttl, asked, state == LinkState::established || state == LinkState::datagram);
    if (answered) add(row, 1, server.ttl, frame(server, client, vlan), state == LinkState::established);
    return row;
  }

  PacketRef arp_request(const Host& asker, std::string_view target, std::uint32_t vlan = 0) {
    const PacketRef ref = packet();
    macs(asker.mac, at("ff:ff:ff:ff:ff:ff"), vlan, ref);
    claim(asker, BindingKind::arp_request, vlan, ref);
    observed.asked[{asker.mac, at(target), vlan}].add(ref);
    return ref;
  }
  PacketRef arp_reply(const Host& speaker, const Host& to, std::uint32_t vlan = 0) {
    const PacketRef ref = packet();
    macs(speaker.mac, to.mac, vlan, ref);
    claim(speaker, BindingKind::arp_reply, vlan, ref);
    return ref;
  }
  // `a` asks for `b`, and `b` answers.
  void arp(const Host& a, const Host& b, std::uint32_t vlan = 0) {
    arp_request(a, to_string(b.ip), vlan);
    arp_reply(b, a, vlan);
  }
  void claim(const Host& host, BindingKind kind, std::uint32_t vlan, const PacketRef& ref) {
    observed.bindings[{host.mac, host.ip, vlan}].claims[static_cast<std::size_t>(kind)].add(ref);
  }

  void identity(const Address& subject, Trait trait, std::string_view text, std::string_view method,
                std::uint8_t confidence = 80, std::uint16_t port = 0) {
    IdentityKey key;
    key.subject = subject;
    key.trait = trait;
    key.text = text;
    key.method = method;
    key.protocol = "test";
    key.confidence = confidence;
    if (port != 0) {
      key.transport = Transport::tcp;
      key.port = port;
    }
    observed.identities[key].add(packet());
  }

  LinkRow& link(const LinkKey& key) {
    for (LinkRow& row : observed.links)
      if (row.key == key) return row;
    LinkRow row;
    row.key = key;
    observed.links.push_back(row);
    return observed.links.back();
  }

  Observed observed;

 private:
  static constexpr std::int64_t kStart = 1'704'067'200'000'000'000;

  void macs(const Address& from, const Address& to, std::uint32_t vlan, const PacketRef& ref) {
    MacRow& source = observed.macs[{from, vlan}];
    ++source.frames_sent;
    source.seen.add(ref);
    MacRow& destination = observed.macs[{to, vlan}];
    ++destination.frames_received;
    destination.seen.add(ref);
  }
  static void add(LinkRow& row, std::size_t side, std::uint8_t ttl, const PacketRef& ref, bool has_payload) {
    ++row.packets[side];
    row.bytes[side] += 100;
    if (has_payload) row.payload[side] += 12;
    row.ttl[side].add(ttl);
    row.seen.add(ref);
  }

  std::uint64_t number_ = 0;
};

}  // namespace kakoi::test
