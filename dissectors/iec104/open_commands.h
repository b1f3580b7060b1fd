// Requests of the controlling station that wait for their confirmation (-101 §7.4.7 and 7.2.3): matched by type,
// common address and object address. The answer mirrors the request, with another cause.
#pragma once

#include <array>

#include "dissectors/core/dissector.h"
#include "dissectors/iec104/asdu.h"
#include "dissectors/iec104/command.h"
#include "dissectors/iec104/hearing.h"

namespace kakoi::iec104 {

class OpenCommands {
 public:
  // An ASDU in control direction that asks for an answer (is_request()).
  void ask(const AsduType& type, const Asdu& asdu, const ObjectList& objects, Role speaker, const Hearing& hearing,
           const Emit& emit);
  // A confirmation, positive or negative (is_answer()). False: no request to it is known.
  bool answer(const AsduType& type, const Asdu& asdu, const ObjectList& objects, Role speaker, const Emit& emit);
  // Monitored data with cause "request": what C_RD_NA_1 asked for.
  void read_answered(const Asdu& asdu, const ObjectList& objects, Role speaker, const Emit& emit);
  // Requests of that side may have passed unseen (lost bytes, or the connection is older than the capture), so
  // that a confirmation may tell of a command that was not seen.
  void may_have_missed(Role actor, bool yes) noexcept { missed_[static_cast<std::size_t>(actor)] = yes; }
  void on_end(const Hearing& hearing, const Emit& emit);

  static bool is_request(const AsduType& type, std::uint8_t cause) noexcept;
  static bool is_answer(const AsduType& type, std::uint8_t cause) noexcept;

 private:
  struct Command {
    const AsduType* type = nullptr;
    PacketRef asked;
    Hearing::Mark answerer{};
    std::uint32_t object = 0;
    std::uint16_t common_address = 0;
    std::uint8_t cause = 0;
    bool test = false;
    std::uint32_t serial = 0;  // counts the requests of the flow
    bool counts = false;       // the first object of its ASDU, for which the row of messages is counted
    Role actor = Role::client;
    std::uint8_t element_size = 0;
    std::array<std::uint8_t, kLongestCommand> element{};

    Bytes bytes() const noexcept { return Bytes(element).first(element_size); }
  };
  static Command command_of(const AsduType& type, const Asdu& asdu, const ObjectList& objects, unsigned object,
                            Role actor, const Emit& emit);
  static void state(const Command& command, Outcome outcome, std::string_view status, PacketRef answered,
                    const Emit& emit);
  std::size_t find(const AsduType& type, const Asdu& asdu, std::uint32_t object, Bytes element, Role actor) const;
  Command take(std::size_t at);
  // What is known of a command that will not be waited for any longer.
  Outcome silence(const Command& command, const Hearing& hearing) const noexcept;
  void forget_stale(const Command& fresh, const Hearing& hearing, const Emit& emit);

  // More than a window (k, §5.5: 12 I-frames) leaves open.
  static constexpr std::size_t kMostOpen = 32;
  std::uint32_t size_ = 0;  // of open_
  std::uint32_t requests_ = 0;
  std::array<std::uint32_t, 2> answered_{};  // serial of the latest request that was answered, by actor
  std::array<bool, 2> missed_{true, true};   // by actor
  std::array<Command, kMostOpen> open_{};    // the oldest first
};

}  // namespace kakoi::iec104
