// Where a frame ends, whether it is one, and what it begins with.
//
//   frame       06 | 10 | service ×2 | length ×2 | …                       length: of the whole frame
//   HPAI        08 | protocol | address ×4 | port ×2
//   connection  04 | channel | sequence | status, or 00                      before cEMI, and as acknowledgement
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::knxnet_ip {

inline constexpr std::size_t kHeader = 6, kHpai = 8, kConnection = 4, kMostSize = 2048;

// Of at least kHeader octets.
inline std::uint16_t service_of(Bytes frame) noexcept { return static_cast<std::uint16_t>(frame[2] << 8 | frame[3]); }

Frame frame(Bytes bytes, Role) noexcept;
// Does the content fit the service? ISO 22510, clauses 5 to 8.
bool probe(Bytes bytes, Role) noexcept;
// Who sends cEMI through a tunnel, is told by its message code.
Protocol::Speaker speaker(Bytes bytes) noexcept;

}  // namespace kakoi::knxnet_ip
