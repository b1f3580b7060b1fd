// Sets of PROFINET DCP that wait for their answers (IEC 61158-6-10 §4.3: an answer repeats the transaction id and names
// each block). A frame belongs to no session that could hold them, so the few that are open at a time are kept in one
// place, whoever sent them. Bounded; nothing is allocated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi {

class DcpRequests {
 public:
  // `block`: option · 256 + suboption. `action`: all but outcome, status, asked, answered; its value is copied.
  void ask(std::uint32_t transaction, std::uint16_t block, const ControlAction& action, const Emit& emit) noexcept;
  // What the other side of that conversation says of a block; `status` is static.
  void answer(std::uint32_t transaction, std::uint16_t block, Outcome outcome, std::string_view status,
              const Emit& emit) noexcept;
  // The same of all that the message asked for.
  void refuse_all(std::uint32_t transaction, std::string_view status, const Emit& emit) noexcept;
  // Nothing more will come: what became of the rest is not told.
  void finish(Sink& sink) const;

 private:
  static constexpr std::size_t kMost = 64, kMostValue = 96;
  struct Open {
    bool in_use = false;
    const Protocol* protocol = nullptr;
    Conversation conversation;
    Address speaker_mac;
    std::uint32_t transaction = 0;
    std::uint16_t block = 0;
    ControlAction action;
    std::array<char, kMostValue> value{};
    std::size_t size = 0;
  };
  static bool is_of(const Open& open, std::uint32_t transaction, const Conversation& conversation) noexcept;
  static void state(const Open& open, Outcome outcome, std::string_view status, const PacketRef& answered, Sink& sink);

  std::array<Open, kMost> open_;
  std::size_t next_ = 0;  // to be taken, whether it is in use or not: the oldest
};

}  // namespace kakoi
