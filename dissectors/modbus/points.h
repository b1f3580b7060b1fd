// Which points a request addresses: its answer repeats neither address nor, for reads, quantity.
#pragma once

#include <cstdint>

#include "dissectors/core/dissector.h"

namespace kakoi::modbus {

// The kinds of points, as the standard's data model names them (§4.3).
inline constexpr std::string_view kCoil = "coil", kDiscreteInput = "discrete input", kInputRegister = "input register",
                                  kHoldingRegister = "holding register", kFileRecord = "file record",
                                  kFifoQueue = "FIFO queue";

// A file record as one number whose decimal digits show both: file 4, record 7 is 40007 (§6.14: a file
// has 10000 records).
constexpr std::uint32_t file_point(std::uint16_t file, std::uint16_t record) noexcept { return file * 10000u + record; }

// A run is clipped where the 65536 addresses end.
constexpr std::uint32_t clipped(std::uint32_t first, std::uint32_t count) noexcept {
  constexpr std::uint32_t kAddresses = 0x10000;
  return count < kAddresses - first ? count : kAddresses - first;
}

// `pdu` may be cut; what is not whole, or not as the standard bounds it, is not stated.
void state_points(Bytes pdu, std::uint8_t unit, const Emit& emit);

}  // namespace kakoi::modbus
