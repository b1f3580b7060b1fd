// The envelope of C12.22: an ACSE PDU in BER, and in it EPSEM with its services (IEEE 1703-2012, clauses 5.3.3 and 5.3.4).
//
//   60 | length | { A1 context | A2 called title | A4 called invocation id | A6 calling title | A7 qualifier |
//                   A8 calling invocation id | 8B mechanism | AC authentication | BE user information } …
//   BE | 28 | [02 01 encoding] | 81 | length | EPSEM
//   EPSEM   flags | [class of the device ×4] | { length | service … } … | [authentication code ×4]
#pragma once

#include <optional>

#include "dissectors/core/dissector.h"

namespace kakoi::c1222 {

inline constexpr std::size_t kMostRead = 8192;

Frame frame(Bytes bytes, Role) noexcept;
bool probe(Bytes bytes, Role) noexcept;

// Security mode in EPSEM's flags.
enum class Mode : std::uint8_t { clear = 0, authenticated = 1, ciphered = 2, reserved = 3 };

// An identifier of an application: the content of an OBJECT IDENTIFIER, or of one below a base that the network agrees on.
struct Title {
  Bytes arcs;
  bool is_relative = false;
};
using TitleLine = text::Line<120>;
void put_title(const Title& title, TitleLine& line) noexcept;
// Takes one off the reader.
std::optional<Title> read_title(ByteReader& r) noexcept;

struct Message {
  Title calling;
  std::uint32_t id = 0;          // calling-AP-invocation-id
  std::uint32_t answers = 0;     // called-AP-invocation-id
  bool is_answer = false;        // has the latter
  bool is_notification = false;  // of the calling-AE-qualifier
  Mode mode = Mode::clear;
  bool must_answer = true;  // response control 0; 1: what fails is answered, 2: nothing is
  Bytes services;           // as far as they are there; in mode `ciphered` nothing that can be read
};

// None where the envelope does not hold together up to the user information.
std::optional<Message> parse(Bytes bytes) noexcept;

// Takes the next service off; empty: that was all.
Bytes next_service(Bytes& services) noexcept;

}  // namespace kakoi::c1222
