// What a device says of itself: Read Device Identification (§6.21) and Report Server ID (§6.13).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::modbus {

// Unit 0 and 255 mean the device itself on TCP (Messaging Guide, on the unit identifier), and 1 is what many answer to.
// Any other unit may be a serial device behind the gateway that owns the address: half the confidence.
std::uint8_t identity_confidence(std::uint8_t unit, std::uint8_t full) noexcept;

// `pdu` is a response from its function code on, without exception; it may be cut. States what is whole. An object
// never spans answers, so one with `more follows` needs no memory of the others.
void state_device_identification(Bytes pdu, std::uint8_t unit, const Emit& emit);
void state_server_id(Bytes pdu, std::uint8_t unit, const Emit& emit);

}  // namespace kakoi::modbus
