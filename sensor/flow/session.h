// What a flow says: identification, reassembly and the dissector of one flow, from the first
// payload until nothing more can be learned from it.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <vector>

#include "sensor/flow/identifier.h"
#include "sensor/flow/pdu_assembler.h"

namespace kakoi::flow {

// Takes what a session finds. Implemented by the shard.
class SessionHost {
 public:
  // The flow is known: gives the conversation its handle. Called before any observation, and once more if it turns out
  // to be another protocol's.
  virtual std::uint32_t on_identified(const Conversation& conversation, const Protocol& protocol) = 0;
  virtual Sink& sink() noexcept = 0;
  // What waits in the session takes so many bytes of memory more, or less.
  virtual void on_held(std::ptrdiff_t /*change*/) noexcept {}

 protected:
  ~SessionHost() = default;
};

class Session final : SegmentWindow::Output, PduAssembler::Output {
 public:
  enum class State : std::uint8_t { open, finished };

  Session(const Ends& ends, std::span<const Protocol* const> candidates);

  // A SYN of `side` was seen: its first data byte has that sequence number.
  void start(int side, std::uint32_t first_sequence) noexcept {
    ways_[static_cast<std::size_t>(side)].window.start(first_sequence);
    whole_[static_cast<std::size_t>(side)] = true;
  }
  void set_client(int side) noexcept {
    if (!protocol_) ends_.client = side;
  }
  State segment(int side, std::uint32_t sequence, Bytes bytes, std::uint32_t length, const Carrier& carrier,
                SessionHost& host);
  State datagram(int side, Bytes bytes, std::uint32_t length, const Carrier& carrier, SessionHost& host);
  // Nothing more will come. Once. `last`: the flow's last packet.
  void finish(SessionHost& host, const Carrier& last = {});
  // Gives up what waits for missing bytes. The flow goes on, as behind a gap.
  void release(SessionHost& host);
  // Bytes of memory, about, that wait: as told to the host.
  std::size_t held() const noexcept { return std::size_t{held_[0]} + held_[1] + held_besides_; }

  // What the flow is named by; it may have turned to TLS since.
  const Protocol* protocol() const noexcept { return first_protocol_ ? first_protocol_ : protocol_; }
  const Conversation& conversation() const noexcept { return conversation_; }  // once identified
  bool client_known() const noexcept { return client_known_; }                 // not guessed by ports or addresses
  // The server was heard to speak the protocol.
  bool is_answered() const noexcept { return server_spoke_; }
  // It said something else, from the start of the connection on: no PDU, or `ended` before the first was whole.
  bool is_denied(bool ended) const noexcept {
    const auto server = static_cast<std::size_t>(1 - client_);
    return !server_spoke_ && (server_denied_ || (ended && whole_[server] && ways_[server].assembler.has_partial()));
  }
  // Two steps ahead of segment(): this object, and what it points to.
  void prefetch(int side) const noexcept {
    __builtin_prefetch(this);
    __builtin_prefetch(&ways_[static_cast<std::size_t>(side)], 1);
    __builtin_prefetch(&conversation_);
  }
  void prefetch_dissector() const noexcept {
    const auto* line = reinterpret_cast<const char*>(dissector_.get());
    if (!line) return;
    __builtin_prefetch(line, 1);
    __builtin_prefetch(line + 64, 1);
    __builtin_prefetch(line + 128, 1);
  }
  const SegmentWindow::Counters& counters() const noexcept { return counters_; }

  // Runs of bytes that no protocol recognises before the flow is given up; more where a port is
  // registered, for captures that start in the middle of a large message.
  static constexpr unsigned kForeignRuns = 12, kForeignRunsOnPort = 64;
  // Bytes held back while a weak header waits for its second fit.
  static constexpr std::size_t kMostHeld = 8 << 10;

 private:
  struct Held {
    int side;
    Carrier carrier;
    std::vector<std::uint8_t> bytes;
    std::uint32_t lost = 0;  // bytes missing behind
  };
  friend class PduAssembler;  // calls what follows without a virtual call
  void on_run(Bytes run, const Carrier& carrier) override;
  void on_missing(std::uint32_t lost, const Carrier& carrier) override;
  void on_pdu(const Pdu& pdu, const Carrier& carrier) override;
  void on_gap(Role speaker) override;
  void on_lost_sync(Role speaker, const Carrier& carrier) override;

  void identify(Bytes run, const Carrier& carrier);
  void adopt(const Identifier::Verdict& verdict);
  void give_up();
  void turn(int side, Bytes run);
  void rename(const Protocol* protocol);
  void dissect(int side, Bytes run, const Carrier& carrier);
  void state(const Carrier& carrier, Role speaker, const Observation& fact);
  void account(SessionHost& host) noexcept;
  Role role_of(int side) const noexcept { return side == client_ ? Role::client : Role::server; }

  // In the order of use: every packet needs the first line, its way and the conversation.
  struct alignas(64) Way {
    SegmentWindow window;
    PduAssembler assembler;
  };
  static_assert(sizeof(Way) == 64);
  struct Guess;
  SessionHost* host_ = nullptr;  // during a call
  const Protocol* protocol_ = nullptr;
  std::unique_ptr<Dissector> dissector_;
  std::unique_ptr<Guess> guess_;         // while not identified
  std::array<std::uint32_t, 2> held_{};  // by side: bytes of memory that the host was told of
  std::int8_t client_ = 0;
  std::int8_t side_ = 0;  // whose segment is being worked on
  bool done_ = false;
  Interest turn_ = Interest::more;  // tls, tunnel: with the next run of bytes
  bool client_known_ = false;
  bool heard_server_ = false;  // or lost something of it
  bool server_spoke_ = false, server_denied_ = false;
  std::array<bool, 2> whole_{};  // by side: all bytes up to here were seen, from the first
  std::array<Way, 2> ways_;
  Conversation conversation_;
  SegmentWindow::Counters counters_;
  std::uint32_t held_besides_ = 0;  // for no side alone: by the guess, and then by the dissector
  unsigned foreign_runs_ = 0;
  Ends ends_;
  std::span<const Protocol* const> candidates_;
  const Protocol* first_protocol_ = nullptr;  // once the flow turned to TLS
  struct Guess {
    Identifier identifier;
    std::array<std::vector<std::uint8_t>, 2> head;  // of a PDU that is not whole yet
    std::vector<Held> held;
    std::size_t held_bytes = 0;
  };
};

}  // namespace kakoi::flow
