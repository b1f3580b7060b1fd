// SNMPv1 (RFC 1157), v2c (RFC 1901, RFC 3416) and v3 (RFC 3412) over UDP (RFC 3417).
// Not here: SNMP over TCP, DTLS or Ethernet, v2u/v2*, agent-addr of traps, objects beyond the
// system group; of v3 nothing but the operation, where it is not encrypted.
//
//   30 len | 02 version | 04 community | A0…A8 len | 02 request-id | 02 error-status | 02 error-index |
//   30 len ( 30 len ( 06 OID | value ) … )
#include "dissectors/snmp/snmp.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "dissectors/snmp/ber.h"
#include "dissectors/snmp/enterprise.h"

namespace kakoi::snmp {

namespace {

constexpr std::uint16_t kPorts[] = {161, 162};
constexpr std::size_t kMaxPdu = 65535;  // bytes; a datagram

enum Type : std::uint8_t { get, get_next, response, set, trap_v1, get_bulk, inform, trap_v2, report };
constexpr std::uint8_t kPduTag = 0xA0;  // context class, constructed
constexpr std::uint64_t kV1 = 0, kV2c = 1, kV3 = 3;

struct Message {
  std::uint64_t version = kV1;
  Bytes community;
  Tlv pdu;       // tag 0 in v3 where it is encrypted or cut
  Bytes engine;  // v3
};

// RFC 3412 §6: header, security parameters, then a scoped PDU in clear or as an OCTET STRING.
std::optional<Message> parse_v3(Bytes body) noexcept {
  auto header = take(body, kSequence);
  if (!header) return {};
  const auto id = take_unsigned(*header);
  const auto max_size = take_unsigned(*header);
  const auto flags = take(*header, kOctetString);
  const auto model = take_unsigned(*header);
  if (!id || !max_size || !flags || flags->size() != 1 || !model || !header->empty()) return {};
  const auto security = take(body, kOctetString);
  const auto data = security ? next_tlv(body) : std::nullopt;
  if (!data || !body.empty() || (data->tag != kOctetString && data->tag != kSequence)) return {};

  Message message{kV3, {}, {}, {}};
  Bytes parameters = *security;  // RFC 3414 §2.4: the authoritative engine's id comes first
  if (auto fields = take(parameters, kSequence)) message.engine = take(*fields, kOctetString).value_or(Bytes{});
  Bytes scoped = data->value;
  if (data->tag == kSequence && take(scoped, kOctetString) && take(scoped, kOctetString))
    message.pdu = next_tlv(scoped).value_or(Tlv{});
  return message;
}

// The lengths must nest exactly; a capture that cut the datagram shows in values alone.
std::optional<Message> parse(Bytes datagram) noexcept {
  const std::size_t size = datagram.size();
  const auto outer = next_tlv(datagram);
  if (!outer || outer->tag != kSequence || !datagram.empty()) return {};
  Bytes body = outer->value;
  const auto version = take_unsigned(body);
  if (!version) return {};
  if (*version == kV3) return outer->complete() ? parse_v3(body) : std::nullopt;
  if (*version != kV1 && *version != kV2c) return {};
  const auto community = take(body, kOctetString);
  if (!community) return {};
  const auto pdu = next_tlv(body);
  if (!pdu || pdu->tag < kPduTag || pdu->tag > kPduTag + report || !body.empty()) return {};
  const std::size_t value_at = size - pdu->value.size();
  const std::size_t outer_end = size - outer->value.size() + outer->length;
  if (value_at + pdu->length != outer_end) return {};
  return Message{*version, *community, *pdu, {}};
}

Frame frame(Bytes bytes, Role) { return parse(bytes) ? Frame::whole(bytes.size()) : Frame::foreign(); }

Protocol::Speaker speaker(Bytes pdu) {
  const auto message = parse(pdu);
  if (!message || message->pdu.tag < kPduTag || message->pdu.tag > kPduTag + report) return {Role::client, false};
  const int type = message->pdu.tag - kPduTag;
  return {type == response || type == report ? Role::server : Role::client, true};
}

constexpr std::array<std::string_view, 9> kNames = {"GetRequest",    "GetNextRequest", "Response",
                                                    "SetRequest",    "Trap",           "GetBulkRequest",
                                                    "InformRequest", "SNMPv2-Trap",    "Report"};

std::string_view function_name(std::uint32_t code) { return code < kNames.size() ? kNames[code] : std::string_view{}; }

OperationClass class_of(unsigned type) noexcept {
  switch (type) {
    case get:
    case get_next:
    case get_bulk:
      return OperationClass::read;
    case set:
      return OperationClass::write;
    default:
      return OperationClass::report;
  }
}

// "1.3.6.1.4.1.9.1.516"; stops where `out` is full.
std::string_view dotted(Bytes oid, std::array<char, 128>& out) noexcept {
  char* at = out.data();
  char* const end = out.data() + out.size();
  std::uint64_t arc = 0;
  bool first = true;
  const auto put = [&](std::uint64_t value) {
    if (at != out.data() && at < end) *at++ = '.';
    const auto done = std::to_chars(at, end, value);
    if (done.ec == std::errc{}) at = done.ptr;
  };
  for (const std::uint8_t b : oid) {
    arc = arc << 7 | (b & 0x7Fu);
    if ((b & 0x80) != 0) continue;
    if (first) {  // X.690 §8.19.4: 40·X + Y, with X of 0, 1 or 2
      const std::uint64_t x = std::min<std::uint64_t>(arc / 40, 2);
      put(x);
      arc -= 40 * x;
      first = false;
    }
    if (end - at < 22) break;  // a blank for the longest arc
    put(arc);
    arc = 0;
  }
  return {out.data(), static_cast<std::size_t>(at - out.data())};
}

// The scalars of the system group (RFC 3418 §2) end in their instance 0.
void state_object(Bytes oid, const Tlv& value, const Emit& emit) {
  constexpr std::array<std::uint8_t, 6> kSystem = {0x2B, 6, 1, 2, 1, 1};  // 1.3.6.1.2.1.1
  if (oid.size() != 8 || oid[7] != 0 || !std::equal(kSystem.begin(), kSystem.end(), oid.begin())) return;
  if (value.value.empty()) return;
  const std::string_view text = as_text(value.value);
  std::array<char, 128> buffer;
  if (value.tag == kOid && oid[6] == 2) {
    emit(Identity{Trait::description, dotted(value.value, buffer), "snmp sysObjectID", 60, {}});
    if (const std::string_view maker = maker_of(value.value); !maker.empty())
      emit(Identity{Trait::vendor, maker, "snmp sysObjectID", 75, {}});
  }
  if (value.tag != kOctetString) return;
  switch (oid[6]) {
    case 1:
      return emit(Identity{Trait::description, text, "snmp sysDescr", 90, {}});
    case 5:
      return emit(Identity{Trait::name, text, "snmp sysName", 90, {}});
    case 6:
      return emit(Identity{Trait::location, text, "snmp sysLocation", 90, {}});
    default:
      return;
  }
}

class Snmp final : public Dissector {
 public:
  Interest on_pdu(const Pdu& datagram, const Emit& emit) override {
    const auto message = parse(datagram.bytes);
    if (message && !message->engine.empty()) state_engine(message->engine, emit);
    if (!message || message->pdu.tag < kPduTag || message->pdu.tag > kPduTag + report) return Interest::more;
    const unsigned type = message->pdu.tag - kPduTag;
    Bytes fields = message->pdu.value;
    std::uint64_t error = 0;
    bool readable = type != trap_v1;
    if (readable) {
      const auto request_id = take(fields, kInteger);  // may be negative
      const auto status = take_unsigned(fields);       // GetBulk: non-repeaters
      const auto index = take_unsigned(fields);
      readable = request_id && status && index;
      if (type == response && readable) error = *status;
    }
    emit(Operation{
        .cls = class_of(type), .function_code = type, .outcome = error != 0 ? Outcome::refused : Outcome::none});
    if (message->version != kV3) state_community(*message, type, error, emit);
    // The answer to an inform repeats the objects of the other side (RFC 3416 §4.2.7).
    const bool of_trap_receiver = emit.context().conversation->server_port == 162;
    if (type == response && readable && error == 0 && !of_trap_receiver) state_objects(fields, emit);
    return Interest::more;
  }

