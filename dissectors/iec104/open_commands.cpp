#include "dissectors/iec104/open_commands.h"

#include <algorithm>

namespace kakoi::iec104 {

namespace {

constexpr std::uint32_t kRead = 102;

constexpr bool is_global(std::uint16_t common_address) noexcept { return common_address == 0xFFFF; }

// Which request an answer of that cause is to; the unknown ones are to any.
constexpr bool answers(std::uint8_t cause, std::uint8_t request) noexcept {
  switch (cause) {
    case kActivationCon:
    case kActivationTerm:
      return request == kActivation;
    case kDeactivationCon:
      return request == kDeactivation;
    default:
      return is_unknown(cause);
  }
}

}  // namespace

bool OpenCommands::is_request(const AsduType& type, std::uint8_t cause) noexcept {
  if (type.direction != Direction::controlling || type.cls == OperationClass::file) return false;
  return cause == kActivation || cause == kDeactivation || (type.id == kRead && cause == kRequest);
}

bool OpenCommands::is_answer(const AsduType& type, std::uint8_t cause) noexcept {
  if (type.direction != Direction::controlling || type.cls == OperationClass::file) return false;
  return is_confirmation(cause);
}

OpenCommands::Command OpenCommands::command_of(const AsduType& type, const Asdu& asdu, const ObjectList& objects,
                                               unsigned object, Role actor, const Emit& emit) {
  Command c;
  c.type = &type;
  c.asked = emit.context().packet;
  c.object = objects.address(object);
  c.common_address = asdu.common_address;
  c.cause = asdu.cause;
  c.test = asdu.test;
  c.counts = object == 0;
  c.actor = actor;
  const Bytes element = objects.element(object);
  c.element_size = static_cast<std::uint8_t>(std::min(element.size(), c.element.size()));
  std::copy_n(element.begin(), c.element_size, c.element.begin());
  return c;
}

void OpenCommands::ask(const AsduType& type, const Asdu& asdu, const ObjectList& objects, Role speaker,
                       const Hearing& hearing, const Emit& emit) {
  ++requests_;
  for (unsigned i = 0; i < objects.size(); ++i) {
    Command fresh = command_of(type, asdu, objects, i, speaker, emit);
    fresh.answerer = hearing.mark(other(speaker), fresh.asked.ts);
    fresh.serial = requests_;
    forget_stale(fresh, hearing, emit);
    if (size_ == kMostOpen) {
      const Command oldest = take(0);
      state(oldest, silence(oldest, hearing), {}, {}, emit);
    }
    open_[size_++] = fresh;
  }
}

bool OpenCommands::answer(const AsduType& type, const Asdu& asdu, const ObjectList& objects, Role speaker,
                          const Emit& emit) {
  const Role actor = other(speaker);
  const bool refused = asdu.negative || is_unknown(asdu.cause);
  const Outcome outcome = refused ? Outcome::refused : Outcome::accepted;
  const std::string_view status = refused ? refusal(asdu.cause) : std::string_view();
  bool known = false;
  for (unsigned i = 0; i < objects.size(); ++i) {
    const std::size_t at = find(type, asdu, objects.address(i), objects.element(i), actor);
    if (at < size_) {
      known = true;
      const Command answered = take(at);
      auto& latest = answered_[static_cast<std::size_t>(actor)];
      latest = std::max(latest, answered.serial);
      state(answered, outcome, status, emit.context().packet, emit);
      may_have_missed(actor, false);
    } else if (missed_[static_cast<std::size_t>(actor)] && asdu.cause != kActivationTerm) {
      // The confirmation repeats the command that was not seen.
      Command missed = command_of(type, asdu, objects, i, actor, emit);
      missed.cause = asdu.cause == kDeactivationCon ? kDeactivation : kActivation;
      missed.counts = false;
      state(missed, outcome, status, missed.asked, emit);
    }
  }
  return known;
}

void OpenCommands::read_answered(const Asdu& asdu, const ObjectList& objects, Role speaker, const Emit& emit) {
  for (std::size_t at = 0; at < size_; ++at) {
    const Command& c = open_[at];
    if (c.type->id != kRead || c.actor == speaker || c.common_address != asdu.common_address) continue;
    for (unsigned i = 0; i < objects.size(); ++i)
      if (objects.address(i) == c.object) return state(take(at), Outcome::accepted, {}, emit.context().packet, emit);
  }
}

void OpenCommands::on_end(const Hearing& hearing, const Emit& emit) {
  for (std::size_t i = 0; i < size_; ++i) state(open_[i], silence(open_[i], hearing), {}, {}, emit);
  size_ = 0;
}

// Stations take I-frames in order (§5.1): one that answered a later request passed over the earlier.
Outcome OpenCommands::silence(const Command& c, const Hearing& hearing) const noexcept {
  const Role answerer = other(c.actor);
  const bool passed_over = answered_[static_cast<std::size_t>(c.actor)] > c.serial;
  if (passed_over && hearing.is_unbroken(answerer, c.answerer)) return Outcome::unanswered;
  return hearing.silence(answerer, c.answerer);
}

// The oldest that the answer mirrors to the octet; some stations mend qualifier or time, so else the oldest.
std::size_t OpenCommands::find(const AsduType& type, const Asdu& asdu, std::uint32_t object, Bytes element,
                               Role actor) const {
  std::size_t found = size_;
  for (std::size_t i = 0; i < size_; ++i) {
    const Command& c = open_[i];
    if (c.type != &type || c.object != object || c.actor != actor || !answers(asdu.cause, c.cause)) continue;
    if (c.common_address != asdu.common_address && !is_global(c.common_address)) continue;
    if (std::ranges::equal(c.bytes(), element)) return i;
    if (found == size_) found = i;
  }
  return found;
}

OpenCommands::Command OpenCommands::take(std::size_t at) {
  const Command taken = open_[at];
  std::copy(open_.begin() + static_cast<std::ptrdiff_t>(at) + 1, open_.begin() + static_cast<std::ptrdiff_t>(size_),
            open_.begin() + static_cast<std::ptrdiff_t>(at));
  --size_;
  return taken;
}

// A command repeated long after must not have its confirmation taken for the first one's.
void OpenCommands::forget_stale(const Command& fresh, const Hearing& hearing, const Emit& emit) {
  for (std::size_t i = 0; i < size_;) {
    const Command& c = open_[i];
    const bool same = c.type == fresh.type && c.object == fresh.object && c.common_address == fresh.common_address &&
                      c.actor == fresh.actor;
    if (!same || fresh.asked.ts - c.asked.ts < kPatience) {
      ++i;
      continue;
    }
    const Command stale = take(i);
    state(stale, silence(stale, hearing), {}, {}, emit);
  }
}

void OpenCommands::state(const Command& c, Outcome outcome, std::string_view status, PacketRef answered,
                         const Emit& emit) {
  const AsduType& type = *c.type;
  if (c.counts && outcome != Outcome::none)
    emit(Operation{.cls = type.cls,
                   .function_code = type.id,
                   .unit = c.common_address,
                   .qualifier = c.cause,
                   .outcome = outcome,
                   .is_message = false});
  if (!is_command(type.id)) return;
  // Object address 0 is no object (-101 §7.2.5): the parameters loaded before, or the station.
  const bool whole_station = is_station_wide(type.id) || c.object == 0;
  CommandText value;
  describe(type.id, c.bytes(), value);
  if (c.test)
    for (const char letter : std::string_view(", test")) value.push(letter);
  emit(ControlAction{.cls = type.cls,
                     .actor = c.actor,
                     .function_code = type.id,
                     .unit = c.common_address,
                     .point_kind = whole_station ? std::string_view() : type.kind,
                     .point = whole_station ? kNoValue : c.object,
                     .step = step_of(type.id, c.cause, c.bytes()),
                     .value = value.view(),
                     .outcome = outcome,
                     .status = status,
                     .asked = c.asked,
                     .answered = answered});
}

}  // namespace kakoi::iec104
