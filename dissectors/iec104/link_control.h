// STARTDT, STOPDT and TESTFR (-104 §5.2, 5.3): each act asks for its con.
#pragma once

#include <array>

#include "dissectors/core/dissector.h"
#include "dissectors/iec104/apdu.h"
#include "dissectors/iec104/hearing.h"

namespace kakoi::iec104 {

class LinkControl {
 public:
  void on_frame(Control control, Role speaker, const Hearing& hearing, const Emit& emit);
  void on_end(const Hearing& hearing, const Emit& emit);

 private:
  // An act without its con. Tests are told of only when they stay unanswered: they pass all day.
  struct Act {
    bool open = false;
    PacketRef asked;
    Hearing::Mark answerer{};
  };
  static void state(unsigned function, Role actor, const Act& act, Outcome outcome, PacketRef answered,
                    const Emit& emit);

  std::array<std::array<Act, 2>, 3> acts_{};  // by function, by actor
};

}  // namespace kakoi::iec104
