// What is in a BSAP datagram, whichever of the two frames it has.
#pragma once

#include <array>
#include <cstdint>

#include "dissectors/core/bytes.h"
#include "dissectors/core/observation.h"

namespace kakoi::bsap {

// What a message is for; numbers of application functions (D4052, "message exchange codes").
enum Exchange : std::uint8_t { remote_database = 0xA0, remote_database_extension = 0xA1 };

struct Message {
  bool is_answer = false;
  std::uint32_t sequence = 0;     // an answer repeats the request's
  std::uint32_t unit = kNoValue;  // the slave's local address; over IP there is none
  std::uint8_t exchange = 0;      // of IP's answers unknown: 0
  Bytes body;                     // request: function …; answer: RER | …
};

// The serial line's frames (D4052, "network and link protocol"):
//   DLE STX | address | serial | … | DLE ETX | CRC ×2, low first      in between, a DLE is sent twice
inline constexpr std::uint8_t kDle = 0x10, kStx = 2, kEtx = 3;
inline constexpr std::size_t kMostSerial = 512;

struct LinkFrame {
  std::array<std::uint8_t, kMostSerial> octets;  // from the address on, without what transparency adds
  std::size_t size = 0;
  bool checks = false;
  Bytes content() const noexcept { return Bytes(octets).first(size); }
};
// False if the datagram is no such frame.
bool parse_link(Bytes datagram, LinkFrame& frame) noexcept;

// Of link functions alone (polls, acknowledgements) nothing but the function is known: `link_function` is not 0.
struct Serial {
  bool is_whole = false;
  std::uint8_t link_function = 0;
  bool from_master = false;
  // Both ends' tasks are such as slaves have (reports, alarms, peers): who is master, is not told.
  bool is_among_tasks = false;
  Message message;
};
Serial parse_serial(Bytes content) noexcept;

// BSAP over IP, whose frame no manual has; it is known from traffic (cisagov/icsnpp-bsap):
//   header size ×2 | number of messages ×2 | function ×2 | sequence ×4 | acknowledged ×4 | messages
//   message  length ×4 | header size | sequence ×4 | request: exchange | node status | body; answer: body
// All of it low octet first.
inline constexpr std::size_t kIpHeader = 14;
class IpMessages {
 public:
  // Does the datagram hold just what its header tells?
  explicit IpMessages(Bytes datagram) noexcept;
  bool ok() const noexcept { return ok_; }
  bool is_answer() const noexcept { return is_answer_; }
  bool is_empty() const noexcept { return number_ == 0; }
  bool next(Message& message) noexcept;

 private:
  ByteReader r_;
  std::uint16_t number_ = 0;
  bool is_answer_ = false, ok_ = false;
};

}  // namespace kakoi::bsap
