// Who a slave is: object 1018h has it as subindex 1 to 4 (ETG.1000.6 §5.6.7), the EEPROM at words 8, 10, 12 and 14 (ETG.1000.6
// §5.4, slave information interface).
#pragma once

#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi::ethercat {

inline constexpr std::uint32_t kIdentityObject = 0x1018;

// `value`: of object 1018h.
void state_identity(std::uint32_t station, unsigned subindex, std::uint32_t value, const Emit& emit) noexcept;
// What was read from the slave's memory, `offset` on.
void read_eeprom(std::uint32_t station, std::uint16_t offset, Bytes data, const Emit& emit) noexcept;

}  // namespace kakoi::ethercat
