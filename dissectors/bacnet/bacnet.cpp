// One datagram:
//
//   BVLL  81 | function | length ×2 | [of a forwarded one: origin: IPv4 ×4, port ×2]
//   NPDU  01 | control | [destination: network ×2, size, address | source: the same | hop count] | [message type]
//   APDU  type, flags | [maximum sizes] | [invoke id] | [segment's number, window] | service | data
#include "dissectors/bacnet/bacnet.h"

#include "dissectors/bacnet/encoding.h"
#include "dissectors/bacnet/identity.h"
#include "dissectors/bacnet/service.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/core/open_requests.h"

namespace kakoi::bacnet {

namespace {

constexpr std::uint8_t kType = 0x81;
constexpr std::size_t kLink = 4;
enum Link : std::uint8_t { forwarded = 0x04, distribute = 0x09, unicast = 0x0A, broadcast = 0x0B, secure = 0x0C };
enum Apdu : std::uint8_t {
  confirmed_request = 0,
  unconfirmed_request = 1,
  simple_ack = 2,
  complex_ack = 3,
  segment_ack = 4,
  error = 5,
  reject = 6,
  abort_pdu = 7,
};

struct Message {
  std::uint8_t link = 0;  // BVLL function
  bool has_npdu = false, is_network_message = false, is_routed = false;
  std::uint8_t network_message = 0;
  Address origin;  // of a forwarded one
  Bytes apdu;
};

constexpr bool carries_npdu(std::uint8_t function) noexcept {
  return function == forwarded || function == distribute || function == unicast || function == broadcast;
}

std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Message m;
  if (r.u8() != kType) return {};
  m.link = r.u8();
  r.skip(2);
  if (!r.ok() || m.link > secure) return {};
  if (!carries_npdu(m.link)) return m;
  if (m.link == forwarded) {
    const Bytes origin = r.take(4);
    r.skip(2);
    if (r.ok()) m.origin = Address::ipv4(origin);
  }
  const std::uint8_t version = r.u8(), control = r.u8();
  const bool has_destination = (control & 0x20) != 0, has_source = (control & 0x08) != 0;
  if (has_destination) {
    r.skip(2);
    r.skip(r.u8());
  }
  if (has_source) {
    r.skip(2);
    const std::uint8_t size = r.u8();
    r.skip(size);
    m.is_routed = true;
  }
  if (has_destination) r.skip(1);
  m.is_network_message = (control & 0x80) != 0;
  if (m.is_network_message) m.network_message = r.u8();
  if (!r.ok() || version != 1 || (control & 0x50) != 0) return {};  // reserved bits are 0
  m.has_npdu = true;
  m.apdu = r.rest();
  return m;
}

struct Head {  // of an APDU
  std::uint8_t type = 0, invoke_id = 0, service = 0, segment = 0;
  bool is_segmented = false;
  bool from_server = false;  // of Abort: sent by who was asked
  Bytes data;
};

std::optional<Head> parse_apdu(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::uint8_t first = r.u8();
  Head h;
  h.type = first >> 4;
  h.from_server = (first & 1) != 0;
  h.is_segmented = (first & 8) != 0 && (h.type == confirmed_request || h.type == complex_ack);
  switch (h.type) {
    case confirmed_request:
      r.skip(1);
      [[fallthrough]];
    case complex_ack:
      h.invoke_id = r.u8();
      if (h.is_segmented) {
        h.segment = r.u8();
        r.skip(1);
      }
      break;
    case unconfirmed_request:
      break;
    case simple_ack:
    case error:
    case reject:
    case abort_pdu:
      h.invoke_id = r.u8();
      break;
    case segment_ack:
      r.skip(2);
      break;
    default:
      return {};
  }
  h.service = r.u8();  // of Reject and Abort the reason, of SegmentACK the window
  if (!r.ok()) return {};
  h.data = r.rest();
  return h;
}

std::size_t told_length(Bytes bytes) noexcept { return static_cast<std::size_t>(bytes[2] << 8 | bytes[3]); }

// Annex J.2.1: the length is the datagram's. One that the capture cut is known by the same head; tools that send any
// length are answered all the same.
Frame frame(Bytes bytes, Role) {
  if (bytes.size() < kLink || bytes[0] != kType || told_length(bytes) < kLink) return Frame::foreign();
  return parse(bytes) ? Frame::whole(bytes.size()) : Frame::foreign();
}

bool probe(Bytes bytes, Role) {
  const auto m = parse(bytes);
  if (!m) return false;
  const bool fits = told_length(bytes) == bytes.size();
  if (!m->has_npdu || m->is_network_message) return fits;
  const auto h = parse_apdu(m->apdu);
  return h && (fits || (h->type <= error && !function_name(h->service).empty()));
}

Protocol::Speaker speaker(Bytes bytes) {
  const auto m = parse(bytes);
  const auto h = m && m->has_npdu && !m->is_network_message ? parse_apdu(m->apdu) : std::nullopt;
  if (!h) return {Role::client, false};
  switch (h->type) {
    case confirmed_request:  // a notification comes from the server of its values
      return {h->service == 1 || h->service == 2 ? Role::server : Role::client, true};
    case unconfirmed_request:
      return {h->service == who_is || h->service == 7 ? Role::client : Role::server, h->service <= who_is};
    case simple_ack:
    case complex_ack:
      return {Role::server, true};
    default:
      return {Role::client, false};
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    const auto m = parse(pdu.bytes);
    if (!m) return Interest::more;
    const std::size_t length = told_length(pdu.bytes);
    if (length > pdu.bytes.size()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    if (length < pdu.bytes.size()) emit(Anomaly{Fault::bad_length, 2});
    if (!m->has_npdu) {
      constexpr std::uint8_t kResult = 0;
      state(kVirtualLink + m->link, m->link == kResult ? other(pdu.speaker) : pdu.speaker, emit);
    } else if (m->is_network_message) {
      state(kNetwork + m->network_message, pdu.speaker, emit);
    } else if (const auto h = parse_apdu(m->apdu)) {
      About about;
      about.is_routed = m->is_routed;
      if (m->link == forwarded) about.subject = {Who::address, m->origin};
      on_apdu(*h, about, emit);
    }
    return Interest::more;
  }
  void on_gap(Role) override {
    requests_.forget();
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  static void state(std::uint32_t code, Role actor, const Emit& emit, Outcome outcome = Outcome::none) {
    emit(Operation{.cls = class_of(code), .function_code = code, .outcome = outcome, .actor = actor});
  }

  // What a request of that service does.
  static std::uint32_t code_of(const Head& h) noexcept {
    if (h.service != reinitialize_device) return h.service;
    ByteReader r{h.data};
    const auto state = next_tag(r);
    if (!state || !state->is_context || state->number != 0) return h.service;
    switch (number(state->value)) {
      case 2:
      case 3:
        return kBackup;
      case 4:
      case 5:
        return kRestore;
      case 6:
        return kRestoreGivenUp;
      default:
        return h.service;
    }
  }
  // What an answer, which repeats the service alone, answers.
  std::uint32_t answered(const Head& h, Role speaker) noexcept {
    const OpenRequest asked = requests_.answer(h.invoke_id, speaker);
    const bool reinitializes = asked.function_code >= kBackup || asked.function_code == reinitialize_device;
    return asked.is_known && h.service == reinitialize_device && reinitializes ? asked.function_code : h.service;
  }

  void on_apdu(const Head& h, const About& about, const Emit& emit) {
    const bool continues = h.is_segmented && h.segment != 0;
    const Role speaker = emit.context().speaker, asker = other(speaker);  // asker: of what the speaker answers
    switch (h.type) {
      case unconfirmed_request:
        state(kUnconfirmed + h.service, speaker, emit);
        if (h.service == i_am) state_i_am(h.data, about, emit);
        if (h.service == i_have) state_i_have(h.data, about, emit);
        return;
      case confirmed_request:
        if (continues) return;
        state(code_of(h), speaker, emit);
        requests_.ask(h.invoke_id, speaker, class_of(code_of(h)), code_of(h));
        return on_command(h, emit);
      case simple_ack:
      case complex_ack:
        if (continues) return;
        state(answered(h, speaker), asker, emit, Outcome::accepted);
        on_outcome(h, Outcome::accepted, {}, emit);
        if (bool& stated = open_stated_[static_cast<std::size_t>(speaker)]; !stated) {
          emit(OpenAccess{"bacnet"});
          stated = true;
        }
        if (h.type == complex_ack && h.service == read_property) state_property(h.data, about, emit);
        if (h.type == complex_ack && h.service == read_property_multiple) state_properties(h.data, about, emit);
        return;
      case error:
        state(answered(h, speaker), asker, emit, Outcome::refused);
        return on_outcome(h, Outcome::refused, "error", emit);
      case reject:
        state(kReject, asker, emit);
        return on_refusal(h, "rejected", emit);
      case abort_pdu:
        if (!h.from_server) return state(kAbort, speaker, emit);  // who asked gives up
        state(kAbort, asker, emit);
        return on_refusal(h, "aborted", emit);
      default:
        return;
    }
  }

  // Reject and Abort are no functions: they refuse the one of their invoke id.
  void on_refusal(const Head& h, std::string_view status, const Emit& emit) {
    if (const OpenRequest asked = requests_.answer(h.invoke_id, emit.context().speaker); asked.is_known)
      emit(Operation{.cls = asked.cls,
                     .function_code = asked.function_code,
                     .outcome = Outcome::refused,
                     .is_message = false,
                     .actor = asked.actor});
    on_outcome(h, Outcome::refused, status, emit);
  }

  void on_outcome(const Head& h, Outcome outcome, std::string_view status, const Emit& emit) {
    commands_.answer(h.invoke_id, outcome, status, emit);
    if (password_.empty() || h.invoke_id != password_invoke_ || emit.context().speaker == password_speaker_) return;
    emit(Credential{"bacnet",
                    {},
                    password_.view(),
                    outcome == Outcome::accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected,
                    password_speaker_});
    password_.clear();
  }

  // Clauses 16.1 and 16.4: the last parameter, in clear.
  void on_password(const Head& h, const Emit& emit) {
    password_.clear();
    ByteReader r{h.data};
    const std::uint8_t parameter = h.service == reinitialize_device ? 1 : 2;
    while (r.remaining() > 0) {
      const auto t = next_tag(r);
      if (!t || !t->is_context || t->number != parameter || t->value.size() < 2 || t->value[0] != 0) continue;
      password_.assign(as_text(t->value.subspan(1)));
      password_invoke_ = h.invoke_id;
      password_speaker_ = emit.context().speaker;
      emit(Credential{"bacnet", {}, password_.view(), CredentialOutcome::attempted, password_speaker_});
    }
  }

  // The state that is asked for (clause 21): of the device, or of its talking.
  static std::string_view state_told(const Head& h) noexcept {
    constexpr std::array<std::string_view, 8> kDevice = {"coldstart",     "warmstart",       "start backup",
                                                         "end backup",    "start restore",   "end restore",
                                                         "abort restore", "activate changes"};
    constexpr std::array<std::string_view, 3> kTalking = {"enable", "disable", "disable initiation"};
    const bool is_device = h.service == reinitialize_device;
    ByteReader r{h.data};
    while (r.remaining() > 0) {
      const auto t = next_tag(r);
      if (!t) break;
      if (!t->is_context || t->number != (is_device ? 0 : 1)) continue;
      const std::uint32_t state = number(t->value);
      if (is_device) return state < kDevice.size() ? kDevice[state] : std::string_view{};
      return state < kTalking.size() ? kTalking[state] : std::string_view{};
    }
    return {};
  }

  void on_command(const Head& h, const Emit& emit) {
    if (h.service == device_communication_control || h.service == reinitialize_device) on_password(h, emit);
    switch (h.service) {
      case write_property:
      case write_property_multiple:
      case add_list_element:
      case remove_list_element:
      case create_object:
      case delete_object:
      case device_communication_control:
      case reinitialize_device:
        break;
      default:
        return;
    }
    ControlAction action = command(class_of(code_of(h)), code_of(h), function_name(code_of(h)));
    text::Line<48> line;
    if (h.service == write_property || h.service == write_property_multiple) {
      ByteReader r{h.data};
      const auto object = next_tag(r);
      auto property = next_tag(r);
      if (property && property->opens) property = next_tag(r);
      if (!property || !object->is_context || object->value.size() != 4) return;
      const ObjectId id = object_id(object->value);
      action.point_kind = object_type_name(id.type);
      if (action.point_kind.empty()) {
        line << "object type " << id.type << ", ";
        action.point_kind = "object";
      }
      action.point = id.instance;
      constexpr std::uint32_t kPresentValue = 85;
      const std::uint32_t what = number(property->value);
      if (what == kPresentValue)
        line << "present value";
      else
        line << "property " << what;
    }
    if (h.service == device_communication_control || h.service == reinitialize_device) line << state_told(h);
    action.value = line.view();
    commands_.ask(h.invoke_id, action, emit);
  }

  std::array<bool, 2> open_stated_{};  // by each side: peers are both
  std::uint8_t password_invoke_ = 0;
  Role password_speaker_ = Role::client;
  text::Held<20> password_;  // the standard's bound
  OpenRequests<16> requests_;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {47808};

}  // namespace

constinit const Protocol protocol{
    .name = "bacnet",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 1500,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::bacnet
