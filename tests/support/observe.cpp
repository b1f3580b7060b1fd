#include "tests/support/observe.h"

#include <array>
#include <cctype>
#include <stdexcept>

namespace kakoi::test {

std::vector<std::uint8_t> hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  int high = -1;
  bool comment = false;
  for (const char c : text) {
    if (c == '#') comment = true;
    if (c == '\n') comment = false;
    if (comment || std::isspace(static_cast<unsigned char>(c))) continue;
    if (!std::isxdigit(static_cast<unsigned char>(c))) throw std::invalid_argument("not hex: " + std::string(text));
    const int digit = c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high << 4 | digit));
      high = -1;
    }
  }
  if (high >= 0) throw std::invalid_argument("odd number of hex digits: " + std::string(text));
  return bytes;
}
std::vector<std::uint8_t> ascii(std::string_view text) { return {text.begin(), text.end()}; }
Chunk client(std::string_view spaced_hex) { return {Role::client, hex(spaced_hex)}; }
Chunk server(std::string_view spaced_hex) { return {Role::server, hex(spaced_hex)}; }
Chunk client_text(std::string_view text) { return {Role::client, ascii(text)}; }
Chunk server_text(std::string_view text) { return {Role::server, ascii(text)}; }

Frame::Kind kind_of(const Protocol& protocol, std::string_view spaced_hex) {
  return protocol.frame(hex(spaced_hex), Role::client).kind;
}

std::string_view Recorder::keep(std::string_view text) { return texts_.emplace_back(text); }
std::span<const Address> Recorder::keep(std::span<const Address> addresses) {
  return addresses_.emplace_back(addresses.begin(), addresses.end());
}
Bytes Recorder::keep(Bytes bytes) {
  const std::string_view kept = keep(as_text(bytes));
  return {reinterpret_cast<const std::uint8_t*>(kept.data()), kept.size()};
}

void Recorder::on_observation(const Context& context, const Observation& fact) {
  Observation copy = fact;
  if (auto* f = std::get_if<Identity>(&copy)) f->text = keep(f->text);
  if (auto* f = std::get_if<ControlAction>(&copy)) f->value = keep(f->value);
  if (auto* f = std::get_if<NameLookup>(&copy)) f->name = keep(f->name), f->addresses = keep(f->addresses);
  if (auto* f = std::get_if<Credential>(&copy)) f->user = keep(f->user), f->secret = keep(f->secret);
  if (auto* f = std::get_if<SecureSession>(&copy))
    f->server_name = keep(f->server_name), f->alpn = keep(f->alpn), f->certificate = keep(f->certificate);
  if (auto* f = std::get_if<Lease>(&copy)) {
    f->routers = keep(f->routers), f->resolvers = keep(f->resolvers), f->host_name = keep(f->host_name);
    f->vendor_class = keep(f->vendor_class), f->domain = keep(f->domain);
  }
  stated.push_back({context.speaker, copy});
}

std::string Recorder::identity(Trait trait) const {
  for (const Identity& i : all<Identity>())
    if (i.trait == trait) return std::string(i.text);
  return {};
}

Recorder observe(const Protocol& protocol, const std::vector<Chunk>& chunks, Transport transport,
                 const Address& server) {
  Recorder recorder;
  Conversation conversation;
  conversation.client = Address::ipv4(0xC0000201);
  conversation.server = server;
  conversation.client_port = 49152;
  conversation.server_port = protocol.ports.empty() ? 0 : protocol.ports[0];
  conversation.transport = transport;
  const auto dissector = protocol.open();
  std::array<std::vector<std::uint8_t>, 2> pending;
  Context context{&protocol, &conversation, {}, Role::client, {}};
  const Emit emit{context, recorder};
  std::uint32_t number = 0;
  for (const Chunk& chunk : chunks) {
    ++number;
    context.packet = {1'000'000'000 + static_cast<std::int64_t>(number) * 1'000'000, 0, number};
    context.speaker = chunk.speaker;
    auto& buffer = pending[static_cast<std::size_t>(chunk.speaker)];
    if (transport == Transport::udp) buffer.clear();
    buffer.insert(buffer.end(), chunk.bytes.begin(), chunk.bytes.end());
    std::size_t at = 0;
    while (at < buffer.size()) {
      const Bytes head = Bytes(buffer).subspan(at);
      const Frame frame = protocol.frame(head, chunk.speaker);
      if (frame.kind == Frame::Kind::foreign) {
        dissector->on_gap(chunk.speaker);
        at = buffer.size();
      } else if (frame.kind == Frame::Kind::more || frame.size > head.size()) {
        break;
      } else {
        dissector->on_pdu({chunk.speaker, head.first(std::min(frame.size, protocol.max_pdu)), frame.size}, emit);
        at += frame.size;
      }
    }
    buffer.erase(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(at));
  }
  dissector->on_end(emit);
  return recorder;
}

}  // namespace kakoi::test
