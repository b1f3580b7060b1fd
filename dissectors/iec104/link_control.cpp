#include "dissectors/iec104/link_control.h"

#include "dissectors/iec104/asdu_type.h"

namespace kakoi::iec104 {

namespace {

enum Function : unsigned { start, stop, test };
constexpr std::uint32_t kCodes[] = {kStartData, kStopData, kTestFrame};
constexpr std::string_view kSteps[] = {"start", "stop", "test"};
constexpr std::string_view kValues[] = {"data transfer", "data transfer", "connection"};

struct Meaning {
  Function function;
  bool is_act;
};
constexpr Meaning meaning_of(Control control) noexcept {
  switch (control) {
    case Control::startdt_act:
      return {start, true};
    case Control::startdt_con:
      return {start, false};
    case Control::stopdt_act:
      return {stop, true};
    case Control::stopdt_con:
      return {stop, false};
    case Control::testfr_act:
      return {test, true};
    case Control::testfr_con:
      break;
  }
  return {test, false};
}

}  // namespace

void LinkControl::on_frame(Control control, Role speaker, const Hearing& hearing, const Emit& emit) {
  const Meaning meaning = meaning_of(control);
  const Role actor = meaning.is_act ? speaker : other(speaker);
  Act& act = acts_[meaning.function][static_cast<std::size_t>(actor)];
  if (meaning.is_act) {
    if (act.open) state(meaning.function, actor, act, hearing.silence(other(actor), act.answerer), {}, emit);
    act = {true, emit.context().packet, hearing.mark(other(actor), emit.context().packet.ts)};
  } else if (act.open) {
    act.open = false;
    state(meaning.function, actor, act, Outcome::accepted, emit.context().packet, emit);
  }
}

void LinkControl::on_end(const Hearing& hearing, const Emit& emit) {
  for (unsigned function = 0; function < acts_.size(); ++function)
    for (const Role actor : {Role::client, Role::server}) {
      Act& act = acts_[function][static_cast<std::size_t>(actor)];
      if (act.open) state(function, actor, act, hearing.silence(other(actor), act.answerer), {}, emit);
      act.open = false;
    }
}

void LinkControl::state(unsigned function, Role actor, const Act& act, Outcome outcome, PacketRef answered,
                        const Emit& emit) {
  if (function == test && outcome != Outcome::unanswered) return;
  emit(ControlAction{.cls = OperationClass::session,
                     .actor = actor,
                     .function_code = kCodes[function],
                     .point_kind = {},
                     .step = kSteps[function],
                     .value = kValues[function],
                     .outcome = outcome,
                     .status = {},
                     .asked = act.asked,
                     .answered = answered});
}

}  // namespace kakoi::iec104
