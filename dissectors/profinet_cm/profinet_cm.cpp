// PROFINET IO context management. RPC's numbers are in the sender's byte order (octet 4), PROFINET's blocks big-endian.
//
//   04 | type | flags ×2 | byte order ×3 | serial | object ×16 | interface ×16 | activity ×16 | boot ×4 | version ×4 |
//   sequence ×4 | operation ×2 | hints ×4 | length ×2 | fragment ×2 | authentication | serial
//   request  most ×4 | length ×4 | most ×4 | 0 ×4 | length ×4 | blocks         answer  status ×4 | the same | blocks
//   block    type ×2 | length ×2 | version ×2 | …
#include "dissectors/profinet_cm/profinet_cm.h"

#include <algorithm>
#include <array>
#include <optional>

#include "dissectors/core/text.h"

namespace kakoi::profinet_cm {

namespace {

constexpr std::size_t kHeader = 80, kArguments = 20;
enum Type : std::uint8_t { request = 0, response = 2, fault = 3, reject = 6, last = 10 };
enum Operations : std::uint16_t { connect = 0, release = 1, read = 2, write = 3, control = 4, read_implicit = 5 };
enum Interface : std::uint8_t { device = 1, controller = 2, supervisor = 3, parameter_server = 4 };

// DEA0000x-6C97-11D1-8271-00A02442DF7D; the first three groups are in the sender's byte order.
constexpr std::array<std::uint8_t, 7> kGroupsBig = {0x6C, 0x97, 0x11, 0xD1, 0x82, 0x71, 0x00};
constexpr std::array<std::uint8_t, 7> kGroupsLittle = {0x97, 0x6C, 0xD1, 0x11, 0x82, 0x71, 0x00};
constexpr std::array<std::uint8_t, 5> kNode = {0xA0, 0x24, 0x42, 0xDF, 0x7D};

struct Header {
  std::uint8_t type = 0;
  bool little = false;
  std::uint8_t interface = 0;
  std::uint16_t operation = 0, length = 0, fragment = 0;
  Bytes body;  // may be cut
  std::uint32_t number(ByteReader& r) const noexcept { return little ? r.le32() : r.be32(); }
};

std::optional<Header> parse(Bytes b) noexcept {
  if (b.size() < kHeader) return {};
  Header h;
  h.type = b[1];
  h.little = b[4] == 0x10;
  const Bytes uuid = b.subspan(24, 16);
  const std::uint8_t number = h.little ? uuid[0] : uuid[3];
  const bool is_profinet = h.little ? uuid[1] == 0 && uuid[2] == 0xA0 && uuid[3] == 0xDE
                                    : uuid[0] == 0xDE && uuid[1] == 0xA0 && uuid[2] == 0;
  const auto& groups = h.little ? kGroupsLittle : kGroupsBig;
  if (b[0] != 4 || h.type > Type::last || (b[4] != 0 && b[4] != 0x10) || b[5] != 0 || b[6] != 0 || !is_profinet ||
      number < Interface::device || number > Interface::parameter_server ||
      !std::equal(groups.begin(), groups.end(), uuid.begin() + 4) ||
      !std::equal(kNode.begin(), kNode.end(), uuid.begin() + 11))
    return {};
  h.interface = number;
  ByteReader r{b.subspan(68)};
  const auto be = [&](std::uint16_t n) { return h.little ? static_cast<std::uint16_t>(n >> 8 | n << 8) : n; };
  h.operation = be(r.be16());
  r.skip(4);
  h.length = be(r.be16());
  h.fragment = be(r.be16());
  h.body = b.subspan(kHeader, std::min<std::size_t>(h.length, b.size() - kHeader));
  return h;
}

// One datagram is one PDU; nothing follows what the header counts.
Frame frame(Bytes b, Role) {
  const auto h = parse(b);
  return h && kHeader + h->length <= b.size() ? Frame::whole(b.size()) : Frame::foreign();
}

Protocol::Speaker speaker(Bytes b) {
  const auto h = parse(b);
  const bool asks = h && h->type == Type::request;
  // A device tells its controller that it is ready: it remains the one that serves.
  return {h && asks == (h->interface != Interface::controller) ? Role::client : Role::server, h.has_value()};
}

constexpr std::uint32_t kToController = 0x10;  // function codes: operations asked of a controller

std::string_view function_name(std::uint32_t code) {
  constexpr std::string_view kNames[] = {"Connect", "Release", "Read", "Write", "Control", "Read Implicit"};
  if (code == (kToController | Operations::control)) return "Control, application ready";
  return code < std::size(kNames) ? kNames[code] : std::string_view{};
}

OperationClass class_of(std::uint16_t operation) noexcept {
  switch (operation) {
    case Operations::connect:
    case Operations::release:
    case Operations::write:  // a controller parameterises each device when it connects: part of doing so
    case Operations::control:
      return OperationClass::session;
    case Operations::read:
    case Operations::read_implicit:
      return OperationClass::read;
    default:
      return OperationClass::other;
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto h = parse(pdu.bytes);
    if (!h) return Interest::more;
    const bool refused = h->type == Type::fault || h->type == Type::reject;
    if (h->type != Type::request && h->type != Type::response && !refused) return Interest::more;  // ping, ack …
    if (h->fragment != 0) return Interest::more;
    ByteReader r{h->body};
    const std::uint32_t status = h->number(r);  // of an answer: the PNIO status
    Outcome outcome = Outcome::none;
    if (h->type == Type::response && r.ok()) outcome = status == 0 ? Outcome::accepted : Outcome::refused;
    if (refused) outcome = Outcome::refused;
    const bool asked_by_device = h->interface == Interface::controller;
    emit(Operation{
        .cls = class_of(h->operation),
        .function_code = h->operation | (asked_by_device ? kToController : 0),
        .outcome = outcome,
        // Which of the two ends is the client is not the same in both conversations of an exchange: what a device
        // asks is answered from another port.
        .actor = h->type == Type::request ? emit.context().speaker : other(emit.context().speaker)});
    if (h->operation == Operations::connect && h->type == Type::request && h->interface == Interface::device)
      state_initiator(h->body, emit);
    // "End of parameters" comes from whom the relation belongs to: one who parameterises the device and then runs it.
    if (h->operation == Operations::control && h->type == Type::request && h->interface == Interface::device)
      emit(Identity{Trait::role, "plc", "profinet control", 55, {}});
    return Interest::more;
  }

 private:
  // ARBlockReq, the first block: who opens the relation. 5.2.5: type, its UUID, session key, MAC, object, properties,
  // timeout, port, length of the name, name.
  static void state_initiator(Bytes body, const Emit& emit) {
    constexpr std::uint16_t kArBlockReq = 0x0101, kSupervisor = 6;
    constexpr std::size_t kLongestName = 240;
    ByteReader r{body};
    r.skip(kArguments);
    const std::uint16_t block = r.be16();
    r.skip(4);
    const std::uint16_t relation = r.be16();
    r.skip(16 + 2 + 6 + 16 + 4 + 2 + 2);
    const std::uint16_t size = r.be16();
    const std::string_view name = as_text(r.take(size));
    if (!r.ok() || block != kArBlockReq || size == 0 || size > kLongestName) return;
    if (!std::all_of(name.begin(), name.end(), text::is_printable)) return;
    constexpr std::string_view kMethod = "profinet connect";
    emit(Identity{Trait::name, name, kMethod, 85, {}});
    emit(Identity{Trait::role, relation == kSupervisor ? "engineering_station" : "plc", kMethod, 70, {}});
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {34964};

}  // namespace

constinit const Protocol protocol{
    .name = "profinet_cm",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = kakoi::Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::profinet_cm
