// A mailbox lies in a slave's memory, from 1000h on (ETG.1000.6 §5.6): services on its objects, files and drive parameters.
//
//   mailbox   length ×2 | station ×2 | channel, priority | type ×4 bits, counter | …
//   CoE       number ×9 bits, 0 ×3, service ×4 bits | command | index ×2 | subindex | data …            service 2, 3: SDO
//   FoE       code | 0 | password ×4, packet number ×4 or error ×4 | file name, data or text
//   SoE       code ×3 bits, incomplete, error, drive ×3 bits | elements | IDN ×2 | data …
#pragma once

#include "dissectors/core/text.h"
#include "sensor/control/ethercat_function.h"

namespace kakoi::ethercat {

inline constexpr std::size_t kMailboxHeader = 6;

struct Mailbox {
  Content content = plain;
  bool answers = false, refuses = false;
  std::uint32_t point = kNoValue;  // object index and subindex, or IDN
  std::uint32_t number = 0;        // of an object that was read, where it stands in the answer itself
  text::Line<48> value;
};

// `plain`: it is none.
Mailbox parse_mailbox(Bytes bytes) noexcept;

}  // namespace kakoi::ethercat
