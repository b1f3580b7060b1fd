// Requests and what became of them (IEEE 1815-2012 clause 4). A response tells by link addresses and
// application sequence number which request it answers. Masters ask one thing at a time of an
// outstation, but several outstations may stand behind one connection.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "dissectors/core/dissector.h"
#include "dissectors/core/text.h"
#include "dissectors/dnp3/value.h"

namespace kakoi::dnp3 {

struct Request {
  std::uint32_t id = 0;  // never 0 once used
  std::uint16_t master = 0;
  std::uint16_t outstation = 0;  // as addressed: the self-address stands for whoever answers
  std::uint8_t sequence = 0;
  std::uint8_t function_code = 0;
  OperationClass cls = OperationClass::other;
  Role actor = Role::client;
  bool confirmed_link = false;  // came as confirmed user data, so the link layer answers, too
  bool critical = false;        // changes the outstation
  bool has_actions = false;
  std::uint32_t digest = 0;  // of the whole fragment; 0 of a READ
  std::uint32_t echo = 0;    // of commanded points and values, as the response will repeat them
  PacketRef asked;
};

struct Response {
  std::uint16_t master = 0;
  std::uint16_t outstation = 0;
  std::uint8_t sequence = 0;
  Role answerer = Role::server;
  Bytes objects;  // headers and all
};

// One command of a request, see ControlAction.
struct Action {
  std::uint32_t request = 0;
  OperationClass cls = OperationClass::control;
  std::uint8_t group = 0;  // 12, 41: its echo has a status of its own. Else the response as a whole tells
  std::string_view point_kind, step;
  std::uint32_t point = kNoValue;
  std::uint32_t points = 1;
  Outcome outcome = Outcome::none;
  std::string_view status;
  Text value;
};

class Exchange {
 public:
  // A frame of that side passed.
  void hear(Role speaker) noexcept { heard_[static_cast<std::size_t>(speaker)] = last_id_; }
  // Octets were lost: what is open may have been answered in them, or answers may be another's.
  void lose() noexcept { lost_ = true; }
  // States what was lost, if anything. To be called before a frame is read.
  void settle(const Emit& emit) {
    if (lost_) give_up(emit);
  }
  // States all that is open.
  void end(const Emit& emit);

  // A new request; null if it repeats the one before it: the outstation then repeats its answer and does
  // nothing (a repeated READ is read again). Makes room by stating what is oldest.
  Request* ask(const Request& request, const Emit& emit);
  // The open request that a response answers; null if there is none. Of several with one sequence number, the
  // one whose commands are repeated, else the oldest: outstations answer in order.
  Request* find(const Response& response) noexcept;
  // The latest open request on that link that came as confirmed user data; null if there is none.
  Request* find_confirmed(std::uint16_t master, std::uint16_t outstation) noexcept;
  // The request is answered: states its outcome, and its actions; those without an outcome of their own share it.
  void answer(Request& request, Outcome outcome, std::string_view status, const Emit& emit);

  // A new action of `request`, blank but for its class and step. Null if that request has too many: its last
  // action then stands for one more, without saying which. Makes room by stating what is oldest. Valid until the next.
  Action* add(Request& request, std::string_view step, const Emit& emit);
  // Calls f(Action&) for each action of the request.
  template <typename Function>
  void for_each(const Request& request, Function f) {
    if (!request.has_actions) return;
    for (Action& action : actions_)
      if (action.request == request.id) f(action);
  }

  // Files that were opened for writing, by the outstation's handle.
  void remember_file(const Request& request, std::uint32_t handle, std::string_view name);
  std::string_view file_name(const Request& request, std::uint32_t handle) const noexcept;
  // A name and password under way (AUTHENTICATE_FILE).
  void remember_login(const Request& request, std::string_view user, std::string_view secret);
  void answer_login(const Request& request, bool accepted, const Emit& emit);

 private:
  static constexpr std::size_t kMostRequests = 16;
  static constexpr std::size_t kMostActions = 32;
  static constexpr std::size_t kMostActionsOfOne = 24;
  static constexpr std::size_t kMostFiles = 4;
  struct File {
    std::uint32_t addresses = 0, handle = 0;
    Text name;
  };
  struct Login {
    std::uint32_t request = 0;
    text::Held<48> user, secret;
  };
  struct FileTransfer {  // allocated at a flow's first file: few have any
    std::array<File, kMostFiles> files;
    std::size_t next_file = 0;
    Login login;
  };

  FileTransfer& file_transfer();
  void give_up(const Emit& emit);
  void close(Request& request, const Emit& emit);
  bool is_open(std::size_t place) const noexcept { return (open_ >> place & 1) != 0; }
  Outcome outcome_without_answer(const Request& request) const noexcept;
  void tell_actions(const Request& request, Outcome rest, std::string_view status, const Emit& emit);

  std::uint16_t next_ = 0;  // the oldest of requests_
  std::uint16_t open_ = 0;  // a bit for each of requests_
  std::uint32_t last_id_ = 0;
  std::array<std::uint32_t, 2> heard_{};  // the last request's id when that side was heard last
  std::vector<Action> actions_;           // kMostActions at most; most flows only read
  std::unique_ptr<FileTransfer> file_transfer_;
  bool lost_ = false;
  std::array<Request, kMostRequests> requests_;  // a ring
};

}  // namespace kakoi::dnp3
