//   frame       06 | 10 | service ×2 | length ×2 | …                       length: of the whole frame
//   HPAI        08 | protocol | address ×4 | port ×2
//   connection  04 | channel | sequence | status, or 00                      before cEMI, and as acknowledgement
//   DIB         length | type | …
#include "dissectors/knxnet_ip/knxnet_ip.h"

#include <algorithm>

#include "dissectors/core/open_commands.h"
#include "dissectors/knxnet_ip/cemi.h"
#include "dissectors/knxnet_ip/service.h"

namespace kakoi::knxnet_ip {

namespace {

constexpr std::size_t kHeader = 6, kHpai = 8, kConnection = 4, kMostSize = 2048;

std::uint16_t service_of(Bytes frame) noexcept { return static_cast<std::uint16_t>(frame[2] << 8 | frame[3]); }

bool is_service(std::uint16_t service) noexcept { return find_function(request_of(service)) != nullptr; }

Frame frame(Bytes bytes, Role) {
  constexpr std::uint8_t kVersion = 0x10;
  if (!bytes.empty() && bytes[0] != kHeader) return Frame::foreign();
  if (bytes.size() > 1 && bytes[1] != kVersion) return Frame::foreign();
  if (bytes.size() < kHeader) return Frame::more(kHeader);
  const std::size_t length = static_cast<std::size_t>(bytes[4] << 8 | bytes[5]);
  if (!is_service(service_of(bytes)) || length < kHeader || length > kMostSize) return Frame::foreign();
  return Frame::whole(length);
}

bool is_hpai(Bytes bytes) noexcept {
  return bytes.size() >= kHpai && bytes[0] == kHpai && (bytes[1] == 1 || bytes[1] == 2);  // UDP, TCP
}
bool is_connection(Bytes bytes) noexcept { return bytes.size() >= kConnection && bytes[0] == kConnection; }

// Does the content fit the service? ISO 22510, clauses 5 to 8.
bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const Bytes body = bytes.subspan(kHeader, whole.size - kHeader);
  constexpr std::size_t kWrapper = 32, kPublicKey = 32;  // session, sequence, serial, tag, code; a curve's point
  switch (service_of(bytes)) {
    case search_request:
    case description_request:
      return body.size() == kHpai && is_hpai(body);
    case search_request_extended:
    case connect_request:
    case search_response:
    case search_response_extended:
      return is_hpai(body);
    case description_response:
      return body.size() >= 4 && body[0] >= 2 && body[0] <= body.size();
    case connect_response:
      return body.size() == 2 || (body.size() >= 2 + kHpai && is_hpai(body.subspan(2)));
    case connectionstate_request:
    case disconnect_request:
      return body.size() == 2 + kHpai && is_hpai(body.subspan(2));
    case connectionstate_response:
    case disconnect_response:
      return body.size() == 2;
    case device_configuration_request:
    case tunnelling_request:
      return is_connection(body) && is_cemi(body.subspan(kConnection));
    case device_configuration_ack:
    case tunnelling_ack:
      return body.size() == kConnection && is_connection(body);
    case tunnelling_feature_get:
    case tunnelling_feature_response:
    case tunnelling_feature_set:
    case tunnelling_feature_info:
      return is_connection(body) && body.size() >= kConnection + 2;
    case routing_indication:
    case routing_system_broadcast:
      return is_cemi(body);
    case routing_lost_message:
      return body.size() == 4 && body[0] == 4;
    case routing_busy:
      return body.size() == 6 && body[0] == 6;
    case secure_wrapper:
      return body.size() > kWrapper;
    case session_request:
      return body.size() == kHpai + kPublicKey && is_hpai(body);
    case session_response:
      return body.size() == 2 + kPublicKey + 16 || body.size() == 2;
    case timer_notify:
      return body.size() == 30;
    default:
      return false;  // inside of others, or too little to go by
  }
}

// Who sends cEMI through a tunnel, is told by its message code.
Protocol::Speaker speaker(Bytes bytes) {
  if (bytes.size() < kHeader) return {Role::client, false};
  const std::uint16_t service = service_of(bytes);
  switch (service) {
    case search_request:
    case description_request:
    case connect_request:
    case connectionstate_request:
    case search_request_extended:
    case tunnelling_feature_get:
    case tunnelling_feature_set:
    case session_request:
      return {Role::client, true};
    case device_configuration_request:
    case tunnelling_request: {
      constexpr std::size_t kMessage = kHeader + kConnection;
      if (bytes.size() <= kMessage) return {Role::client, false};
      return {is_request(bytes[kMessage]) ? Role::client : Role::server, true};
    }
    case device_configuration_ack:
    case tunnelling_ack:
    case disconnect_request:
    case disconnect_response:
      return {Role::client, false};  // of both sides
    case tunnelling_feature_info:
      return {Role::server, true};
    default:
      return {Role::server, request_of(service) != service};
  }
}

std::string_view function_name(std::uint32_t code) {
  const Function* const known = find_function(code);
  return known ? known->name : std::string_view{};
}

// 03.08.01: error codes.
std::string_view error_name(std::uint8_t status) noexcept {
  switch (status) {
    case 0x00:
      return {};
    case 0x01:
      return "host protocol not supported";
    case 0x02:
      return "version not supported";
    case 0x04:
      return "sequence number out of order";
    case 0x21:
      return "no such connection";
    case 0x22:
      return "connection type not supported";
    case 0x23:
      return "connection option not supported";
    case 0x24:
      return "no more connections";
    case 0x25:
      return "no more unique connections";
    case 0x26:
      return "data connection fault";
    case 0x27:
      return "KNX subnetwork fault";
    case 0x28:
      return "not authorised";
    case 0x29:
      return "tunnelling layer not supported";
    case 0x2D:
      return "no such tunnelling address";
    case 0x2E:
      return "connection in use";
    default:
      return "error";
  }
}

// Numbers that the KNX Association gave to makers, of well-known ones; the first two octets of a serial number.
std::string_view maker_name(unsigned id) noexcept {
  switch (id) {
    case 0x0001:
      return "Siemens";
    case 0x0002:
      return "ABB";
    case 0x0004:
      return "Albrecht Jung";
    case 0x0007:
      return "Busch-Jaeger Elektro";
    case 0x0008:
      return "GIRA";
    case 0x0083:
      return "MDT technologies";
    case 0x00C5:
      return "Weinzierl Engineering";
    default:
      return {};
  }
}

using Value = text::Line<48>;

// "1.1.20": area, line, device
template <typename Text>
void write_address(Text& text, unsigned address) noexcept {
  text << std::uint64_t{address >> 12} << "." << std::uint64_t{address >> 8 & 15} << "."
       << std::uint64_t{address & 0xFF};
}

void write_octets(Value& value, Bytes octets) noexcept {
  constexpr std::size_t kMost = 20;
  for (const std::uint8_t b : octets.first(std::min(octets.size(), kMost))) value.hex(b, 2);
  if (octets.size() > kMost) value << " …";
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kHeader) return Interest::more;
    const std::uint16_t service = service_of(pdu.bytes);
    Bytes body = pdu.bytes.subspan(kHeader);
    switch (service) {
      case device_configuration_request:
      case tunnelling_request:
        if (body.size() > kConnection) on_cemi(body.subspan(kConnection), Way{pdu.complete(), true, body[2]}, emit);
        return Interest::more;
      case routing_indication:
      case routing_system_broadcast:
        on_cemi(body, Way{pdu.complete()}, emit);
        return Interest::more;
      default:
        on_service(service, body, pdu.complete(), emit);
        return Interest::more;
    }
  }
  void on_gap(Role) override { commands_.on_gap(); }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  struct Way {
    bool is_whole = true;
    bool in_tunnel = false;
    std::uint8_t sequence = 0;
  };
  void on_service(std::uint16_t service, Bytes body, bool whole, const Emit& emit) {
    const bool has_feature = service == tunnelling_feature_get || service == tunnelling_feature_set;
    const bool tells_feature = service == tunnelling_feature_response;
    const std::uint8_t feature = body.size() > kConnection ? body[kConnection] : std::uint8_t{0};
    if (has_feature) feature_ = {service, feature};
    // What is read and what is written is answered alike.
    const bool is_set = tells_feature && feature_.service == tunnelling_feature_set && feature_.id == feature;
    const std::uint16_t asked = is_set ? std::uint16_t{tunnelling_feature_set} : request_of(service);
    const Function* const known = find_function(asked);
    if (!known) return;
    const bool answers = asked != service;
    if (answers && !whole) return;  // its outcome may be missing
    Outcome outcome = Outcome::none;
    if (answers) {
      std::string_view error;
      if (service == connect_response || service == connectionstate_response || service == disconnect_response)
        error = body.size() > 1 ? error_name(body[1]) : std::string_view{};
      if (service == device_configuration_ack || service == tunnelling_ack)
        error = body.size() > 3 ? error_name(body[3]) : std::string_view{};
      if (tells_feature && body.size() > kConnection + 1 && body[kConnection + 1] != 0) error = "return code not 0";
      if (service == session_response && ByteReader(body).be16() == 0) error = "no secure session";
      outcome = error.empty() ? Outcome::accepted : Outcome::refused;
    }
    const bool is_ack = service == device_configuration_ack || service == tunnelling_ack;
    if (is_ack && outcome == Outcome::refused && body[2] == latest_.sequence)  // it does not go further
      commands_.answer(latest_.key, outcome, error_name(body[3]), emit);
    const Role speaker = emit.context().speaker;
    emit(Operation{
        .cls = known->cls, .function_code = asked, .outcome = outcome, .actor = answers ? other(speaker) : speaker});
    if (service == connect_response && outcome == Outcome::accepted && !open_stated_) {
      emit(OpenAccess{"knxnet_ip"});
      open_stated_ = true;
    }
    if (service == search_response || service == search_response_extended)
      state_device(body.subspan(std::min(body.size(), kHpai)), emit);
    if (service == description_response) state_device(body, emit);
    if (is_set) commands_.answer(asked, outcome, outcome == Outcome::refused ? "return code not 0" : "", emit);
    if (answers || !is_command(known->cls)) return;
    ControlAction action = command(known->cls, asked, known->name);
    if (service == tunnelling_feature_set) return commands_.ask(asked, action, emit);
    action.asked = emit.context().packet;  // remote configuration and reset, which nothing answers
    emit(action);
  }

  // DIB 01: medium | status | individual address ×2 | installation ×2 | serial number ×6 | group ×4 | MAC ×6 | name ×30
  static void state_device(Bytes blocks, const Emit& emit) {
    constexpr std::string_view kMethod = "knxnet/ip description";
    ByteReader r{blocks};
    while (r.remaining() >= 2) {
      const std::size_t size = r.u8();
      const std::uint8_t type = r.u8();
      if (size < 2) return;
      ByteReader block = r.sub(size - 2);
      if (type != 1) continue;
      const std::uint8_t medium = block.u8();
      block.skip(1);
      const std::uint16_t address = block.be16();
      block.skip(2);
      const Bytes serial = block.take(6);
      block.skip(4);
      block.skip(6);  // its MAC: that of the frame, or of a port behind a router
      const std::string_view name = text::field(as_text(block.take(30)));
      if (!block.ok()) return;
      text::Line<80> line;
      write_address(line << "KNX individual address ", address);
      constexpr std::pair<std::uint8_t, std::string_view> kMedia[] = {
          {0x02, "TP1"}, {0x04, "PL110"}, {0x10, "RF"}, {0x20, "IP"}};
      for (const auto& [code, words] : kMedia)
        if (medium == code) line << ", medium " << words;
      emit(Identity{Trait::description, line.view(), kMethod, 80, {}});
      if (!name.empty()) emit(Identity{Trait::name, name, kMethod, 80, {}});
      if (std::any_of(serial.begin(), serial.end(), [](std::uint8_t b) { return b != 0; })) {
        text::Line<12> digits;
        for (const std::uint8_t b : serial) digits.hex(b, 2);
        emit(Identity{Trait::serial, digits.view(), kMethod, 85, {}});
        if (const auto maker = maker_name(ByteReader(serial).be16()); !maker.empty())
          emit(Identity{Trait::vendor, maker, kMethod, 75, {}});
      }
    }
  }

  // Through a tunnel, .req is what the client asks for, .con that it was sent, .ind what passes on the bus. In routing
  // there is .ind alone: who sends it, says so.
  void on_cemi(Bytes bytes, Way way, const Emit& emit) {
    const Cemi c = parse_cemi(bytes);
    if (c.function_code == 0) return;
    const Role speaker = emit.context().speaker;
    const bool confirms = c.message == l_data_confirmation || c.message == property_write_confirmation ||
                          c.message == property_read_confirmation;
    const bool passes = way.in_tunnel && c.message == l_data_indication;
    if ((confirms || c.message == function_confirmation) && !way.is_whole) return;
    const std::uint32_t unit = c.is_data && !c.is_group && c.destination != 0 ? c.destination : kNoValue;
    const Outcome outcome = !confirms ? Outcome::none : c.has_failed ? Outcome::refused : Outcome::accepted;
    emit(Operation{.cls = passes ? OperationClass::report : c.cls,
                   .function_code = c.function_code,
                   .unit = unit,
                   .outcome = outcome,
                   .actor = confirms ? other(speaker) : speaker});
    if (confirms) return commands_.answer(key_of(c), outcome, c.has_failed ? "not sent" : "", emit);
    if (passes) return;
    if (c.message == function_confirmation) {  // of a command, or of a state that was read
      const Outcome done = c.has_failed ? Outcome::refused : Outcome::accepted;
      return commands_.answer(key_of(c, kMessage | function_command), done, c.has_failed ? "return code not 0" : "",
                              emit);
    }
    if (c.is_data && c.is_group) emit(Points{.access = c.cls, .kind = "group address", .first = c.destination});
    state_key(c, emit);
    if (!is_command(c.cls) || !way.is_whole) return;
    Value value;
    ControlAction action = command(c.cls, c.function_code, function_name(c.function_code), {}, unit);
    place(c, action, value);
    action.value = value.view();
    if (c.message == reset_request) {  // nothing confirms it
      action.actor = speaker;
      action.asked = emit.context().packet;
      return emit(action);
    }
    commands_.ask(key_of(c), action, emit);
    if (way.in_tunnel) latest_ = {way.sequence, key_of(c)};
  }

  static std::uint64_t key_of(const Cemi& c) noexcept { return key_of(c, c.function_code); }
  static std::uint64_t key_of(const Cemi& c, std::uint32_t function_code) noexcept {
    std::uint64_t key = std::uint64_t{function_code} << 32;
    if (c.is_data) return key | std::uint64_t{c.is_group} << 16 | c.destination;
    for (const std::uint8_t b : c.data.first(std::min<std::size_t>(c.data.size(), 4)))
      key = (key << 8 & 0xFFFF'FFFF) | (key & ~0xFFFF'FFFFull) | b;
    return key;
  }

  // What a command is about, and its value.
  static void place(const Cemi& c, ControlAction& action, Value& value) noexcept {
    constexpr std::uint32_t kGroupWrite = kApplication | 0x080, kMemoryWrite = kApplication | 0x280,
                            kAddressWrite = kApplication | 0x0C0, kPropertyWrite = kApplication | 0x3D7,
                            kInterfaceProperty = kMessage | 0xF6;
    ByteReader r{c.data};
    switch (c.function_code) {
      case kGroupWrite:
        action.point_kind = "group address";
        action.point = c.destination;
        if (c.data.empty())
          value << std::uint64_t{c.apci & 0x3Fu};  // up to six bits stand in the APCI
        else
          write_octets(value, c.data);
        return;
      case kMemoryWrite: {
        const std::uint16_t address = r.be16();
        if (!r.ok()) return;
        action.point_kind = "memory";
        action.point = address;
        action.points = std::max(c.apci & 0x3Fu, 1u);
        return write_octets(value, r.rest());
      }
      case kAddressWrite: {
        const std::uint16_t address = r.be16();
        if (r.ok()) write_address(value, address);
        return;
      }
      case kPropertyWrite:
      case kInterfaceProperty: {  // object | property | elements, start | data; of the interface itself type ×2, instance
        std::uint32_t object = c.is_data ? r.u8() : r.be16();
        if (!c.is_data) r.skip(1);
        const std::uint8_t property = r.u8();
        r.skip(2);
        if (!r.ok()) return;
        action.point_kind = "property";
        action.point = object << 8 | property;
        return write_octets(value, r.rest());
      }
      default:
        return;
    }
  }

  // Access keys of four octets pass in clear: 00 | key of an Authorize Request, level | key of a Key Write. All ones is none.
  static void state_key(const Cemi& c, const Emit& emit) {
    if (c.function_code != (kApplication | 0x3D1) && c.function_code != (kApplication | 0x3D3)) return;
    ByteReader r{c.data};
    r.skip(1);
    const Bytes key = r.take(4);
    if (!r.ok() || ByteReader(key).be32() == 0xFFFF'FFFF) return;
    text::Held<8> digits;
    for (const std::uint8_t b : key) {
      digits.push("0123456789ABCDEF"[b >> 4]);
      digits.push("0123456789ABCDEF"[b & 15]);
    }
    emit(Credential{.scheme = "knx", .user = {}, .secret = digits.view(), .sender = emit.context().speaker});
  }

  bool open_stated_ = false;
  OpenCommands<8> commands_;
  struct {
    std::uint16_t service = 0;
    std::uint8_t id = 0;
  } feature_;  // that was asked for last
  struct {     // that went through a tunnel
    std::uint8_t sequence = 0;
    std::uint64_t key = 0;
  } latest_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {3671};

}  // namespace

constinit const Protocol protocol{
    .name = "knxnet_ip",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .speaker_first = true,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::knxnet_ip
