// Commands of one flow that wait for their answers, so that each is stated once, with its outcome. For protocols whose
// answers repeat something of the request (a sequence number, an invoke id). Bounded; nothing is allocated.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "dissectors/core/dissector.h"
#include "dissectors/core/text.h"

namespace kakoi {

// A command to the device itself, whoever sends it now. `step` is static.
inline ControlAction command(OperationClass cls, std::uint32_t function_code, std::string_view step,
                             std::string_view value = {}, std::uint32_t unit = kNoValue) noexcept {
  ControlAction action;
  action.cls = cls;
  action.function_code = function_code;
  action.unit = unit;
  action.step = step;
  action.value = value;
  return action;
}

template <std::size_t Most>
class OpenCommands {
 public:
  // `action`: all but outcome, status, asked, answered. Its texts are static, but for `value`, which is copied.
  // Not `must_answer`: silence is no sign.
  void ask(std::uint64_t key, const ControlAction& action, const Emit& emit, bool must_answer = true) noexcept {
    for (std::size_t i = 0; i < count_; ++i)
      if (open_[i].key == key && !open_[i].has_expired()) {  // the same again, or given up
        close(i, emit, Outcome::none);
        break;
      }
    if (count_ == Most) close(0, emit, Outcome::none);
    Open& o = open_[count_++];
    o.key = key;
    o.until = {};
    o.action = action;
    o.action.actor = emit.context().speaker;
    o.action.asked = emit.context().packet;
    o.size = std::min(action.value.size(), o.value.size());
    std::copy_n(action.value.begin(), o.size, o.value.begin());
    const Heard& answers = heard_by(other(o.action.actor));
    o.heard = answers.count;
    o.in_doubt = !must_answer || (answers.count != 0 && is_before(o.action.asked, answers.last));
  }
  // Every answer, of whichever side; `status` is static.
  void answer(std::uint64_t key, Outcome outcome, std::string_view status, const Emit& emit) noexcept {
    Heard& answers = heard_by(emit.context().speaker);
    ++answers.count;
    if (is_before(answers.last, emit.context().packet)) answers.last = emit.context().packet;
    for (std::size_t i = 0; i < count_; ++i) {
      if (open_[i].key != key || open_[i].action.actor == emit.context().speaker) continue;
      if (open_[i].has_expired() && is_before(open_[i].until, emit.context().packet)) continue;
      if (is_before(emit.context().packet, open_[i].action.asked)) return;
      open_[i].action.status = status;
      open_[i].action.answered = emit.context().packet;
      return close(i, emit, outcome);
    }
  }
  // What comes under that key from this packet on, answers something else.
  void expire(std::uint64_t key, const Emit& emit) noexcept {
    for (std::size_t i = 0; i < count_; ++i)
      if (open_[i].key == key && !open_[i].has_expired()) open_[i].until = emit.context().packet;
  }
  // Octets were lost: an answer may have been among them.
  void on_gap() noexcept {
    for (std::size_t i = 0; i < count_; ++i) open_[i].in_doubt = true;
  }
  void on_end(const Emit& emit) noexcept {
    while (count_ != 0) close(0, emit, Outcome::none);
  }

 private:
  struct Open {
    std::uint64_t key = 0;
    ControlAction action;
    PacketRef until;  // number 0: it may still be answered
    std::array<char, 48> value{};
    std::size_t size = 0;
    std::uint32_t heard = 0;  // answers of the other side when it was asked
    bool in_doubt = false;
    bool has_expired() const noexcept { return until.number() != 0; }
  };
  struct Heard {
    std::uint32_t count = 0;
    PacketRef last;
  };
  Heard& heard_by(Role speaker) noexcept { return heard_[static_cast<std::size_t>(speaker)]; }
  void close(std::size_t at, const Emit& emit, Outcome outcome) noexcept {
    Open& o = open_[at];
    const bool unanswered = outcome == Outcome::none && o.action.answered.number() == 0 &&
                            heard_by(other(o.action.actor)).count != o.heard && !o.in_doubt;
    o.action.outcome = unanswered ? Outcome::unanswered : outcome;
    o.action.value = {o.value.data(), o.size};
    emit(o.action);
    std::move(open_.begin() + static_cast<std::ptrdiff_t>(at) + 1, open_.begin() + static_cast<std::ptrdiff_t>(count_),
              open_.begin() + static_cast<std::ptrdiff_t>(at));
    --count_;
  }
  std::array<Open, Most> open_;  // oldest first
  std::size_t count_ = 0;
  std::array<Heard, 2> heard_;  // answers, by speaker
};

}  // namespace kakoi
