//   format 1     10 | 81 | TID ×2 | SEOJ ×3 | DEOJ ×3 | ESV | OPC | { EPC | PDC | EDT } …     SetGet: two lists from OPC on
//   format 2     10 | 82 | TID ×2 | …                                                         of the maker's own
//   object       class group | class | instance
#include "dissectors/echonet_lite/echonet_lite.h"

#include "dissectors/core/open_commands.h"
#include "dissectors/core/open_requests.h"
#include "dissectors/echonet_lite/identity.h"
#include "dissectors/echonet_lite/message.h"
#include "dissectors/echonet_lite/object.h"

namespace kakoi::echonet_lite {

namespace {

// An OPC of 255 may hold more; what a UDP datagram on Ethernet takes is a third of this.
constexpr std::size_t kMostSize = 4096;
constexpr std::string_view kScheme = "echonet_lite";

bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  return whole.kind == Frame::Kind::whole && whole.size <= bytes.size() && is_sound(bytes.first(whole.size));
}

// Every node asks and answers, controllers too. Who notifies of a device has it; a node's profile tells by its list.
bool notifies_of_device(const Message& m) noexcept {
  if (m.source.cls != kNodeProfile) return is_device(m.source);
  ByteReader r{m.lists};
  Properties properties(r);
  while (const auto p = properties.next())
    if (p->code == kInstanceListNotified) return lists_device(p->value);
  return false;
}

Protocol::Speaker speaker(Bytes bytes) {
  const auto m = parse(bytes);
  if (!m) return {Role::client, false};
  if (is_request(m->service)) return {Role::client, true};
  if (m->service == inf || m->service == infc) return {Role::server, notifies_of_device(*m)};
  if (m->service == infc_res) return {Role::client, is_device(m->destination)};
  return {Role::server, true};
}

std::string_view function_name(std::uint32_t code) { return service_name(code); }

FunctionName qualified_name(const Operation& o) {
  FunctionName name;
  name << service_name(o.function_code);
  if (o.qualifier == kNoValue) return name;
  if (const auto words = class_name(static_cast<std::uint16_t>(o.qualifier)); !words.empty())
    name << " " << words;
  else
    (name << " class ").hex(o.qualifier, 4);
  return name;
}

// Of the first property, which an answer repeats.
OperationClass class_of(std::uint8_t request, const Object& object, std::uint8_t property) noexcept {
  switch (request) {
    case seti:
    case setc:
    case setget:
      return is_time(property) ? OperationClass::time : OperationClass::write;
    case inf:
    case infc:
      return object.cls == kNodeProfile ? OperationClass::identify : OperationClass::report;
    default:
      return is_identity(object, property) ? OperationClass::identify : OperationClass::read;
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (const auto m = parse(pdu.bytes))
      on_message(*m, pdu.complete(), emit);
    else if (pdu.bytes.size() > 1 && pdu.bytes[1] == kArbitraryFormat)
      emit(Operation{.function_code = kArbitraryFormat, .actor = pdu.speaker});
    return Interest::more;
  }
  void on_gap(Role) override {
    notifications_.forget();
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  static constexpr std::uint64_t key_of(std::uint16_t transaction, const Object& object,
                                        std::uint8_t property) noexcept {
    return std::uint64_t{transaction} << 32 | std::uint64_t{object.cls} << 16 | std::uint64_t{object.instance} << 8 |
           property;
  }

  // The object that is asked, or that tells of itself.
  static const Object& subject_of(const Message& m) noexcept {
    return is_request(m.service) || m.service == infc_res ? m.destination : m.source;
  }

  void on_message(const Message& m, bool whole, const Emit& emit) {
    const Role speaker = emit.context().speaker;
    const std::uint8_t request = request_of(m.service);
    const bool answers = request != m.service, refuses = is_refusal(m.service);
    const Object& object = subject_of(m);
    ByteReader lists{m.lists};
    const std::optional<Property> first = first_of(m);
    if (!first) return;  // what it does is missing
    Operation operation;
    operation.cls = class_of(request, object, first->code);
    operation.function_code = request;
    operation.qualifier = object.cls;
    operation.outcome = !answers ? Outcome::none : refuses ? Outcome::refused : Outcome::accepted;
    operation.actor = answers ? other(speaker) : speaker;
    emit(operation);
    if (request == seti || request == setc || request == setget) on_writes(m, lists, operation.cls, whole, emit);
    if (m.service == inf_req) notifications_.ask(m.transaction, speaker, operation.cls, inf_req, object.cls);
    if (m.service == inf) on_notified(m, emit);
    if (answers && request != setc && request != seti && request != setget)
      commands_.answer(kNoCommand, Outcome::none, {}, emit);
    if (answers && !refuses && m.service != infc_res) state_open(emit);
    const bool tells = m.service == get_res || m.service == get_sna || m.service == inf || m.service == infc ||
                       m.service == setget_res || m.service == setget_sna;
    if (!tells) return;
    Properties properties(lists);
    while (const auto p = properties.next())
      if (!p->value.empty()) state_identity(object, *p, emit);
  }

  // In either list.
  static std::optional<Property> first_of(const Message& m) noexcept {
    ByteReader r{m.lists};
    for (unsigned lists = has_two_lists(m.service) ? 2 : 1; lists > 0; --lists) {
      Properties properties(r);
      if (const auto p = properties.next()) return p;
    }
    return {};
  }

  // The first list. An answer repeats the properties without values; one that refuses has the values of those that were not
  // accepted.
  void on_writes(const Message& m, ByteReader& lists, OperationClass cls, bool whole, const Emit& emit) {
    const bool refuses = is_refusal(m.service), answers = !is_request(m.service);
    bool tells_which = m.service == setget_sna;  // what was read may be what was not possible
    ByteReader ahead = lists;
    for (Properties properties(ahead); const auto p = properties.next();)
      tells_which = tells_which || !p->value.empty();
    if (refuses && !tells_which && !whole) return;
    Properties properties(lists);
    while (const auto p = properties.next()) {
      const std::uint64_t key = key_of(m.transaction, subject_of(m), p->code);
      if (!answers) {
        ask(m, *p, cls, key, emit);
        continue;
      }
      const bool is_refused = refuses && (!tells_which || !p->value.empty());
      const Outcome outcome = is_refused ? Outcome::refused : Outcome::accepted;
      const std::string_view status = is_refused ? "response not possible" : "";
      commands_.answer(key, outcome, status, emit);
      const Object all{m.source.cls, 0};  // it was asked of all instances
      commands_.answer(key_of(m.transaction, all, p->code), outcome, status, emit);
    }
  }

  void ask(const Message& m, const Property& property, OperationClass cls, std::uint64_t key, const Emit& emit) {
    Value value;
    const std::string_view name = class_name(m.destination.cls);
    if (name.empty()) (value << "class ").hex(m.destination.cls, 4) << ", ";
    write_property(m.destination.cls, property, value);
    ControlAction action = command(cls, m.service, service_name(m.service), value.view());
    action.point_kind = name.empty() ? "object" : name;
    action.point = m.destination.instance;
    commands_.ask(key, action, emit, m.service != seti);
  }

  // A notification with the number of a request for one.
  void on_notified(const Message& m, const Emit& emit) {
    const OpenRequest asked = notifications_.answer(m.transaction, emit.context().speaker);
    if (!asked.is_known || asked.qualifier != m.source.cls) return;
    Operation answered{.cls = asked.cls, .function_code = asked.function_code, .qualifier = asked.qualifier};
    answered.outcome = Outcome::accepted;
    answered.is_message = false;
    answered.actor = asked.actor;
    emit(answered);
  }

  void state_open(const Emit& emit) {
    bool& stated = open_stated_[static_cast<std::size_t>(emit.context().speaker)];
    if (!stated) emit(OpenAccess{kScheme});
    stated = true;
  }

  static constexpr std::uint64_t kNoCommand = ~std::uint64_t{0};
  std::array<bool, 2> open_stated_{};  // by each side: peers are both
  OpenRequests<8> notifications_;
  OpenCommands<16> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {3610};

}  // namespace

constinit const Protocol protocol{
    .name = kScheme,
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
    .function_name = function_name,
    .qualified_name = qualified_name,
    .open = open,
};

}  // namespace kakoi::echonet_lite
