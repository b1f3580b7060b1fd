// UMAS, which Schneider Electric's engineering tools speak in function 90. It is not published: sub-functions
// and layouts are those on which public research and free implementations agree (README.md names them).
#pragma once

#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/dissector.h"

namespace kakoi::modbus::umas {

// Of a request's PDU, 0–255; -1 if it was not captured. A signed request (0x38) is what it wraps.
int sub_function(Bytes pdu) noexcept;
OperationClass class_of(int sub) noexcept;
// "Stop PLC"; empty for numbers that nobody has explained.
std::string_view name(std::uint32_t sub) noexcept;

// What a request does to the PLC: "start", "take reservation"; empty if it changes nothing.
std::string_view step(int sub) noexcept;
// What it writes to; empty: the device itself.
std::string_view target(int sub) noexcept;

// none: the octet that tells was not captured, or is none of the two that are known.
Outcome outcome_of(Bytes answer) noexcept;

// `answer` of a Read PLC ID request, which may be cut: the CPU's name.
void state_identity(Bytes answer, std::uint8_t confidence, const Emit& emit);

}  // namespace kakoi::modbus::umas
