// Modbus RTU, as serial device servers carry it over TCP and UDP without an MBAP header.
// Standard: "MODBUS over Serial Line Specification and Implementation Guide V1.02" §2.5.1.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::modbus_rtu {

extern const Protocol protocol;

}  // namespace kakoi::modbus_rtu