 private:
  // RFC 3411 §5, SnmpEngineID: the maker's enterprise number with the first bit set, then what it likes. Of answers:
  // the agent's own, one and the same from all its addresses.
  void state_engine(Bytes engine, const Emit& emit) {
    if (emit.context().speaker != Role::server || emit.context().conversation->server_port == 162) return;
    if (engine.size() < 5 || engine.size() > 32 || (engine[0] & 0x80) == 0 || std::exchange(engine_stated_, true))
      return;
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<char, 64> text;
    std::size_t size = 0;
    for (const std::uint8_t b : engine) {
      text[size++] = kDigits[b >> 4];
      text[size++] = kDigits[b & 15];
    }
    emit(Identity{Trait::fingerprint, {text.data(), size}, "snmp engine id", 70, {}});
    const std::string_view maker = maker_of(ByteReader(engine).be32() & 0x7FFF'FFFF);
    if (!maker.empty()) emit(Identity{Trait::vendor, maker, "snmp engine id", 65, {}});
  }

  static void state_community(const Message& message, unsigned type, std::uint64_t error, const Emit& emit) {
    constexpr std::uint64_t kAuthorizationError = 16;  // RFC 3416 §3
    if (type == report || (type == response && error == kAuthorizationError)) return;
    // What the client of the link sends as a response asks nothing.
    if (type == response && emit.context().speaker == Role::client) return;
    emit(Credential{message.version == kV1 ? "snmp-v1" : "snmp-v2c",
                    {},
                    as_text(message.community),
                    type == response ? CredentialOutcome::accepted : CredentialOutcome::attempted});
  }

  static void state_objects(Bytes fields, const Emit& emit) {
    const auto list = next_tlv(fields);
    if (!list || list->tag != kSequence) return;
    Bytes bindings = list->value;
    while (!bindings.empty()) {
      const auto binding = next_tlv(bindings);
      if (!binding || binding->tag != kSequence) return;
      Bytes pair = binding->value;
      const auto oid = take(pair, kOid);
      const auto value = oid ? next_tlv(pair) : std::nullopt;
      if (value && value->complete()) state_object(*oid, *value, emit);
    }
  }

  bool engine_stated_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Snmp>(); }

}  // namespace

constinit const Protocol protocol = {
    .name = "snmp",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMaxPdu,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::snmp
