#include "dissectors/enip/enip.h"

#include <array>

#include "dissectors/core/open_commands.h"
#include "dissectors/enip/cip.h"
#include "dissectors/enip/encapsulation.h"
#include "dissectors/enip/identity.h"

namespace kakoi::enip {

namespace {

constexpr std::uint32_t kEncapsulation = 0x1'0000;  // function codes: CIP services, and commands beyond this

std::string_view function_name(std::uint32_t code) {
  if (code >= kEncapsulation) return command_name(code - kEncapsulation);
  // Of the tags' services each number is one thing; the row of messages tells more.
  return service_name(code, {kNoValue, true});
}

FunctionName qualified_name(const Operation& o) {
  FunctionName name;
  if (o.function_code >= kEncapsulation) return name << function_name(o.function_code), name;
  // Tags are asked by name, so that a class is told by neither; of an answer whose question is not known it is not, too.
  const auto service = static_cast<std::uint8_t>(o.function_code);
  const bool is_tag = o.qualifier == kNoValue && o.cls == class_of(service, {kNoValue, true});
  if (const std::string_view known = service_name(service, {o.qualifier, is_tag}); !known.empty())
    return name << known, name;
  (name << "service ").hex(service, 2) << "h";
  if (o.qualifier != kNoValue) (name << " of class ").hex(o.qualifier, 2) << "h";
  return name;
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (pdu.bytes.size() < kHeader) return Interest::more;
    const Head h = parse(pdu.bytes);
    if (h.command == send_rr_data || h.command == send_unit_data) {
      const Carried c = carried(h);
      if (c.found && h.status == 0) {
        // Answers repeat the sender's context, or the connection's sequence count (volume 2, 2-3.1; volume 1, 3-4.4).
        const std::uint64_t key = c.sequence == kNoValue ? h.context ^ std::uint64_t{h.session} << 32
                                                         : std::uint64_t{h.session} << 16 | c.sequence | 1ull << 62;
        on_message(c.message, {key, kNoValue, false, 0}, emit);
        return Interest::more;
      }
      if (!pdu.complete()) return Interest::more;
    }
    emit(Operation{.cls = class_of_command(h.command),
                   .function_code = kEncapsulation + h.command,
                   .outcome = h.status != 0 ? Outcome::refused : Outcome::none});
    if (h.command == list_identity && h.length != 0) state_list(h.data, emit);
    return Interest::more;
  }
  void on_gap(Role) override { commands_.on_gap(); }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  struct Way {  // how a message came
    std::uint64_t key = 0;
    std::uint32_t slot = kNoValue;
    bool is_routed = false;  // on to another node than the listener
    unsigned depth = 0;
  };
  struct Asked {  // a request whose answer does not tell what was asked
    std::uint64_t key = 0;
    std::uint8_t service = 0;
    bool is_routed = false;
    Object object;
    std::uint32_t instance = 0, attribute = 0, slot = kNoValue;
    PacketRef packet;
  };

  static void state_list(Bytes data, const Emit& emit) {
    ByteReader r{data};
    const std::uint16_t items = r.le16();
    for (unsigned i = 0; i < items && i < 4 && r.ok(); ++i) {
      const Item item = next_item(r);
      if (item.type == kIdentityItem && item.whole) state_listed_identity(item.data, emit);
    }
  }

  void on_message(Bytes bytes, const Way& way, const Emit& emit) {
    const auto message = parse_message(bytes);
    if (!message) return;
    if (message->is_response)
      on_response(*message, way, emit);
    else
      on_request(*message, way, emit);
  }

