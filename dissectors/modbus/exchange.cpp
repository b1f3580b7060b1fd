#include "dissectors/modbus/exchange.h"

#include <algorithm>

#include "dissectors/modbus/bounds.h"
#include "dissectors/modbus/identity.h"
#include "dissectors/modbus/points.h"
#include "dissectors/modbus/umas.h"

namespace kakoi::modbus {

namespace {

constexpr std::uint8_t kAcknowledge = 5;

// §7: an Acknowledge says that the request was accepted and takes its time; every other exception refuses.
Outcome outcome_of(const Message& answer) noexcept {
  if (answer.is_exception())
    return answer.pdu.size() > 1 && answer.pdu[1] == kAcknowledge ? Outcome::accepted : Outcome::refused;
  return function_of(answer.pdu[0]) == Function::umas ? umas::outcome_of(answer.pdu) : Outcome::accepted;
}

std::string_view status_of(const Message& answer, Outcome outcome) noexcept {
  if (answer.is_exception() && answer.pdu.size() > 1) return exception_name(answer.pdu[1]);
  return !answer.is_exception() && outcome == Outcome::refused ? "UMAS error" : "";
}

// A broadcast has no answer on a serial line (Serial Line V1.02 §2.1), nor has Force Listen Only (§6.8).
bool wants_no_answer(const Message& request, Kind kind) noexcept {
  return request.unit == 0 || (function_of(request.pdu[0]) == Function::diagnostics &&
                               kind.qualifier == static_cast<std::uint32_t>(Diagnostic::force_listen_only));
}

// Octets of a write, from its function code on, that its answer repeats (§6.5, §6.6, §6.11, §6.12, §6.16):
// the address and, but for the values of single writes, what follows. 0: none.
constexpr std::size_t echoed(Function function) noexcept {
  switch (function) {
    case Function::write_single_coil:
    case Function::write_single_register:
      return 3;
    case Function::write_multiple_coils:
    case Function::write_multiple_registers:
      return 5;
    case Function::mask_write_register:
      return 7;
    default:
      return 0;
  }
}

void check_request(const Message& m, const Emit& emit) {
  if (m.code() == 0 || m.is_exception()) return emit(Anomaly{Fault::bad_value, m.pdu_at});
  const Fit fit = request_fit(m.pdu, m.pdu_size);
  if (fit == Fit::misfit) return emit(Anomaly{Fault::bad_length, m.pdu_at});
  if (!m.is_whole()) return;
  if (const auto at = bad_request_value(m.pdu)) emit(Anomaly{Fault::bad_value, m.pdu_at + at});
}

void check_answer(const Message& m, const Emit& emit) {
  if (m.code() == 0) return emit(Anomaly{Fault::bad_value, m.pdu_at});
  if (response_fit(m.pdu, m.pdu_size) == Fit::misfit) return emit(Anomaly{Fault::bad_length, m.pdu_at});
  if (!m.is_whole()) return;
  if (const auto at = bad_response_value(m.pdu)) emit(Anomaly{Fault::bad_value, m.pdu_at + at});
}

}  // namespace

void Exchange::on_message(const Message& message, Role speaker, const Emit& emit) {
  if (speaker == Role::client)
    on_request(message, emit);
  else
    on_answer(message, emit);
}

void Exchange::on_request(const Message& message, const Emit& emit) {
  if (!message.is_exception()) make_room(message, emit);
  const Kind kind = kind_of(message.pdu, Role::client);
  emit(Operation{.cls = kind.cls, .function_code = message.code(), .unit = message.unit, .qualifier = kind.qualifier});
  check_request(message, emit);
  if (message.is_exception()) return;
  if (is_new(message)) state_points(message.pdu, message.unit, emit);
  remember(message, kind, emit);
}

// Whether the points of such a request have not been stated of late. They rest on the unit and the first five octets
// (§6.1 to §6.12, §6.16); of functions that name more than one run of points, on all octets.
bool Exchange::is_new(const Message& request) noexcept {
  constexpr std::size_t kHead = 5;
  constexpr std::uint64_t kTaken = 1 << 8;  // told_ begins with zeros
  switch (function_of(request.code())) {
    case Function::read_write_multiple_registers:
    case Function::read_file_record:
    case Function::write_file_record:
      return true;
    default:
      break;
  }
  if (request.pdu.size() < kHead) return true;
  std::uint64_t key = kTaken | request.unit;
  for (std::size_t i = 0; i < kHead; ++i) key = key << 8 | request.pdu[i];
  if (std::find(told_.begin(), told_.end(), key) != told_.end()) return false;
  told_[told_at_++ % told_.size()] = key;
  return true;
}

void Exchange::on_answer(const Message& message, const Emit& emit) {
  ++heard_;
  if (is_before(last_heard_, emit.context().packet)) last_heard_ = emit.context().packet;
  Request* const request = find(message, emit.context().packet);
  const Outcome outcome = outcome_of(message);
  const Kind kind = request ? request->kind : kind_of(message.pdu, Role::server);
  emit(Operation{.cls = kind.cls,
                 .function_code = message.code(),
                 .unit = message.unit,
                 .qualifier = kind.qualifier,
                 .outcome = outcome});
  check_answer(message, emit);
  if (outcome == Outcome::accepted && !message.is_exception()) {
    // The protocol has no authentication: one accepted request shows that anybody is let in.
    if (!open_stated_) emit(OpenAccess{"modbus"});
    open_stated_ = true;
    state_identity(message, kind, emit);
  }
  if (!request) return;
  if (request->byte_count != 0 && !request->in_doubt && !message.is_exception() && message.pdu.size() > 1 &&
      message.pdu[1] != request->byte_count)
    emit(Anomaly{Fault::bad_value, message.pdu_at + 1});
  if (request->head_size != 0)
    state_commands(*request, {outcome, status_of(message, outcome), request->asked, emit.context().packet}, emit);
  forget(*request);
}

void Exchange::make_room(const Message& message, const Emit& emit) {
  for (std::size_t i = 0; i < count_; ++i) {
    const Request& before = waiting_[i];
    if (before.transaction != message.transaction || before.unit != message.unit) continue;
    give_up(before, emit);
    forget(before);
    break;
  }
  if (count_ == waiting_.size()) {
    give_up(waiting_[0], emit);
    forget(waiting_[0]);
  }
}

void Exchange::remember(const Message& message, Kind kind, const Emit& emit) {
  Request& r = waiting_[count_++];
  r.transaction = message.transaction;
  r.unit = message.unit;
  r.code = message.code();
  r.byte_count = expected_byte_count(message.pdu);
  r.head_size = 0;
  r.asked = emit.context().packet;
  r.in_doubt = heard_ != 0 && is_before(r.asked, last_heard_);
  r.may_be_silent = wants_no_answer(message, kind);
  r.heard = heard_;
  r.kind = kind;
  if (!is_action(message.pdu)) return;
  if (function_of(r.code) == Function::write_file_record) {
    for (std::size_t i = 0; i + 1 < count_; ++i) {  // its sub-requests are about to be overwritten
      Request& before = waiting_[i];
      if (function_of(before.code) != Function::write_file_record || before.head_size == 0) continue;
      give_up(before, emit);
      forget(before);
      break;
    }
    file_write_size_ = std::min(message.pdu.size(), file_write_.size());
    std::copy_n(message.pdu.begin(), file_write_size_, file_write_.begin());
    waiting_[count_ - 1].head_size = 1;
    return;
  }
  r.head_size = static_cast<std::uint8_t>(std::min(message.pdu.size(), r.head.size()));
  std::copy_n(message.pdu.begin(), r.head_size, r.head.begin());
}

Exchange::Request* Exchange::find(const Message& message, const PacketRef& at) noexcept {
  for (std::size_t i = 0; i < count_; ++i) {
    Request& r = waiting_[i];
    if (r.transaction != message.transaction || r.unit != message.unit) continue;
    if (r.code != message.code() || is_before(at, r.asked)) return nullptr;
    // Another's address in the echo: the late answer to a request that was given up.
    const std::size_t echo = message.is_exception() ? 0 : echoed(function_of(r.code));
    const bool comparable = echo != 0 && r.head_size >= echo && message.pdu.size() >= echo;
    if (comparable &&
        !std::equal(r.head.begin() + 1, r.head.begin() + static_cast<std::ptrdiff_t>(echo), message.pdu.begin() + 1))
      return nullptr;
    return &r;
  }
  return nullptr;
}

void Exchange::forget(const Request& request) noexcept {
  const auto at = static_cast<std::size_t>(&request - waiting_.data());
  std::move(waiting_.begin() + static_cast<std::ptrdiff_t>(at) + 1,
            waiting_.begin() + static_cast<std::ptrdiff_t>(count_), waiting_.begin() + static_cast<std::ptrdiff_t>(at));
  --count_;
}

void Exchange::give_up(const Request& request, const Emit& emit) {
  const bool unanswered = heard_ != request.heard && !request.in_doubt && !request.may_be_silent;
  const Outcome outcome = unanswered ? Outcome::unanswered : Outcome::none;
  if (unanswered)
    emit(Operation{.cls = request.kind.cls,
                   .function_code = request.code,
                   .unit = request.unit,
                   .qualifier = request.kind.qualifier,
                   .outcome = outcome,
                   .is_message = false});
  if (request.head_size != 0) state_commands(request, {outcome, {}, request.asked, {}}, emit);
}

void Exchange::state_commands(const Request& request, const Decision& decision, const Emit& emit) {
  const Bytes pdu = function_of(request.code) == Function::write_file_record
                        ? Bytes(file_write_).first(file_write_size_)
                        : Bytes(request.head).first(request.head_size);
  state_actions(pdu, request.unit, request.kind, decision, emit);
}

void Exchange::state_identity(const Message& message, Kind kind, const Emit& emit) {
  constexpr std::uint32_t kReadPlcId = 0x02;
  switch (function_of(message.code())) {
    case Function::encapsulated_interface_transport:
      return state_device_identification(message.pdu, message.unit, emit);
    case Function::report_server_id:
      return state_server_id(message.pdu, message.unit, emit);
    case Function::umas:
      if (kind.qualifier == kReadPlcId) umas::state_identity(message.pdu, identity_confidence(message.unit, 90), emit);
      return;
    default:
      return;
  }
}

void Exchange::on_gap() noexcept {
  for (std::size_t i = 0; i < count_; ++i) waiting_[i].in_doubt = true;
}

void Exchange::on_end(const Emit& emit) {
  for (std::size_t i = 0; i < count_; ++i) give_up(waiting_[i], emit);
  count_ = 0;
}

}  // namespace kakoi::modbus
