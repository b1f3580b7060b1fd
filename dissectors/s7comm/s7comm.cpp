// S7 PDUs in COTP data:
//
//   32 | kind | 00 00 | reference ×2 | parameters' size ×2 | data's size ×2 | [error class | error code] | parameters | data
//   kinds: 1 job, 2 acknowledgement, 3 acknowledgement with data (these two have the error), 7 user data
//   job parameters        function | …
//   user data parameters  00 01 12 | size | 11 or 12 | type, group | subfunction | sequence
//                         and of answers: data unit reference | 00 if the last | error ×2
//   data                  return code | transport size | size ×2 | …
#include "dissectors/s7comm/s7comm.h"

#include <algorithm>
#include <array>

#include "dissectors/core/open_commands.h"
#include "dissectors/core/open_requests.h"
#include "dissectors/core/tpkt.h"
#include "dissectors/s7comm/function.h"
#include "dissectors/s7comm/szl.h"

namespace kakoi::s7comm {

namespace {

enum Kind : std::uint8_t { job = 1, ack = 2, ack_data = 3, userdata = 7 };
constexpr std::uint8_t kProtocolId = 0x32;
constexpr std::uint8_t kRequest = 4, kAnswer = 8;  // types of user data; 0: sent unasked

struct Message {
  std::uint8_t kind = 0;
  std::uint16_t reference = 0, error = 0;
  Bytes parameters, data;
  std::size_t size = 0;  // of the whole message, as its head says
  bool whole = false;
};

std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Message m;
  const std::uint8_t id = r.u8();
  m.kind = r.u8();
  r.skip(2);
  m.reference = r.be16();
  const std::size_t parameters = r.be16(), data = r.be16();
  if (m.kind == ack || m.kind == ack_data) m.error = r.be16();
  if (!r.ok() || id != kProtocolId || (m.kind != job && m.kind != ack && m.kind != ack_data && m.kind != userdata))
    return {};
  m.size = r.offset() + parameters + data;
  m.parameters = r.take(std::min(parameters, r.remaining()));
  m.whole = m.parameters.size() == parameters && data <= r.remaining();
  if (m.parameters.size() == parameters) m.data = r.take(std::min(data, r.remaining()));
  return m;
}

bool probe(Bytes bytes, Role) {
  const Frame whole = tpkt::frame(bytes);
  if (whole.kind != Frame::Kind::whole || whole.size > bytes.size()) return false;
  const auto tpdu = tpkt::parse(bytes.first(whole.size));
  if (!tpdu || tpdu->type != tpkt::Type::data || tpdu->user_data.size() < 10) return false;
  const auto m = parse(tpdu->user_data);
  return m && m->size == tpdu->user_data.size() && tpdu->user_data[2] == 0 && tpdu->user_data[3] == 0;
}

Frame frame(Bytes bytes, Role) { return tpkt::frame(bytes); }

Protocol::Speaker speaker(Bytes bytes) {
  const auto tpdu = tpkt::parse(bytes);
  if (!tpdu) return {Role::client, false};
  if (tpdu->type == tpkt::Type::connect_request) return {Role::client, true};
  if (tpdu->type == tpkt::Type::connect_confirm) return {Role::server, true};
  const auto m = tpdu->type == tpkt::Type::data ? parse(tpdu->user_data) : std::nullopt;
  if (!m) return {Role::client, false};
  if (m->kind == ack || m->kind == ack_data) {
    // While a program is downloaded the controller asks for its blocks, and the engineer answers.
    const bool both = m->parameters.empty() || m->parameters[0] == download_block || m->parameters[0] == download_ended;
    return {Role::server, !both};
  }
  if (m->kind == userdata && m->parameters.size() > 5)
    return {m->parameters[5] >> 4 == kRequest ? Role::client : Role::server, true};
  const bool both = m->parameters.empty() || m->parameters[0] == download_block || m->parameters[0] == download_ended;
  return {Role::client, !both};
}

// The name at the end of a program invocation or stop.
std::string_view service_name(const Message& m) noexcept {
  ByteReader r{m.parameters};
  const std::uint8_t function = r.u8();
  r.skip(function == plc_stop ? 5 : 7);
  if (function == pi_service) r.skip(r.be16());
  const std::string_view name = as_text(r.take(r.u8()));
  return r.ok() ? name : std::string_view{};
}

// "_0A00001P", "0A00001P": [_] | type of block ×2 | number ×5 | file system. As it stands, if it is none of those.
void put_block(std::string_view name, text::Line<48>& line) noexcept {
  struct Type {
    std::string_view digits, name;
  };
  constexpr Type kTypes[] = {{"08", "OB"},  {"0A", "DB"}, {"0B", "SDB"}, {"0C", "FC"},
                             {"0D", "SFC"}, {"0E", "FB"}, {"0F", "SFB"}};
  std::string_view rest = name;
  if (rest.starts_with('_')) rest.remove_prefix(1);
  if (rest.size() >= 7 && std::all_of(rest.begin() + 2, rest.begin() + 7, text::is_digit))
    for (const Type& type : kTypes)
      if (rest.starts_with(type.digits)) {
        std::string_view number = rest.substr(2, 5);
        while (number.size() > 1 && number[0] == '0') number.remove_prefix(1);
        line << type.name << number;
        return;
      }
  line << name.substr(0, 16);
}

// The blocks that _INSE, _DELE and their like are about: number of blocks | 00 | { type ×2 | number ×5 | file system } …
void put_blocks(Bytes parameters, text::Line<48>& line) noexcept {
  ByteReader r{parameters};
  r.skip(8);
  ByteReader block = r.sub(r.be16());
  const std::size_t count = block.u8();
  block.skip(1);
  if (!block.ok() || block.remaining() != count * 8) return;
  for (std::size_t i = 0; i < count; ++i) {
    line << (i == 0 ? "block " : ", ");
    put_block(as_text(block.take(8)), line);
  }
}

// What a Write Var addresses first: an S7ANY pointer (12 0A 10 | type | count ×2 | DB ×2 | area | bit address ×3).
void put_address(Bytes parameters, text::Line<48>& line) noexcept {
  ByteReader r{parameters};
  r.skip(1);
  const std::uint8_t items = r.u8();
  const std::uint32_t head = r.be24();
  const std::uint8_t type = r.u8();
  const std::uint16_t count = r.be16(), db = r.be16();
  const std::uint8_t area = r.u8();
  const std::uint32_t bits = r.be24();
  if (!r.ok() || head != 0x12'0A10) return;
  switch (area) {
    case 0x81:
      line << "I ";
      break;
    case 0x82:
      line << "Q ";
      break;
    case 0x83:
      line << "M ";
      break;
    case 0x84:
      line << "DB" << db << " ";
      break;
    case 0x1C:
      line << "C ";
      break;
    case 0x1D:
      line << "T ";
      break;
    default:
      return;
  }
  line << bits / 8;
  if (type == 1) line << "." << bits % 8;
  if (count > 1) line << " x " << count;
  if (items > 1) line << ", " << items << " items";
}

// What became of each item: a return code, of which FF is success. A value follows the code only then:
// transport size | length ×2, for sizes 3 to 5 in bits | value, of all but the last padded to an even length.
struct Items {
  bool any_failed = false, any_succeeded = false;
};
Items items_written(Bytes data) noexcept {
  Items items;
  for (const std::uint8_t code : data) (code == 0xFF ? items.any_succeeded : items.any_failed) = true;
  return items;
}
Items items_read(Bytes data, unsigned count) noexcept {
  Items items;
  ByteReader r{data};
  for (unsigned i = 0; i < count && r.remaining() != 0; ++i) {
    const std::uint8_t code = r.u8(), transport = r.u8();
    const std::size_t length = r.be16();
    (code == 0xFF ? items.any_succeeded : items.any_failed) = true;
    if (code != 0xFF) continue;
    const std::size_t octets = transport >= 3 && transport <= 5 ? (length + 7) / 8 : length;
    r.skip(octets + octets % 2);
    if (!r.ok()) break;
  }
  return items;
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    if (!pdu.complete()) emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(pdu.bytes.size())});
    const auto tpdu = tpkt::parse(pdu.bytes);
    if (!tpdu || tpdu->type != tpkt::Type::data) return Interest::more;
    // A message in several TPDUs: the first tells enough.
    if (inside_[static_cast<std::size_t>(pdu.speaker)].skips(*tpdu)) return Interest::more;
    const auto m = parse(tpdu->user_data);
    if (!m) return Interest::more;
    if (m->kind == userdata)
      on_user_data(*m, emit);
    else if (m->kind == job)
      on_job(*m, emit);
    else
      on_acknowledgement(*m, emit);
    return Interest::more;
  }
  void on_gap(Role speaker) override {
    inside_[static_cast<std::size_t>(speaker)].forget();
    list_.forget();
    jobs_.forget();
    commands_.on_gap();
  }
  void on_end(const Emit& emit) override { commands_.on_end(emit); }

 private:
  void on_job(const Message& m, const Emit& emit) {
    if (m.parameters.empty()) return;
    const std::uint8_t function = m.parameters[0];
    OperationClass cls = class_of(function);
    std::string_view step = function_name(function);
    std::uint32_t qualifier = kNoValue;
    text::Line<48> value;
    switch (function) {
      case pi_service: {
        const std::string_view service = service_name(m);
        if (service.empty()) return;
        const Invocation& known = invocation(service);
        cls = known.cls;
        step = known.name;
        qualifier = known.qualifier;
        if (qualifier == kNoValue) value << service.substr(0, 16);
        if (cls == OperationClass::program) put_blocks(m.parameters, value);
        break;
      }
      case write_var:
        put_address(m.parameters, value);
        break;
      case request_download: {  // … | "_" and type of block ×3 | number ×5 | file system
        ByteReader r{m.parameters};
        r.skip(8);
        const std::string_view block = as_text(r.take(r.u8()));
        if (!r.ok()) return;
        value << "block ";
        put_block(block, value);
        break;
      }
      default:
        break;
    }
    emit(Operation{.cls = cls, .function_code = function, .qualifier = qualifier, .actor = emit.context().speaker});
    jobs_.ask(m.reference, emit.context().speaker, cls, function, qualifier);
    // Of a download its beginning is the command; the blocks are then asked for by the controller.
    if (function == write_var || function == request_download || function == pi_service || function == plc_stop)
      commands_.ask(m.reference, command(cls, function, step, value.view()), emit);
  }

  void on_acknowledgement(const Message& m, const Emit& emit) {
    const OpenRequest job = jobs_.answer(m.reference, emit.context().speaker);
    if (m.parameters.empty()) {  // kind 2 refuses; it does not repeat the function
      if (m.kind != ack || m.error == 0) return;
      if (job.is_known)
        emit(Operation{.cls = job.cls,
                       .function_code = job.function_code,
                       .qualifier = job.qualifier,
                       .outcome = Outcome::refused,
                       .is_message = false,
                       .actor = job.actor});
      return commands_.answer(m.reference, Outcome::refused, "error", emit);
    }
    const std::uint8_t function = m.parameters[0];
    Outcome outcome = m.error == 0 ? Outcome::accepted : Outcome::refused;
    const bool is_access = function == read_var || function == write_var;
    Items items;
    if (is_access && outcome == Outcome::accepted) {
      if (function == write_var && !m.whole) return;
      const unsigned count = m.parameters.size() > 1 ? m.parameters[1] : 0u;
      items = function == write_var ? items_written(m.data) : items_read(m.data, count);
      // What a write changed, it changed.
      if (items.any_failed && !(function == write_var && items.any_succeeded)) outcome = Outcome::refused;
    }
    // An answer does not name the service that was invoked.
    const bool is_of_job = job.is_known && job.function_code == function;
    const OperationClass cls = is_of_job                ? job.cls
                               : function == pi_service ? OperationClass::other
                                                        : class_of(function);
    emit(Operation{.cls = cls,
                   .function_code = function,
                   .qualifier = is_of_job ? job.qualifier : kNoValue,
                   .outcome = outcome,
                   .actor = other(emit.context().speaker)});
    commands_.answer(m.reference, outcome,
                     outcome == Outcome::refused ? "error"
                     : items.any_failed          ? "some items refused"
                                                 : "",
                     emit);
    if (items.any_succeeded && !open_stated_) {
      emit(OpenAccess{"s7comm"});
      open_stated_ = true;
    }
  }

  void on_user_data(const Message& m, const Emit& emit) {
    ByteReader r{m.parameters};
    r.skip(5);
    const std::uint8_t kind = r.u8(), subfunction = r.u8();
    r.skip(1);
    std::uint8_t reference = 0;
    std::uint16_t error = 0;
    bool is_last = true;
    if (m.parameters.size() >= 12) {
      reference = r.u8();
      is_last = r.u8() == 0;
      error = r.be16();
    }
    if (!r.ok()) return;
    const std::uint8_t type = kind >> 4, group = kind & 0x0F;
    // Of a mode transition it is the mode that the controller went into.
    const std::uint32_t code = kUserData + group * 256u + (group == mode_transition ? 0u : subfunction);
    const Outcome outcome = type != kAnswer ? Outcome::none : error == 0 ? Outcome::accepted : Outcome::refused;
    emit(Operation{.cls = class_of(code), .function_code = code, .outcome = outcome});
    if (group == time && (subfunction == kSetClock || subfunction == kSetClockFollowing) && type == kRequest)
      commands_.ask(1u << 16 | m.reference, command(OperationClass::time, code, function_name(code)), emit);
    if (type == kAnswer)
      commands_.answer(1u << 16 | m.reference, outcome, outcome == Outcome::refused ? "error" : "", emit);
    if (group == security && subfunction == kPassword) on_password(m, type, outcome, emit);
    ByteReader data{m.data};
    data.skip(4);
    if (group == cpu && subfunction == kReadSzl && type == kAnswer && outcome == Outcome::accepted && data.ok())
      list_.add(data.rest(), reference, is_last, m.whole, emit);
  }

  // Eight octets, each mixed with 55h and the one two before it: no secret from whoever listens.
  void on_password(const Message& m, std::uint8_t type, Outcome outcome, const Emit& emit) {
    constexpr std::size_t kSize = 8;
    if (type == kRequest && m.whole && m.data.size() == 4 + kSize) {
      const Bytes mixed = m.data.subspan(4);
      password_.clear();
      for (std::size_t i = 0; i < kSize; ++i)
        password_.push(static_cast<char>(mixed[i] ^ 0x55 ^ (i < 2 ? 0 : mixed[i - 2])));
      reference_of_password_ = m.reference;
      emit(Credential{"s7comm", {}, text::field(password_.view()), CredentialOutcome::attempted});
    } else if (type == kAnswer && !password_.empty() && m.reference == reference_of_password_) {
      emit(Credential{"s7comm",
                      {},
                      text::field(password_.view()),
                      outcome == Outcome::accepted ? CredentialOutcome::accepted : CredentialOutcome::rejected});
      password_.clear();
    }
  }

  std::array<tpkt::Continuation, 2> inside_;
  bool open_stated_ = false;
  OpenRequests<16> jobs_;  // no answer tells which service was invoked, and a refusal may name no function
  std::uint16_t reference_of_password_ = 0;
  text::Held<8> password_;
  StatusList list_;
  OpenCommands<8> commands_;
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {tpkt::kPort};

}  // namespace

constinit const Protocol protocol{
    .name = "s7comm",
    .over_tcp = true,
    .over_udp = false,
    .ports = kPorts,
    .max_pdu = 8192,  // the largest TPDU of class 0 (X.224 §13.3.4)
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

}  // namespace kakoi::s7comm