  void on_request(const Message& m, const Way& way, const Emit& emit) {
    const Object object = object_of(m.path);
    const OperationClass cls = class_of(m.service, object);
    emit(Operation{.cls = cls, .function_code = m.service, .qualifier = m.path.cls});
    if (m.service == kUnconnectedSend && m.path.cls == kConnectionManager) {
      // The answer is that of the message inside (volume 1, 3-5.5.4).
      const auto sent = parse_unconnected_send(m.data);
      if (sent && way.depth < kMostDepth)
        on_message(sent->message, {way.key, sent->route.slot, way.is_routed || sent->route.leaves, way.depth + 1},
                   emit);
      return;
    }
    if (m.service == kMultiple && way.depth < kMostDepth) {
      on_parts(m, way, emit);
    }
    Asked& a = asked_[next_++ % asked_.size()];
    a = {way.key, m.service, way.is_routed, object, m.path.instance, m.path.attribute, way.slot, emit.context().packet};
    if (!is_command(m.service, object)) return;
    text::Line<48> target;
    if (!m.path.symbol.empty()) {
      target << "tag " << as_text(m.path.symbol);
    } else if (m.path.cls != kNoValue) {
      (target << "class 0x").hex(m.path.cls, 2);
      if (m.path.instance != kNoValue) target << ", instance " << m.path.instance;
      if (m.path.attribute != kNoValue) target << ", attribute " << m.path.attribute;
    }
    commands_.ask(way.key, command(cls, m.service, service_name(m.service, object), target.view()), emit);
  }

  void on_response(const Message& m, const Way& way, const Emit& emit) {
    const Asked* const asked = find(way.key, m.service, emit.context().packet);
    const Object object = asked ? asked->object : Object{};
    const std::uint32_t cls = object.cls;
    const bool accepted = m.status == 0 || m.status == 6;  // 6: there is more
    const Outcome outcome = accepted ? Outcome::accepted : Outcome::refused;
    emit(Operation{
        .cls = class_of(m.service, object), .function_code = m.service, .qualifier = cls, .outcome = outcome});
    commands_.answer(way.key, outcome, accepted ? std::string_view{} : status_name(m.status), emit);
    if (accepted && !open_stated_) {
      emit(OpenAccess{"enip"});  // CIP has no authentication
      open_stated_ = true;
    }
    if (m.service == kMultiple && way.depth < kMostDepth) on_parts(m, way, emit);
    if (!asked || m.status != 0 || cls != kIdentityClass || asked->instance != 1) return;
    if (asked->is_routed && asked->slot == kNoValue) return;  // somebody else's, behind a network
    if (m.service == kGetAttributesAll)
      state_identity_object(m.data, asked->is_routed ? asked->slot : kNoValue, emit);
    else if (m.service == kGetAttributeSingle && !asked->is_routed)
      state_identity_attribute(asked->attribute, m.data, emit);
  }

  // Volume 1, appendix: number | offsets ×2 from the number on | messages.
  void on_parts(const Message& m, const Way& way, const Emit& emit) {
    constexpr unsigned kMostParts = 64;
    ByteReader r{m.data};
    const std::uint16_t parts = r.le16();
    if (parts > kMostParts) return;
    for (unsigned i = 0; i < parts; ++i) {
      const std::size_t at = r.le16();
      ByteReader next = r;
      const std::size_t end = i + 1 < parts ? next.le16() : m.data.size();
      if (!r.ok() || !next.ok() || at > end || end > m.data.size()) return;
      on_message(m.data.subspan(at, end - at),
                 {way.key ^ std::uint64_t{i + 1} << 48, way.slot, way.is_routed, way.depth + 1}, emit);
    }
  }

  const Asked* find(std::uint64_t key, std::uint8_t service, const PacketRef& at) const noexcept {
    const Asked* found = nullptr;
    for (const Asked& a : asked_)
      if (a.key == key && a.service == service && a.packet.number() != 0 && !is_before(at, a.packet) &&
          (!found || is_before(found->packet, a.packet)))
        found = &a;
    return found;
  }

  static constexpr unsigned kMostDepth = 2;
  std::array<Asked, 16> asked_{};  // the latest, round and round
  unsigned next_ = 0;
  OpenCommands<8> commands_;
  bool open_stated_ = false;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {44818};

}  // namespace

constinit const Protocol protocol{
    .name = "enip",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kHeader + kMostData,
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

}  // namespace kakoi::enip
