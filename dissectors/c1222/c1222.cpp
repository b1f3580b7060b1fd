#include "dissectors/c1222/c1222.h"

#include <algorithm>
#include <array>
#include <utility>

#include "dissectors/c1222/message.h"
#include "dissectors/c1222/services.h"
#include "dissectors/core/open_commands.h"

namespace kakoi::c1222 {

namespace {

// Function codes beyond services: responses, and what only says that a key is used.
constexpr std::uint32_t kResponse = 0x100, kCipheredRequest = 0x200, kCipheredResponse = 0x201, kByKey = 0x202;
constexpr std::size_t kMostServices = 16;  // of one message that are paired with their responses

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case kCipheredRequest:
      return "Ciphered request";
    case kCipheredResponse:
      return "Ciphered response";
    case kByKey:
      return "Authenticated by a key";
    default:
      break;
  }
  if (code >= kResponse && code <= kResponse + last_response)
    return response_name(static_cast<std::uint8_t>(code - kResponse));
  const ServiceName* const known = find_service(code);
  return known ? known->name : std::string_view{};
}

// A write of table 7 is the procedure that it initiates.
FunctionName qualified_name(const Operation& o) {
  FunctionName name;
  name << function_name(o.function_code);
  if (o.qualifier == kNoValue || o.qualifier < kProcedure) return name;
  constexpr std::uint16_t kMakers = 0x0800;
  const auto procedure = static_cast<std::uint16_t>(o.qualifier - kProcedure);
  if ((procedure & kMakers) != 0) return name << " (MF-" << (procedure & ~kMakers & 0xFFFFu) << ")", name;
  const std::string_view words = procedure_name(procedure);
  return name << " (SF-" << procedure << (words.empty() ? "" : " ") << words << ")", name;
}

// A meter reports by writing, too, and says so in the qualifier.
Protocol::Speaker speaker(Bytes pdu) {
  const auto m = parse(pdu);
  if (!m) return {Role::client, false};
  if (m->is_notification) return {Role::server, true};
  if (m->mode == Mode::ciphered) return {m->is_answer ? Role::server : Role::client, true};
  Bytes services = m->services;
  const Bytes first = next_service(services);
  if (first.empty()) return {Role::client, false};
  return {is_response(first[0]) ? Role::server : Role::client, true};
}

