// Commands that ask for a header or configuration frame (C37.118.2-2011, clause 6.6), until that frame comes. They are
// told as operations with their outcome, not as control actions: they change nothing.
#pragma once

#include <array>

#include "dissectors/core/open_commands.h"
#include "dissectors/synchrophasor/frame.h"

namespace kakoi::synchrophasor {

class Requests {
 public:
  // `answer`: the type of frame that is asked for.
  void ask(std::uint32_t function_code, Type answer, std::uint16_t unit, const Emit& emit) {
    const Role actor = emit.context().speaker;
    for (std::size_t i = 0; i < size_; ++i) {
      if (open_[i].function_code != function_code || open_[i].unit != unit || open_[i].actor != actor) continue;
      close(i, silence(open_[i]), emit);  // the same again
      break;
    }
    if (size_ == open_.size()) close(0, silence(open_[0]), emit);
    const Heard& heard = heard_by(other(actor));
    const PacketRef asked = emit.context().packet;
    // Of a side that was not heard yet, the beginning may be missing without a trace.
    const bool in_doubt = !heard.anything || (heard.count != 0 && is_before(asked, heard.last));
    open_[size_++] = {asked, heard.count, function_code, unit, answer, actor, in_doubt};
  }
  // Any frame of whichever side, before ask() and answer().
  void hear(Role speaker) noexcept { heard_by(speaker).anything = true; }
  // A frame that may be asked for. True: it was.
  bool answer(Type type, std::uint16_t unit, const Emit& emit) {
    const Role speaker = emit.context().speaker;
    Heard& heard = heard_by(speaker);
    ++heard.count;
    if (is_before(heard.last, emit.context().packet)) heard.last = emit.context().packet;
    for (std::size_t i = 0; i < size_; ++i) {
      if (open_[i].answer != type || open_[i].unit != unit || open_[i].actor == speaker) continue;
      if (is_before(emit.context().packet, open_[i].asked)) return false;
      close(i, Outcome::accepted, emit);
      return true;
    }
    return false;
  }
  // Octets were lost: an answer may have been among them.
  void on_gap() noexcept {
    for (std::size_t i = 0; i < size_; ++i) open_[i].in_doubt = true;
  }
  void on_end(const Emit& emit) {
    while (size_ != 0) close(0, silence(open_[0]), emit);
  }

 private:
  struct Open {
    PacketRef asked;
    std::uint32_t heard = 0;  // answers of the other side when it was asked
    std::uint32_t function_code = 0;
    std::uint16_t unit = 0;
    Type answer = Type::header;
    Role actor = Role::client;
    bool in_doubt = false;
  };
  struct Heard {
    std::uint32_t count = 0;
    PacketRef last;
    bool anything = false;
  };
  Heard& heard_by(Role speaker) noexcept { return heard_[static_cast<std::size_t>(speaker)]; }
  // Who answers something else instead has passed over the request.
  Outcome silence(const Open& o) noexcept {
    return heard_by(other(o.actor)).count != o.heard && !o.in_doubt ? Outcome::unanswered : Outcome::none;
  }
  void close(std::size_t at, Outcome outcome, const Emit& emit) {
    const Open o = open_[at];
    std::move(open_.begin() + static_cast<std::ptrdiff_t>(at) + 1, open_.begin() + static_cast<std::ptrdiff_t>(size_),
              open_.begin() + static_cast<std::ptrdiff_t>(at));
    --size_;
    if (outcome == Outcome::none) return;
    emit(Operation{.cls = OperationClass::identify,
                   .function_code = o.function_code,
                   .unit = o.unit,
                   .outcome = outcome,
                   .is_message = false});
  }

  std::array<Open, 8> open_{};  // oldest first
  std::size_t size_ = 0;
  std::array<Heard, 2> heard_{};  // answers, by speaker
};

}  // namespace kakoi::synchrophasor
