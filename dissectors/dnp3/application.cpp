#include "dissectors/dnp3/application.h"

#include "dissectors/dnp3/answer.h"
#include "dissectors/dnp3/attributes.h"
#include "dissectors/dnp3/command.h"
#include "dissectors/dnp3/digest.h"
#include "dissectors/dnp3/link.h"
#include "dissectors/dnp3/objects.h"
#include "dissectors/dnp3/points.h"
#include "dissectors/dnp3/status.h"

namespace kakoi::dnp3 {

namespace {

constexpr std::uint8_t kFirstFragment = 0x80;  // FIR of the application control octet
constexpr std::uint8_t kSequenceMask = 0x0F;
constexpr std::uint8_t kAuthentication = 120;

bool is_response(std::uint8_t code) noexcept {
  return code >= static_cast<std::uint8_t>(Function::response) &&
         code <= static_cast<std::uint8_t>(Function::authenticate_resp);
}

bool is_request(std::uint8_t code) noexcept {
  return code >= static_cast<std::uint8_t>(Function::read) &&
         code <= static_cast<std::uint8_t>(Function::auth_req_no_ack);
}

// Challenge, reply, aggressive mode request, message authentication code: what authenticates a request,
// unlike the care for keys and users.
bool authenticates(const ObjectHeader& header) noexcept {
  return header.group == kAuthentication && (header.variation <= 3 || header.variation == 9) && header.variation != 0;
}

// An AUTHENTICATE_REQ that replies to a challenge: it is answered by the response to what was challenged.
bool replies_to_challenge(std::uint8_t code, Bytes objects) noexcept {
  return Function{code} == Function::authenticate_req && objects.size() >= 2 && objects[0] == kAuthentication &&
         objects[1] == 2;
}

// The commands' objects come back in the response, and their points are told by the command alone.
bool is_echo(const ObjectHeader& header) noexcept { return header.group == 12 || header.group == 41; }

}  // namespace

struct Application::Heading {
  Operation message;
  std::uint8_t control = 0;
  std::uint8_t code = 0;
  Indications indications;  // of responses

