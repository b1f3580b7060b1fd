// What a device says of itself: Read Device Identification (§6.21) and Report Server ID (§6.13).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::modbus {

// `pdu` is a response from its function code on, without exception; it may be cut. States what is whole.
void state_device_identification(Bytes pdu, std::uint8_t unit, const Emit& emit);
void state_server_id(Bytes pdu, std::uint8_t unit, const Emit& emit);

}  // namespace kakoi::modbus
