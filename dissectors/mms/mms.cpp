// In COTP data:
//
//   session data       01 00 01 00 | 61 ( 30 ( 02 presentation context | A0 ( MMS ) ) )
//   session connect    0D or 0E | size | … presentation and association, of which MMS' name is looked for
//   MMS                A0 request, A1 answer, A2 error: 02 invoke id | service; A3 unconfirmed; A8, A9 initiate; 8B, 8C conclude
#include "dissectors/mms/mms.h"

#include <algorithm>

#include "dissectors/core/code_table.h"
#include "dissectors/core/der.h"
#include "dissectors/core/open_commands.h"
#include "dissectors/core/tpkt.h"

namespace kakoi::mms {

namespace {

enum Pdu9506 : std::uint8_t {
  request = 0xA0,
  answer = 0xA1,
  error = 0xA2,
  unconfirmed = 0xA3,
  reject = 0xA4,
  cancel_request = 0x85,
  initiate_request = 0xA8,
  initiate_answer = 0xA9,
  initiate_error = 0xAA,
  conclude_request = 0x8B,
  conclude_answer = 0x8C,
};
// Function codes: confirmed services by their tag, the others beyond.
constexpr std::uint32_t kUnconfirmed = 0x100, kInitiate = 0x200, kConclude = 0x201, kReject = 0x202, kCancel = 0x203,
                        kError = 0x204;
constexpr std::uint32_t kIdentify = 2, kRead = 4, kWrite = 5;

struct Entry {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};
// ISO 9506-2, ConfirmedServiceRequest.
constexpr Entry kServices[] = {
    {0, OperationClass::diagnostic, "status"},
    {1, OperationClass::read, "getNameList"},
    {2, OperationClass::identify, "identify"},
    {3, OperationClass::parameter, "rename"},
    {4, OperationClass::read, "read"},
    {5, OperationClass::write, "write"},
    {6, OperationClass::read, "getVariableAccessAttributes"},
    {7, OperationClass::parameter, "defineNamedVariable"},
    {10, OperationClass::parameter, "deleteVariableAccess"},
    {11, OperationClass::parameter, "defineNamedVariableList"},
    {12, OperationClass::read, "getNamedVariableListAttributes"},
    {13, OperationClass::parameter, "deleteNamedVariableList"},
    {19, OperationClass::control, "takeControl"},
    {20, OperationClass::control, "relinquishControl"},
    {26, OperationClass::program, "initiateDownloadSequence"},
    {27, OperationClass::program, "downloadSegment"},
    {28, OperationClass::program, "terminateDownloadSequence"},
    {29, OperationClass::file, "initiateUploadSequence"},
    {30, OperationClass::file, "uploadSegment"},
    {31, OperationClass::file, "terminateUploadSequence"},
    {36, OperationClass::program, "deleteDomain"},
    {37, OperationClass::read, "getDomainAttributes"},
    {38, OperationClass::program, "createProgramInvocation"},
    {39, OperationClass::program, "deleteProgramInvocation"},
    {40, OperationClass::mode, "start"},
    {41, OperationClass::mode, "stop"},
    {42, OperationClass::mode, "resume"},
    {43, OperationClass::mode, "reset"},
    {44, OperationClass::mode, "kill"},
    {45, OperationClass::read, "getProgramInvocationAttributes"},
    {46, OperationClass::file, "obtainFile"},
    {63, OperationClass::read, "getAlarmSummary"},
    {65, OperationClass::read, "readJournal"},
    {72, OperationClass::file, "fileOpen"},
    {73, OperationClass::file, "fileRead"},
    {74, OperationClass::file, "fileClose"},
    {75, OperationClass::file, "fileRename"},
    {76, OperationClass::file, "fileDelete"},
    {77, OperationClass::file, "fileDirectory"},
    {kUnconfirmed + 0, OperationClass::report, "informationReport"},
    {kUnconfirmed + 1, OperationClass::report, "unsolicitedStatus"},
    {kUnconfirmed + 2, OperationClass::report, "eventNotification"},
    {kInitiate, OperationClass::session, "initiate"},
    {kConclude, OperationClass::session, "conclude"},
    {kReject, OperationClass::other, "reject"},
    {kCancel, OperationClass::other, "cancel"},
    {kError, OperationClass::other, "error"},
};

static_assert(is_ascending(kServices));
const Entry* find(std::uint32_t code) noexcept { return find_code(kServices, code); }

std::string_view function_name(std::uint32_t code) {
  const Entry* const known = find(code);
  return known ? known->name : std::string_view{};
}

// 1.0.9506.2: the beginning of MMS' abstract syntax and application context.
constexpr std::string_view kName = "\x28\xCA\x22\x02";

struct Message {
  std::uint8_t type = 0;  // of Pdu9506
  Bytes content;
};

// The MMS PDU in a session's data.
std::optional<Message> message_in(Bytes data) noexcept {
  constexpr std::uint8_t kData[] = {1, 0, 1, 0};
  constexpr std::uint8_t kUserData = 0x61, kValue = 0xA0;
  if (data.size() < sizeof kData || !std::equal(std::begin(kData), std::end(kData), data.begin())) return {};
  Bytes list = der::inside(data.subspan(sizeof kData), kUserData);
  Bytes fields = der::inside(list, der::kSequence);
  if (!der::take(fields, der::kInteger)) return {};
  const Bytes value = der::inside(fields, kValue);
  const auto pdu = der::peek(value);
  if (!pdu) return {};
  switch (pdu->tag) {
    case request:
    case answer:
    case error:
    case unconfirmed:
    case reject:
    case cancel_request:
    case conclude_request:
    case conclude_answer:
      return Message{pdu->tag, pdu->value};
    default:
      return {};
  }
}

// The initiate PDU in a connection's opening, if that is for MMS.
std::optional<Message> opening_in(Bytes data) noexcept {
  constexpr std::uint8_t kConnect = 0x0D, kAccept = 0x0E;
  if (data.size() < 20 || (data[0] != kConnect && data[0] != kAccept)) return {};
  const std::string_view words = as_text(data);
  if (data[0] == kConnect && words.find(kName) == std::string_view::npos) return {};
  // An answer may leave the names to the request: its initiate PDU is told by its first fields.
  for (const std::uint8_t tag : {std::uint8_t{initiate_request}, std::uint8_t{initiate_answer}}) {
    const std::size_t at = words.rfind(static_cast<char>(tag));
    if (at == std::string_view::npos) continue;
    const auto pdu = der::peek(data.subspan(at));
    if (pdu && pdu->complete() && at + pdu->header + pdu->length <= data.size() && !pdu->value.empty() &&
        (pdu->value[0] == 0x80 || pdu->value[0] == 0x81))
      return Message{tag, pdu->value};
  }
  return {};
}

bool is_connect(Bytes data) noexcept { return !data.empty() && data[0] == 0x0D; }

// Does the association's request name a mechanism to authenticate by ([11]) or bring such a value ([12])? X.227: they
// follow the application context.
bool is_authenticated(Bytes connect) noexcept {
  constexpr std::string_view kContext = "\xA1\x07\x06\x05\x28\xCA\x22\x02\x03";
  constexpr std::uint8_t kMechanism = 0x8B, kValue = 0xAC;
  const std::size_t at = as_text(connect).find(kContext);
  if (at == std::string_view::npos) return false;
  Bytes fields = connect.subspan(at);
  while (const auto field = der::next(fields))
    if (field->tag == kMechanism || field->tag == kValue) return true;
  return false;
}

// Of a list of results, one each: [0] is a failure, any other a success.
struct Results {
  bool any_failed = false, any_succeeded = false;
};
Results results_in(Bytes list) noexcept {
  Results found;
  while (const auto result = der::next(list)) (result->tag == 0x80 ? found.any_failed : found.any_succeeded) = true;
  return found;
}

std::optional<Message> parse(Bytes data) noexcept {
  const auto message = message_in(data);
  return message ? message : opening_in(data);
}

Frame frame(Bytes bytes, Role) { return tpkt::frame(bytes); }

bool probe(Bytes bytes, Role) {
  const Frame whole = tpkt::frame(bytes);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const auto tpdu = tpkt::parse(bytes.first(whole.size));
  return tpdu && tpdu->type == tpkt::Type::data && parse(tpdu->user_data).has_value();
}

Protocol::Speaker speaker(Bytes bytes) {
  const auto tpdu = tpkt::parse(bytes);
  if (!tpdu) return {Role::client, false};
  if (tpdu->type == tpkt::Type::connect_request) return {Role::client, true};
  if (tpdu->type == tpkt::Type::connect_confirm) return {Role::server, true};
  const auto m = tpdu->type == tpkt::Type::data ? parse(tpdu->user_data) : std::nullopt;
  if (!m) return {Role::client, false};
  switch (m->type) {
    case request:
    case initiate_request:
      return {Role::client, true};
    case answer:
    case error:
    case unconfirmed:
    case initiate_answer:
      return {Role::server, true};
    default:
      return {Role::client, false};
  }
}

// A service is the tag of the field behind the invoke id; numbers from 31 on have an octet of their own.
struct Service {
  std::uint32_t code = 0;
  Bytes content;  // not all of it, if the message has several TPDUs
  bool whole = false;
};
std::optional<Service> service_in(Bytes fields) noexcept {
  if (fields.size() < 2) return {};
  if ((fields[0] & 0x1F) != 0x1F) {
    const auto e = der::peek(fields);
    return e ? std::optional(Service{fields[0] & 0x1Fu, e->value, e->complete()}) : std::nullopt;
  }
  if ((fields[1] & 0x80) != 0) return {};
  return Service{fields[1], {}, true};
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    const auto tpdu = tpkt::parse(pdu.bytes);
    if (!tpdu || tpdu->type != tpkt::Type::data) return Interest::more;
    // A message in several TPDUs: the first tells enough.
    if (inside_[static_cast<std::size_t>(pdu.speaker)].skips(*tpdu)) return Interest::more;
    if (is_connect(tpdu->user_data)) authenticated_ = is_authenticated(tpdu->user_data);
    if (const auto m = parse(tpdu->user_data)) on_message(*m, emit);
    return Interest::more;
  }
  void on_gap(Role speaker) override {
    inside_[static_cast<std::size_t>(speaker)].forget();
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  static void state(std::uint32_t code, Outcome outcome, const Emit& emit) {
    const Entry* const known = find(code);
    emit(Operation{.cls = known ? known->cls : OperationClass::other, .function_code = code, .outcome = outcome});
  }

  void on_message(const Message& m, const Emit& emit) {
    switch (m.type) {
      case initiate_request:
        return state(kInitiate, Outcome::none, emit);
      case initiate_answer:
        return state(kInitiate, Outcome::accepted, emit);
      case conclude_request:
        return state(kConclude, Outcome::none, emit);
      case conclude_answer:
        return state(kConclude, Outcome::accepted, emit);
      case reject:
        return state(kReject, Outcome::refused, emit);
      case cancel_request:
        return state(kCancel, Outcome::none, emit);
      case unconfirmed: {
        const auto service = service_in(m.content);
        return service ? state(kUnconfirmed + service->code, Outcome::none, emit) : void();
      }
      case error: {  // [0] invoke id | … : the service is not repeated
        Bytes fields = m.content;
        const auto invoke = der::take(fields, 0x80);
        state(kError, Outcome::refused, emit);
        return invoke ? commands_.answer(der::number(*invoke), Outcome::refused, "error", emit) : void();
      }
      default:
        break;
    }
    Bytes fields = m.content;
    const auto invoke = der::take(fields, der::kInteger);
    while (m.type == request && der::take(fields, der::kSequence)) {  // modifiers, as far as they can be read
    }
    const auto service = invoke ? service_in(fields) : std::nullopt;
    if (!service) return;
    const std::uint32_t id = der::number(*invoke);
    const Entry* const known = find(service->code);
    if (m.type == request) {
      state(service->code, Outcome::none, emit);
      if (!known) return;
      if (known->cls == OperationClass::write || known->cls == OperationClass::mode ||
          known->cls == OperationClass::parameter || known->cls == OperationClass::control || service->code == 26 ||
          service->code == 36 || service->code == 38 || service->code == 39)
        commands_.ask(id, command(known->cls, service->code, known->name), emit);
      return;
    }
    Results results{false, true};
    if (service->code == kWrite) results = results_in(service->content);
    if (service->code == kRead) {  // [0] what was asked for | [1] results
      Bytes parts = service->content;
      der::take(parts, der::context(0));
      results = results_in(der::inside(parts, der::context(1)));
    }
    const Outcome outcome = results.any_failed ? Outcome::refused : Outcome::accepted;
    state(service->code, outcome, emit);
    commands_.answer(id, outcome, outcome == Outcome::refused ? "access refused" : "", emit);
    const bool is_access = known && (known->cls == OperationClass::read || known->cls == OperationClass::write);
    if (is_access && results.any_succeeded && !authenticated_ && !open_stated_) {
      emit(OpenAccess{"mms"});
      open_stated_ = true;
    }
    if (service->code == kIdentify && service->whole) state_identity(service->content, emit);
  }

  // ISO 9506-2, Identify-Response: [0] vendor | [1] model | [2] revision
  static void state_identity(Bytes fields, const Emit& emit) {
    constexpr Trait kTraits[] = {Trait::vendor, Trait::model, Trait::firmware};
    for (std::uint8_t i = 0; i < std::size(kTraits); ++i)
      if (const auto value = der::take(fields, static_cast<std::uint8_t>(0x80 | i)))
        if (const std::string_view words = text::field(as_text(*value)); !words.empty())
          emit(Identity{kTraits[i], words, "mms identify", 85, {}});
  }

  std::array<tpkt::Continuation, 2> inside_;
  bool open_stated_ = false, authenticated_ = false;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {tpkt::kPort};

}  // namespace

constinit const Protocol protocol{
    .name = "mms",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = 8192,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .probe = probe,
    .speaker = speaker,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::mms
