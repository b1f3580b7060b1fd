// What was asked in one conversation and waits for its answer, so that it is stated with its outcome: operations, commands
// one by one, and that no log-in was needed. Nothing is allocated.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/core/open_commands.h"
#include "dissectors/dlms/cosem.h"

namespace kakoi::dlms {

inline constexpr std::uint8_t kSuccess = 0;    // data-access-result and action-result
inline constexpr std::size_t kMostListed = 8;  // objects of one request that are told of one by one

// Who asks is the client, whoever has opened the connection.
struct Said {
  Role actor = Role::client;
  std::uint32_t unit = 0, peer = 0;  // addresses of server and client
  bool operator==(const Said&) const = default;
};

void state(const Said& s, OperationClass cls, std::uint32_t code, const Emit& emit, std::uint32_t qualifier = kNoValue,
           Outcome outcome = Outcome::none, bool is_message = true);

// `step` is static.
ControlAction action_of(const Said& s, std::uint8_t tag, OperationClass cls, std::string_view step) noexcept;

struct Asked {
  bool is_known = false;
  std::uint8_t tag = 0, invoke = 0;
  Said by;
  OperationClass cls = OperationClass::other;
  Object object{};           // class 0: not told
  bool may_anybody = false;  // without a log-in
  std::uint32_t qualifier() const noexcept { return is_known && object.class_id != 0 ? object.class_id : kNoValue; }
};

// Where a command stands: in the request of that tag and invoke-id, the index-th.
struct Place {
  std::uint8_t tag, invoke;
  std::size_t index;
};

class Requests {
 public:
  // States a request, and keeps it until its answer comes.
  void ask(const Said& s, std::uint8_t tag, std::uint8_t invoke, OperationClass cls, const Object& object,
           const Emit& emit);
  // By the lower half of invoke-id and priority, which the answer repeats.
  Asked& waiting(const Said& s, std::uint8_t invoke) noexcept {
    return asked_[static_cast<std::size_t>(s.actor)][invoke & 0x0F];
  }
  // Not known: none of that tag waits between these two.
  Asked take(const Said& s, std::uint8_t invoke, std::uint8_t tag) noexcept;
  // States what became of it.
  void conclude(const Said& s, const Asked& asked, Outcome outcome, const Emit& emit);

  void command(const Said& s, const Place& place, const ControlAction& action, const Emit& emit);
  void answer(const Said& s, const Place& place, Outcome outcome, std::string_view status, const Emit& emit);
  // By a data-access-result or action-result.
  void answer(const Said& s, const Place& place, std::uint8_t result, const Emit& emit);

  // Exceptions and errors do not say what they answer: it is what was asked last. False: nothing was.
  void set_latest(const Asked& asked) noexcept { latest_ = asked; }
  bool refuse_latest(const Said& s, const Emit& emit);

  // Is the association without a log-in?
  void set_anonymous(bool is_anonymous) noexcept { is_anonymous_ = is_anonymous; }
  void on_gap() noexcept;
  void on_end(const Emit& emit) { commands_.on_end(emit); }

 private:
  std::array<std::array<Asked, 16>, 2> asked_{};  // by actor and invoke-id
  Asked latest_;
  bool is_anonymous_ = false, open_stated_ = false;
  OpenCommands<16> commands_;
};

}  // namespace kakoi::dlms