  std::uint16_t master() const noexcept { return static_cast<std::uint16_t>(message.peer_unit); }
  std::uint16_t outstation() const noexcept { return static_cast<std::uint16_t>(message.unit); }
  std::uint8_t sequence() const noexcept { return control & kSequenceMask; }
};

namespace {

// Calls f(header) for each object header, states its row and what is wrong with it. True if the walk
// came to the end.
template <typename Visit>
bool walk(std::uint8_t code, Bytes bytes, const Fragment& fragment, const Emit& emit, Visit visit) {
  bool sound = true;
  const auto anomaly = [&](Fault fault) {
    sound = false;
    if (fragment.whole) emit(Anomaly{fault, fragment.offset});  // a missing end has been reported already
  };
  ObjectReader objects(code, bytes);
  while (const auto header = objects.next()) {
    visit(*header);
    if (objects.fault()) anomaly(*objects.fault());
  }
  if (objects.fault()) anomaly(*objects.fault());
  return sound;
}

// WRITE is the function for outputs, but for the clock (group 50), for files (70), and for the indication of a restart
// (80), which every master clears, too: whose objects are all of these is none of a point.
OperationClass class_of_write(Bytes objects) noexcept {
  bool files = false, clock = false, indications = false;
  ObjectReader reader(static_cast<std::uint8_t>(Function::write), objects);
  while (const auto header = reader.next()) {
    files |= header->group == 70;
    clock |= header->group == 50;
    indications |= header->group == 80;
    if (header->group != 70 && header->group != 50 && header->group != 80) return OperationClass::write;
  }
  if (reader.fault()) return OperationClass::write;
  return files         ? OperationClass::file
         : clock       ? OperationClass::time
         : indications ? OperationClass::session
                       : OperationClass::write;
}

Operation row_of(const Operation& message, const ObjectHeader& header) noexcept {
  Operation row = message;
  row.qualifier = std::uint32_t{header.group} * 256 + header.variation;
  return row;
}

}  // namespace

void Application::dissect(const Fragment& fragment, const Emit& emit) {
  const auto anomaly = [&](Fault fault) {
    if (fragment.whole) emit(Anomaly{fault, fragment.offset});
  };
  ByteReader r(fragment.bytes);
  Heading heading;
  heading.control = r.u8();
  const std::uint8_t code = heading.code = r.u8();
  if (!r.ok()) return anomaly(Fault::truncated);

  Operation& message = heading.message;
  message.cls = Function{code} == Function::write ? class_of_write(ByteReader(r).rest()) : class_of(code);
  message.function_code = code;

  // Only masters ask and only outstations answer: where DIR says otherwise the link layer's word is
  // wrong (and a receiver drops the frame). CONFIRM and reserved codes leave it to DIR.
  const bool response = is_response(code);
  const bool from_master = is_request(code) || (fragment.from_master && !response);
  if (from_master != fragment.from_master) anomaly(Fault::bad_value);
  message.unit = from_master ? fragment.destination : fragment.source;
  message.peer_unit = from_master ? fragment.source : fragment.destination;

  if (response) {
    heading.indications.bits = r.le16();
    if (heading.indications.refuses()) message.outcome = Outcome::refused;
    if (!r.ok()) {
      anomaly(Fault::truncated);
      return emit(message);
    }
    return on_response(heading, fragment, r.rest(), emit);
  }
  if (function_name(code) == "unknown") anomaly(Fault::unknown_type);
  if (from_master && Function{code} != Function::confirm) return on_request(heading, fragment, r.rest(), emit);

  if (function_name(code) != "unknown")
    walk(code, r.rest(), fragment, emit, [&](const ObjectHeader& header) {
      authenticated_ |= authenticates(header);
      emit(row_of(message, header));
    });
  emit(message);
}

void Application::on_request(const Heading& heading, const Fragment& fragment, Bytes rest, const Emit& emit) {
  const bool known = function_name(heading.code) != "unknown";
  Request* request = nullptr;
  if (!replies_to_challenge(heading.code, rest)) {
    Request asked;
    asked.master = heading.master();
    asked.outstation = heading.outstation();
    asked.sequence = heading.sequence();
    asked.function_code = heading.code;
    asked.cls = heading.message.cls;
    asked.actor = emit.context().speaker;
    asked.confirmed_link = fragment.confirmed_link;
    if (Function{heading.code} != Function::read) {
      asked.digest = digest_of(fragment.bytes);
      asked.echo = echo_digest(heading.code, rest);
    }
    request = exchange.ask(asked, emit);
  }

  const bool only_reads = Function{heading.code} == Function::read;
  if (known && (request == nullptr || only_reads)) {
    walk(heading.code, rest, fragment, emit, [&](const ObjectHeader& header) {
      authenticated_ |= authenticates(header);
      emit(row_of(heading.message, header));
      tell_points(header, heading.message.cls, heading.message.unit, heading.message.peer_unit, emit);
    });
  } else if (known) {
    Commands commands(exchange, *request, emit);
    walk(heading.code, rest, fragment, emit, [&](const ObjectHeader& header) {
      authenticated_ |= authenticates(header);
      emit(row_of(heading.message, header));
      tell_points(header, heading.message.cls, heading.message.unit, heading.message.peer_unit, emit);
      commands.on_header(header);
    });
    commands.finish(fragment.whole);
  }
  emit(heading.message);
  // Nobody answers to these.
  if (request != nullptr && (!is_answered(heading.code) || is_broadcast(heading.outstation())))
    exchange.answer(*request, Outcome::none, {}, emit);
}

void Application::on_response(const Heading& heading, const Fragment& fragment, Bytes rest, const Emit& emit) {
  Operation message = heading.message;
  const bool solicited = Function{heading.code} != Function::unsolicited_response;
  // The fragments that follow the first of a long response have sequence numbers of their own.
  Request* request =
      solicited && (heading.control & kFirstFragment) != 0
          ? exchange.find({heading.master(), heading.outstation(), heading.sequence(), emit.context().speaker, rest})
          : nullptr;
  // A challenge is no answer yet, and speaks of no point.
  const bool may_challenge = request != nullptr && Function{heading.code} == Function::authenticate_resp &&
                             Function{request->function_code} != Function::authenticate_req;
  Answer answer(exchange, may_challenge ? nullptr : request);
  const bool sound = walk(heading.code, rest, fragment, emit, [&](const ObjectHeader& header) {
    Operation row = row_of(message, header);
    if (header.group == 0) tell_identity(header, emit);
    if (!bad_status(header).empty()) row.outcome = message.outcome = Outcome::refused;
    authenticated_ |= authenticates(header);
    emit(row);
    if (!is_echo(header)) tell_points(header, message.cls, message.unit, message.peer_unit, emit);
    answer.on_header(header, emit);
  });
  emit(message);
  tell_condition(heading, emit);
  if (request == nullptr || (may_challenge && !answer.refused())) return;
  conclude(heading, *request, answer, fragment.whole && sound, emit);
}

void Application::conclude(const Heading& heading, Request& request, const Answer& answer, bool whole,
                           const Emit& emit) {
  const Function function{request.function_code};
  Outcome outcome = Outcome::accepted;
  std::string_view status;
  if (heading.indications.refuses() || answer.refused()) {
    outcome = Outcome::refused;
    status = heading.indications.refuses() ? heading.indications.reason() : answer.reason();
  } else if (needs_status(request.function_code) && !whole) {
    outcome = Outcome::none;  // the rest may say otherwise
  } else if (function >= Function::select && function <= Function::direct_operate && !answer.accepted()) {
    outcome = Outcome::none;  // no echo, and no error either
  }
  if (outcome == Outcome::accepted && request.critical && !authenticated_ && !open_stated_) {
    emit(OpenAccess{"dnp3"});
    open_stated_ = true;
  }
  exchange.answer(request, outcome, status, emit);
}

void Application::on_refused_frame(std::uint16_t master, std::uint16_t outstation, std::string_view status,
                                   const Emit& emit) {
  if (Request* request = exchange.find_confirmed(master, outstation))
    exchange.answer(*request, Outcome::refused, status, emit);
}

// How the outstation fares is told as which of its internal indications were seen set.
void Application::tell_condition(const Heading& heading, const Emit& emit) {
  const std::uint16_t condition = heading.indications.condition();
  if (condition == 0) return;
  const std::uint64_t told =
      std::uint64_t{heading.master()} << 32 | std::uint64_t{heading.outstation()} << 16 | condition;
  if (told == told_condition_) return;
  told_condition_ = told;
  for (std::uint32_t bit = 0; bit < 16; ++bit)
    if ((condition >> bit & 1) != 0)
      emit(Points{heading.message.cls, heading.message.unit, heading.message.peer_unit, point_kind(80), bit, 1});
}

}  // namespace kakoi::dnp3