// Fixed fields are filled up with NULs or blanks, behind the text or before it.
std::string_view filled(Bytes field) noexcept {
  constexpr std::string_view kFill("\0 ", 2);
  const std::string_view all = as_text(field);
  const std::size_t first = all.find_first_not_of(kFill);
  if (first == std::string_view::npos) return {};
  return all.substr(first, all.find_last_not_of(kFill) - first + 1);
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    const auto m = parse(pdu.bytes);
    if (!m) {
      if (pdu.complete()) emit(Anomaly{Fault::bad_value, 0});
      return Interest::more;
    }
    state_title(*m, emit);
    if (m->mode == Mode::ciphered) {
      on_ciphered(*m, emit);
      return Interest::more;
    }
    Bytes services = m->services;
    std::size_t index = 0;
    bool asks = false;
    for (Bytes s = next_service(services); !s.empty(); s = next_service(services), ++index) {
      if (is_response(s[0])) {
        on_response(*m, s, index, emit);
        continue;
      }
      if (!asks) begin_request(*m, emit);
      asks = true;
      on_request(*m, s, index, emit);
    }
    if (asks && m->mode == Mode::authenticated) state_key(emit);
    return Interest::more;
  }
  void on_gap(Role) override {
    commands_.on_gap();
    requests_ = {};
    secret_.clear();
    session_ = Session::unknown;
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  // unknown: its beginning was not seen.
  enum class Session : std::uint8_t { unknown, logged_on, proved };
  struct Asked {
    std::uint8_t code = 0;
    OperationClass cls = OperationClass::other;
    std::uint32_t qualifier = kNoValue;
  };
  struct Request {  // the services of one message
    bool is_known = false;
    Role actor = Role::client;
    std::uint32_t id = 0;
    std::size_t count = 0;
    std::array<Asked, kMostServices> services{};
  };

  // Some send all they ask under one invocation id: the latest counts.
  Asked take_latest(std::uint32_t id, Role actor, std::size_t index) noexcept {
    for (std::size_t i = 1; i <= requests_.size(); ++i) {
      Request& request = requests_[(next_ - i) % requests_.size()];
      if (!request.is_known || request.id != id || request.actor != actor) continue;
      return index < request.count ? std::exchange(request.services[index], {}) : Asked{};
    }
    return {};
  }

  void on_ciphered(const Message& m, const Emit& emit) {
    const Role speaker = emit.context().speaker;
    emit(Operation{.function_code = m.is_answer ? kCipheredResponse : kCipheredRequest,
                   .actor = m.is_answer ? other(speaker) : speaker});
    if (!m.is_answer) state_key(emit);
  }
  // Once: who asks has the key.
  void state_key(const Emit& emit) {
    if (key_stated_) return;
    key_stated_ = true;
    emit(Operation{
        .cls = OperationClass::auth, .function_code = kByKey, .is_message = false, .actor = emit.context().speaker});
  }

  void state_title(const Message& m, const Emit& emit) {
    if (m.calling.arcs.empty()) return;
    std::uint32_t mark = m.calling.is_relative ? 1 : 2;
    for (const std::uint8_t octet : m.calling.arcs) mark = (mark ^ octet) * 0x0100'0193u;
    std::uint32_t& last = titles_[static_cast<std::size_t>(emit.context().speaker)];
    if (last == mark) return;  // a relay speaks for many
    last = mark;
    TitleLine line;
    line << "C12.22 application title ";
    put_title(m.calling, line);
    emit(Identity{Trait::description, line.view(), "c1222 title", 60, {}});  // a relay passes on others'
  }

  void begin_request(const Message& m, const Emit& emit) {
    const Role actor = emit.context().speaker;
    Request& request = requests_[next_++ % requests_.size()];
    request = {};
    request.is_known = true;
    request.actor = actor;
    request.id = m.id;
  }

  void on_request(const Message& m, Bytes s, std::size_t index, const Emit& emit) {
    const std::uint8_t code = s[0];
    const Target target = target_of(s);
    const OperationClass cls = m.is_notification ? OperationClass::report : class_of(code, target);
    Request& request = requests_[(next_ - 1) % requests_.size()];
    const Role actor = request.actor;
    // A notification tells something to its listener: that is whose server the speaker is.
    emit(Operation{.cls = cls,
                   .function_code = code,
                   .qualifier = target.qualifier(),
                   .actor = m.is_notification ? other(actor) : actor});
    if (m.is_notification) return;
    if (index < kMostServices) {
      request.services[index] = {code, cls, target.qualifier()};
      request.count = index + 1;
    }
    if (target.is_known && !target.is_procedure)
      emit(Points{is_write(code) ? OperationClass::write : OperationClass::read, kNoValue, kNoValue, kind_of(target),
                  target.table & 0x07FFu, 1});
    if (is_write(code)) command(m, code, cls, target, index, emit);
    if (code == logon) on_logon(s);
    if (code == security) on_security(s, actor, emit);
    if (code == logon || code == logoff) session_ = Session::unknown;
  }

  void command(const Message& m, std::uint8_t code, OperationClass cls, const Target& target, std::size_t index,
               const Emit& emit) {
    text::Line<48> value;
    if (target.offset != kNoValue) value << "offset " << target.offset << (target.size != kNoValue ? ", " : "");
    if (target.size != kNoValue) value << target.size << " octets";
    ControlAction action;
    action.cls = cls;
    action.function_code = code;
    action.point_kind = kind_of(target);
    if (target.is_known) action.point = (target.is_procedure ? target.procedure : target.table) & 0x07FFu;
    const std::string_view name = target.is_procedure ? procedure_name(target.procedure) : std::string_view{};
    action.step = !target.is_procedure ? "write" : name.empty() ? "initiate" : name;
    action.value = value.view();
    commands_.ask(key(m.id, index), action, emit, m.must_answer);
  }

  // user id ×2 | name ×10 | time-out ×2
  void on_logon(Bytes s) noexcept {
    ByteReader r{s};
    r.skip(3);
    const Bytes name = r.take(10);
    if (r.ok()) user_.assign(filled(name));
  }
  // password ×20 | [user id ×2]
  void on_security(Bytes s, Role actor, const Emit& emit) {
    ByteReader r{s};
    r.skip(1);
    const Bytes password = r.take(20);
    secret_.clear();
    if (!r.ok()) return;
    secret_.assign(filled(password));
    sender_ = actor;
    state_credential(CredentialOutcome::attempted, emit);
  }
  void state_credential(CredentialOutcome outcome, const Emit& emit) {
    emit(Credential{"c1222", user_.view(), secret_.view(), outcome, sender_});
  }

  // Responses stand in the order of their requests, and repeat the invocation id: as the called one's, or as their own.
  void on_response(const Message& m, Bytes s, std::size_t index, const Emit& emit) {
    const Role speaker = emit.context().speaker;
    const std::uint32_t id = m.is_answer ? m.answers : m.id;
    const bool is_ok = s[0] == ok;
    const Outcome outcome = is_ok ? Outcome::accepted : Outcome::refused;
    emit(Operation{.function_code = kResponse + s[0], .actor = other(speaker)});
    commands_.answer(key(id, index), outcome, is_ok ? std::string_view{} : response_name(s[0]), emit);
    const Asked asked = take_latest(id, other(speaker), index);
    if (asked.code == 0) return;
    emit(Operation{.cls = asked.cls,
                   .function_code = asked.code,
                   .qualifier = asked.qualifier,
                   .outcome = outcome,
                   .is_message = false,
                   .actor = other(speaker)});
    if (asked.code == security && !secret_.view().empty() && sender_ != speaker) {
      state_credential(is_ok ? CredentialOutcome::accepted : CredentialOutcome::rejected, emit);
      secret_.clear();
    }
    if (asked.code == logon && is_ok) session_ = Session::logged_on;
    if (asked.code == security && is_ok) session_ = Session::proved;
    if (asked.code == identify && is_ok) state_device(s, emit);
    const bool matters = is_read(asked.code) || is_write(asked.code);
    // Of datagrams nothing tells that one was lost, and it may have been the one with the password.
    const bool is_stream = emit.context().conversation->transport == Transport::tcp;
    if (is_ok && matters && is_stream && session_ == Session::logged_on && !open_stated_ && speaker == Role::server) {
      open_stated_ = true;
      emit(OpenAccess{"c1222"});
    }
  }

  // ok | standard | version | revision | { feature … } … | 0 (clause 5.3.2.4.1)
  static void state_device(Bytes s, const Emit& emit) {
    enum Feature : std::uint8_t { end = 0, mechanism = 4, sessions = 5, device_class = 6, device_identity = 7 };
    ByteReader r{s};
    r.skip(2);
    const std::uint8_t version = r.u8(), revision = r.u8();
    if (!r.ok()) return;
    TitleLine line;
    line << "ANSI C12.22 version " << version << "." << revision;
    for (std::uint8_t feature = r.u8(); r.ok() && feature != end; feature = r.u8()) {
      if (feature == mechanism || feature == device_class) {
        const auto title = read_title(r);
        if (!title) break;
        if (feature == mechanism) continue;
        line << ", device class ";
        put_title(*title, line);
      } else if (feature == sessions) {
        r.skip(1);
      } else if (feature == device_identity) {
        const std::size_t size = r.u8();
        r.skip(1);  // its form
        const Bytes identity = r.take(size == 0 ? 0 : size - 1);
        const std::string_view words = filled(identity);
        if (r.ok() && words.size() > 3 && std::all_of(words.begin(), words.end(), text::is_printable))
          emit(Identity{Trait::serial, words, "c1222 identify", 70, {}});
      } else {
        break;
      }
    }
    emit(Identity{Trait::description, line.view(), "c1222 identify", 80, {}});
  }

  static std::uint64_t key(std::uint32_t id, std::size_t index) noexcept { return std::uint64_t{id} << 16 | index; }

  std::array<Request, 4> requests_{};
  std::size_t next_ = 0;
  bool key_stated_ = false, open_stated_ = false;
  Session session_ = Session::unknown;
  std::array<std::uint32_t, 2> titles_{};  // that were stated last, by speaker
  Role sender_ = Role::client;
  text::Held<10> user_;
  text::Held<20> secret_;
  OpenCommands<16> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {1153};

}  // namespace

constinit const Protocol protocol{
    .name = "c1222",
    .over_tcp = true,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostRead,
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

}  // namespace kakoi::c1222
