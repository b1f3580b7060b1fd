#include "sensor/flow/identifier.h"

#include <algorithm>
#include <bitset>

namespace kakoi::flow {
namespace {

bool registers(const Protocol& protocol, std::uint16_t port) noexcept {
  return std::find(protocol.ports.begin(), protocol.ports.end(), port) != protocol.ports.end();
}
bool receives_from_many(const Address& a) noexcept { return a.is_multicast() || a.is_broadcast(); }

// -1: the ports do not tell.
int registered_side(const Protocol& protocol, const Ends& ends) noexcept {
  const bool zero = registers(protocol, ends.port[0]), one = registers(protocol, ends.port[1]);
  return zero == one ? -1 : one ? 1 : 0;
}

struct Client {
  int side;
  bool known = true;
};

// Which side is the client if the bytes are `protocol`'s.
Client client_side(const Protocol& protocol, const Ends& ends, int side, Bytes bytes) noexcept {
  if (ends.client >= 0) {
    // Who opened is the client, unless its own port is the registered one and it speaks as a server
    // beyond doubt: a device that pushes answers from its service port.
    if (registered_side(protocol, ends) != ends.client || !protocol.speaker) return {ends.client};
    const auto [role, certain] = protocol.speaker(bytes);
    const int serving = role == Role::server ? side : 1 - side;
    return {certain && serving == ends.client ? 1 - ends.client : ends.client};
  }
  for (const int i : {0, 1}) {
    if (!receives_from_many(ends.address[static_cast<std::size_t>(i)])) continue;
    // Who was asked by a question to all may answer to all, from its service port.
    if (registered_side(protocol, ends) == 1 - i && side == 1 - i && protocol.speaker)
      if (const auto [role, certain] = protocol.speaker(bytes); certain && role == Role::server) return {i};
    return {1 - i};
  }
  const int server = protocol.speaker_first ? -1 : registered_side(protocol, ends);
  if (server >= 0) return {1 - server};
  if (protocol.speaker)
    if (const auto [role, certain] = protocol.speaker(bytes); certain) return {role == Role::client ? side : 1 - side};
  const Serving serving = serving_side(ends, &protocol);
  return {1 - serving.side, serving.known};
}

bool is_control(Bytes bytes) noexcept {
  return !bytes.empty() && bytes[0] < 0x20 && (bytes[0] < 0x08 || bytes[0] > 0x0D);
}

bool carries(const Protocol& protocol, Transport transport) noexcept {
  return transport == Transport::tcp ? protocol.over_tcp : protocol.over_udp;
}

// The ports that any protocol registers for a transport: asked for each candidate of each new conversation.
class RegisteredPorts {
 public:
  RegisteredPorts() {
    for (const Protocol* p : protocols())
      for (const Transport transport : {Transport::tcp, Transport::udp})
        if (carries(*p, transport))
          for (const std::uint16_t port : p->ports) of(transport).set(port);
  }
  bool contains(Transport transport, std::uint16_t port) const noexcept {
    return (transport == Transport::tcp ? tcp_ : udp_)[port];
  }

 private:
  using Ports = std::bitset<1 << 16>;
  Ports& of(Transport transport) noexcept { return transport == Transport::tcp ? tcp_ : udp_; }
  Ports tcp_, udp_;
};

}  // namespace

bool fills(const Protocol& protocol, Bytes datagram, Role speaker) noexcept {
  while (!datagram.empty()) {
    const Frame frame = protocol.frame(datagram, speaker);
    if (frame.kind != Frame::Kind::whole || frame.size == 0 || frame.size > datagram.size()) return false;
    datagram = datagram.subspan(frame.size);
  }
  return true;
}

Serving serving_side(const Ends& ends, const Protocol* hint) noexcept {
  for (const int i : {1, 0})
    if (receives_from_many(ends.address[static_cast<std::size_t>(i)])) return {i, true};
  if (hint)
    if (const int side = registered_side(*hint, ends); side >= 0) return {side, true};
  static const RegisteredPorts registered;
  const bool first = registered.contains(ends.transport, ends.port[0]);
  const bool second = registered.contains(ends.transport, ends.port[1]);
  if (first != second) return {second ? 1 : 0, true};
  // Clients of remote procedure calls and of rsh call from ports between the two, too (RFC 5531 §9, bindresvport).
  constexpr std::uint16_t kClientsToo = 512, kNoSystemPort = 1024;
  if (ends.port[0] != ends.port[1]) {
    const auto [low, high] = std::minmax(ends.port[0], ends.port[1]);
    return {ends.port[1] < ends.port[0] ? 1 : 0, low < kClientsToo && high >= kNoSystemPort};
  }
  return {ends.address[1] < ends.address[0] ? 1 : 0, false};
}

Identifier::Verdict Identifier::look(std::span<const Protocol* const> candidates, const Ends& ends, int side,
                                     Bytes bytes) {
  Verdict verdict;
  bool maybe = false;
  if (fits_.empty()) fits_.resize(candidates.size());
  const Protocol* weak = nullptr;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const Protocol& p = *candidates[i];
    if (!carries(p, ends.transport)) continue;
    const auto [client, client_known] = client_side(p, ends, side, bytes);
    const Role speaker = side == client ? Role::client : Role::server;
    const Frame frame = p.frame(bytes, speaker);
    const bool fitting = frame.kind == Frame::Kind::whole && (!p.probe || p.probe(bytes, speaker));
    // a probe may need the whole PDU
    // and no line of text begins with a control character, so binary bytes do not wait for one to end
    const bool unfinished = frame.kind != Frame::Kind::foreign && !fitting && frame.size > bytes.size() &&
                            frame.size <= p.max_pdu && !(p.framing == Framing::text && is_control(bytes));
    if (unfinished && ends.transport == Transport::tcp) {
      verdict.more = true;
      continue;
    }
    const bool on_port = registers(p, ends.port[static_cast<std::size_t>(1 - client)]);
    // an odd PDU on the right port proves nothing, but may be the first of a conversation: it is kept
    maybe = maybe || (on_port && frame.kind == Frame::Kind::whole);
    if (!fitting || (ends.transport == Transport::udp && !fills(p, bytes, speaker))) {
      fits_[i] = 0;
      continue;
    }
    maybe = true;
    if (p.header == Header::strong || on_port) {
      // a weak header on its port yields to nobody, a strong one is certain: the first one wins
      return {&p, client, client_known, false, false};
    }
    // two PDUs in one run are twice running, too
    unsigned fits = fits_[i] + 1u;
    if (frame.size < bytes.size()) {
      const Bytes next = bytes.subspan(frame.size);
      if (p.frame(next, speaker).kind == Frame::Kind::whole && (!p.probe || p.probe(next, speaker))) ++fits;
    }
    fits_[i] = static_cast<std::uint8_t>(std::min(fits, 2u));
    if (fits >= 2 && !weak) {
      weak = &p;
      verdict.client = client;
      verdict.client_known = client_known;
    }
  }
  if (weak) return {weak, verdict.client, verdict.client_known, false, false};
  verdict.foreign = !maybe && !verdict.more;
  return verdict;
}

}  // namespace kakoi::flow
