#include "dissectors/dlms/requests.h"

#include <utility>

namespace kakoi::dlms {

namespace {

std::uint64_t key(const Said& s, const Place& place) noexcept {
  return std::uint64_t{s.unit & 0xFFFF} << 32 | std::uint64_t{s.peer & 0xFF} << 24 | std::uint64_t{place.tag} << 16 |
         std::uint64_t{place.invoke & 0x0Fu} << 8 | place.index;
}

}  // namespace

void state(const Said& s, OperationClass cls, std::uint32_t code, const Emit& emit, std::uint32_t qualifier,
           Outcome outcome, bool is_message) {
  emit(Operation{.cls = cls,
                 .function_code = code,
                 .unit = s.unit,
                 .peer_unit = s.peer,
                 .qualifier = qualifier,
                 .outcome = outcome,
                 .is_message = is_message,
                 .actor = s.actor});
}

ControlAction action_of(const Said& s, std::uint8_t tag, OperationClass cls, std::string_view step) noexcept {
  ControlAction action = kakoi::command(cls, tag, step, {}, s.unit);
  action.peer_unit = s.peer;
  return action;
}

void Requests::ask(const Said& s, std::uint8_t tag, std::uint8_t invoke, OperationClass cls, const Object& object,
                   const Emit& emit) {
  Asked& asked = waiting(s, invoke);
  asked = {true, tag, invoke, s, cls, object, is_public(object)};
  latest_ = asked;
  state(s, cls, tag, emit, asked.qualifier());
}

Asked Requests::take(const Said& s, std::uint8_t invoke, std::uint8_t tag) noexcept {
  Asked& asked = waiting(s, invoke);
  if (!asked.is_known || asked.tag != tag || asked.by != s) return {};
  return std::exchange(asked, {});
}

void Requests::conclude(const Said& s, const Asked& asked, Outcome outcome, const Emit& emit) {
  state(s, asked.cls, asked.tag, emit, asked.qualifier(), outcome, false);
  // Without a log-in, something was read or changed that is not there for everybody.
  if (outcome != Outcome::accepted || !is_anonymous_ || asked.may_anybody || open_stated_ || s.actor != Role::client)
    return;
  emit(OpenAccess{"dlms"});
  open_stated_ = true;
}

void Requests::command(const Said& s, const Place& place, const ControlAction& action, const Emit& emit) {
  commands_.ask(key(s, place), action, emit);
}

void Requests::answer(const Said& s, const Place& place, Outcome outcome, std::string_view status, const Emit& emit) {
  commands_.answer(key(s, place), outcome, status, emit);
}

void Requests::answer(const Said& s, const Place& place, std::uint8_t result, const Emit& emit) {
  if (result == kSuccess)
    answer(s, place, Outcome::accepted, {}, emit);
  else
    answer(s, place, Outcome::refused, result_name(result), emit);
}

bool Requests::refuse_latest(const Said& s, const Emit& emit) {
  const Asked asked = std::exchange(latest_, {});
  if (!asked.is_known || asked.by.actor != s.actor) return false;
  take(s, asked.invoke, asked.tag);
  for (std::size_t i = 0; i < kMostListed; ++i)
    answer(s, {asked.tag, asked.invoke, i}, Outcome::refused, "refused", emit);
  state(s, asked.cls, asked.tag, emit, asked.qualifier(), Outcome::refused, false);
  return true;
}

void Requests::on_gap() noexcept {
  commands_.on_gap();
  // What is missing may have been a request under the same invoke-id, or a log-in.
  asked_ = {};
  latest_ = {};
  is_anonymous_ = false;
}

}  // namespace kakoi::dlms
