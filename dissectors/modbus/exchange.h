// Requests and answers of one flow, whatever frames them: what each states, and which belong together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "dissectors/core/dissector.h"
#include "dissectors/modbus/actions.h"
#include "dissectors/modbus/function.h"

namespace kakoi::modbus {

// A PDU and what its frame says of it.
struct Message {
  std::uint16_t transaction = 0;  // RTU has none
  std::uint8_t unit = 0;
  Bytes pdu;                 // from the function code on, not empty; may be cut
  std::size_t pdu_size = 0;  // on the wire
  std::uint32_t pdu_at = 0;  // offset in the frame, for anomalies

  std::uint8_t code() const noexcept { return pdu[0] & static_cast<std::uint8_t>(~kExceptionBit); }
  bool is_exception() const noexcept { return (pdu[0] & kExceptionBit) != 0; }
  bool is_whole() const noexcept { return pdu.size() == pdu_size; }
};

// Pairs by transaction and unit id. A transaction id is unique among the requests that wait (Messaging
// Guide, on the transaction identifier), so a client that uses one again has given up the request before.
class Exchange {
 public:
  void on_message(const Message& message, Role speaker, const Emit& emit);
  void on_gap() noexcept;
  void on_end(const Emit& emit);

 private:
  struct Request {  // one cache line
    PacketRef asked;
    Kind kind;
    std::uint32_t heard = 0;  // answers heard when it was asked
    std::uint16_t transaction = 0;
    std::uint8_t unit = 0, code = 0;
    std::uint8_t byte_count = 0;  // that the answer has to have; 0: not known
    std::uint8_t head_size = 0;   // octets in `head`, of commands only
    bool in_doubt = false;        // its answer may have been lost, or have passed before it was known
    bool may_be_silent = false;   // the standard wants no answer
    std::array<std::uint8_t, kActionHead> head{};
  };
  static_assert(sizeof(Request) == 64);

  void on_request(const Message& message, const Emit& emit);
  bool is_new(const Message& request) noexcept;
  void on_answer(const Message& message, const Emit& emit);
  void make_room(const Message& message, const Emit& emit);
  void remember(const Message& message, Kind kind, const Emit& emit);
  Request* find(const Message& message, const PacketRef& at) noexcept;
  void forget(const Request& request) noexcept;
  void give_up(const Request& request, const Emit& emit);
  void state_commands(const Request& request, const Decision& decision, const Emit& emit);
  void state_identity(const Message& message, Kind kind, const Emit& emit);

  // In the order of use, for a plant's conversations take turns and none stays in the cache: what every message needs
  // first, then the oldest request, which is usually the only one.
  std::uint32_t heard_ = 0;  // answers
  std::uint8_t count_ = 0;   // of waiting_
  std::uint8_t told_at_ = 0;
  bool open_stated_ = false;
  PacketRef last_heard_;  // the latest answer
  // Requests whose points are stated already, as is_new() packs them. A client asks for the same time and again.
  std::array<std::uint64_t, 4> told_{};
  // Messaging Guide, NumberMaxOfServerTransaction: a server takes 1 to 16 transactions at a time. Oldest first.
  std::array<Request, 16> waiting_;
  // The last Write File Record, whole: its sub-requests may lie anywhere in it.
  std::array<std::uint8_t, 253> file_write_{};
  std::size_t file_write_size_ = 0;
};

}  // namespace kakoi::modbus
