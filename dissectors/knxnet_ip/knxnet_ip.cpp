#include "dissectors/knxnet_ip/knxnet_ip.h"

#include <algorithm>

#include "dissectors/core/open_commands.h"
#include "dissectors/knxnet_ip/cemi.h"
#include "dissectors/knxnet_ip/device.h"
#include "dissectors/knxnet_ip/frame.h"
#include "dissectors/knxnet_ip/service.h"

namespace kakoi::knxnet_ip {

namespace {

std::string_view function_name(std::uint32_t code) {
  const Function* const known = find_function(code);
  return known ? known->name : std::string_view{};
}

using Value = text::Line<48>;

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
