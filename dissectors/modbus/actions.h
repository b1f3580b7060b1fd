// What a request changes in the device, as commands: stated once the request's outcome is known.
#pragma once

#include "dissectors/core/dissector.h"
#include "dissectors/modbus/function.h"

namespace kakoi::modbus {

// Octets of a request from its function code that state_actions() reads: those of Read/Write Multiple
// Registers up to the eighth value. Write File Record alone needs the whole PDU.
inline constexpr std::size_t kActionHead = 26;

bool is_action(Bytes pdu) noexcept;

struct Decision {
  Outcome outcome = Outcome::none;
  std::string_view status;  // static
  PacketRef asked, answered;
};

// Every command in the request. `pdu` may be cut, to kActionHead octets or by the capture: a command whose
// values are not all there is stated without them.
void state_actions(Bytes pdu, std::uint8_t unit, Kind kind, const Decision& decision, const Emit& emit);

}  // namespace kakoi::modbus
