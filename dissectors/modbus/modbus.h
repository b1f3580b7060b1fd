// Modbus Application Protocol over TCP, and over UDP as some devices speak it.
// Standard: "MODBUS Application Protocol Specification V1.1b3" (functions, PDU) and "MODBUS Messaging
// on TCP/IP Implementation Guide V1.0b" (MBAP header). See README.md for what is read and what is not.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::modbus {

extern const Protocol protocol;

}  // namespace kakoi::modbus
