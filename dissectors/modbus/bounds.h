// What the standard fixes about the fields of a PDU: quantities, coil values, byte counts (§6).
#pragma once

#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::modbus {

inline constexpr std::uint8_t kFileReferenceType = 6;   // §6.14, §6.15
inline constexpr std::uint16_t kLastFileRecord = 9999;  // 0x270F

// Both: the offset of the offending field in the PDU, 0 if none.
// Only for a request that request_fit() does not call a misfit, and whole.
std::uint32_t bad_request_value(Bytes pdu) noexcept;
// Only for an answer that response_fit() does not call a misfit, and whole.
std::uint32_t bad_response_value(Bytes pdu) noexcept;

// Octets that the answer to a whole read request has to count; 0 where the request does not tell.
std::uint8_t expected_byte_count(Bytes request) noexcept;

}  // namespace kakoi::modbus
