// The encapsulation header (volume 2, 2-3), all little-endian:
//
//   command ×2 | length ×2 | session ×4 | status ×4 | sender context ×8 | options ×4 | data: length octets
//
// and in SendRRData and SendUnitData: interface handle ×4 | timeout ×2 | items ×2 | { type ×2 | length ×2 | … } …
#include "dissectors/enip/enip.h"

#include <array>

#include "dissectors/core/open_commands.h"
#include "dissectors/enip/cip.h"
#include "dissectors/enip/identity.h"

namespace kakoi::enip {

namespace {

constexpr std::size_t kHeader = 24;
constexpr std::size_t kMostData = 65511;

enum Command : std::uint16_t {
  nop = 0x0000,
  list_targets = 0x0001,
  list_services = 0x0004,
  list_identity = 0x0063,
  list_interfaces = 0x0064,
  register_session = 0x0065,
  unregister_session = 0x0066,
  send_rr_data = 0x006F,
  send_unit_data = 0x0070,
  indicate_status = 0x0072,
  cancel = 0x0073,
  start_dtls = 0x00C8,
};
constexpr std::uint32_t kEncapsulation = 0x1'0000;  // function codes: CIP services, and commands beyond this

constexpr bool is_known(std::uint16_t command) noexcept {
  switch (command) {
    case nop:
    case list_targets:
    case list_services:
    case list_identity:
    case list_interfaces:
    case register_session:
    case unregister_session:
    case send_rr_data:
    case send_unit_data:
    case indicate_status:
    case cancel:
    case start_dtls:
      return true;
    default:
      return false;
  }
}

// Status 0 to 6Ah (volume 2, 2-3.2); options are 0.
Frame frame(Bytes bytes, Role) {
  if (bytes.size() < 2) return bytes.empty() || bytes[0] <= start_dtls ? Frame::more(kHeader) : Frame::foreign();
  ByteReader r{bytes};
  if (!is_known(r.le16())) return Frame::foreign();
  if (bytes.size() < kHeader) {
    // What is there must not contradict: no waiting for a header that can't come.
    if (bytes.size() > 9 && bytes[9] != 0) return Frame::foreign();
    return Frame::more(kHeader);
  }
  const std::uint16_t length = r.le16();
  r.skip(4);
  const std::uint32_t status = r.le32();
  r.skip(8);
  if (length > kMostData || status > 0x6A || r.le32() != 0) return Frame::foreign();
  return Frame::whole(kHeader + length);
}

struct Head {
  std::uint16_t command = 0, length = 0;
  std::uint32_t session = 0, status = 0;
  std::uint64_t context = 0;
  Bytes data;
};

Head parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Head h;
  h.command = r.le16();
  h.length = r.le16();
  h.session = r.le32();
  h.status = r.le32();
  h.context = r.le64();
  r.skip(4);
  h.data = r.rest();
  return h;
}

struct Item {
  std::uint16_t type = 0;
  Bytes data;
  bool whole = false;
};
constexpr std::uint16_t kIdentityItem = 0x000C, kServiceItem = 0x0100, kConnected = 0x00B1, kUnconnected = 0x00B2;

Item next_item(ByteReader& r) noexcept {
  Item item;
  item.type = r.le16();
  const std::size_t size = r.le16();
  if (!r.ok()) return item;
  item.whole = size <= r.remaining();
  item.data = r.take(std::min(size, r.remaining()));
  return item;
}

struct Carried {  // the CIP message in SendRRData or SendUnitData
  Bytes message;
  std::uint32_t sequence = kNoValue;  // of a connection
  bool found = false;
};

Carried carried(const Head& h) noexcept {
  ByteReader r{h.data};
  const std::uint32_t interface = r.le32();
  r.skip(2);
  const std::uint16_t items = r.le16();
  Carried c;
  if (!r.ok() || interface != 0) return c;
  for (unsigned i = 0; i < items && i < 8 && r.remaining() >= 4; ++i) {
    const Item item = next_item(r);
    if (item.type == kUnconnected) {
      c = {item.data, kNoValue, true};
    } else if (item.type == kConnected && item.data.size() > 2) {
      c = {item.data.subspan(2), static_cast<std::uint32_t>(item.data[0] | item.data[1] << 8), true};
    }
  }
  return c;
}

// What the length alone must be, for each command: enough to tell EtherNet/IP from zeros and small numbers.
bool probe(Bytes bytes, Role speaker) {
  const Frame whole = frame(bytes, speaker);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const Head h = parse(bytes.first(whole.size));
  ByteReader r{h.data};
  switch (h.command) {
    case list_services:
    case list_identity:
    case list_interfaces: {
      if (h.length == 0) return h.status == 0 && h.session == 0;
      const std::uint16_t items = r.le16();
      if (items == 0) return h.length == 2;
      const std::uint16_t type = r.le16(), size = r.le16();
      const bool fits = h.command == list_identity   ? type == kIdentityItem
                        : h.command == list_services ? type == kServiceItem
                                                     : true;
      return r.ok() && items < 32 && fits && 6u + size <= h.length;
    }
    case register_session:
      return h.length == 4 && r.le16() == 1 && r.le16() == 0;
    case send_rr_data:
    case send_unit_data: {
      const std::uint32_t interface = r.le32();
      r.skip(2);
      const std::uint16_t items = r.le16(), type = r.le16();
      return h.session != 0 && r.ok() && interface == 0 && items >= 1 && items <= 8 && (type == 0 || type == 0x00A1);
    }
    default:
      return false;
  }
}

Protocol::Speaker speaker(Bytes bytes) {
  if (bytes.size() < kHeader) return {Role::client, false};
  const Head h = parse(bytes);
  switch (h.command) {
    case list_services:
    case list_identity:
    case list_interfaces:
      return {h.length == 0 ? Role::client : Role::server, true};
    case register_session:
      return {h.session == 0 ? Role::client : Role::server, h.status == 0};
    case unregister_session:
      return {Role::client, true};
    case send_rr_data: {
      const Carried c = carried(h);
      if (c.message.empty()) return {Role::client, false};
      return {(c.message[0] & kResponse) != 0 ? Role::server : Role::client, true};
    }
    default:
      return {Role::client, false};
  }
}

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case kEncapsulation + nop:
      return "NOP";
    case kEncapsulation + list_targets:
      return "ListTargets";
    case kEncapsulation + list_services:
      return "ListServices";
    case kEncapsulation + list_identity:
      return "ListIdentity";
    case kEncapsulation + list_interfaces:
      return "ListInterfaces";
    case kEncapsulation + register_session:
      return "RegisterSession";
    case kEncapsulation + unregister_session:
      return "UnRegisterSession";
    case kEncapsulation + send_rr_data:
      return "SendRRData";
    case kEncapsulation + send_unit_data:
      return "SendUnitData";
    case kEncapsulation + indicate_status:
      return "IndicateStatus";
    case kEncapsulation + cancel:
      return "Cancel";
    case kEncapsulation + start_dtls:
      return "StartDTLS";
    default:
      break;
  }
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

constexpr OperationClass class_of_command(std::uint16_t command) noexcept {
  switch (command) {
    case list_targets:
    case list_services:
    case list_identity:
    case list_interfaces:
      return OperationClass::identify;
    case register_session:
    case unregister_session:
    case start_dtls:
      return OperationClass::session;
    default:
      return OperationClass::other;
  }
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

namespace kakoi::enip_io {

namespace {

// Implicit messages (volume 2, 2-6): a sequenced address item and a connected data item, and nothing else.
Frame frame(Bytes bytes, Role) {
  ByteReader r{bytes};
  if (r.le32() != 0x8002'0002 || r.le16() != 8) return Frame::foreign();  // two items; the first 8002h, of 8 octets
  r.skip(8);
  const std::uint16_t type = r.le16(), size = r.le16();
  return r.ok() && type == 0x00B1 && size <= 1500 ? Frame::whole(bytes.size()) : Frame::foreign();
}

// Process data at every few milliseconds: that they flow is all there is to know.
class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu&, const Emit&) override { return Interest::done; }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {2222};

}  // namespace

constinit const Protocol protocol{
    .name = "enip_io",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 2048,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .open = open,
};

}  // namespace kakoi::enip_io
