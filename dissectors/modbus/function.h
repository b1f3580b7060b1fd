// Function codes: names, classes and the sizes of their PDUs (Application Protocol V1.1b3 §5, §6).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/observation.h"

namespace kakoi::modbus {

inline constexpr std::uint8_t kExceptionBit = 0x80;

// An open enumeration: any octet may stand on the wire.
enum class Function : std::uint8_t {
  read_coils = 1,
  read_discrete_inputs = 2,
  read_holding_registers = 3,
  read_input_registers = 4,
  write_single_coil = 5,
  write_single_register = 6,
  diagnostics = 8,
  write_multiple_coils = 15,
  write_multiple_registers = 16,
  report_server_id = 17,
  mask_write_register = 22,
  read_write_multiple_registers = 23,
  encapsulated_interface_transport = 43,
  umas = 90,
};

// The standard's name; for codes that it leaves to users or reserves, which of both.
std::string_view function_name(std::uint32_t code) noexcept;

// `pdu` starts at the function code and has no exception bit set; a PDU that is cut before its
// sub-function is classed by its function alone.
OperationClass classify(Bytes pdu, Role speaker) noexcept;

// Does a PDU of `size` octets suit its function code? `unknown` where the standard leaves the size
// open or the octet that decides was not captured (`head` may be shorter than `size`).
enum class Fit : std::uint8_t { fits, misfit, unknown };
Fit request_fit(Bytes head, std::size_t size) noexcept;
Fit response_fit(Bytes head, std::size_t size) noexcept;

// Assigned by the standard, left to users by it, or reserved for what companies use (Annex A).
bool is_plausible(std::uint8_t code) noexcept;

// Quantities, coil values and byte counts as the standard bounds them (§6); only for a request that
// request_fit() finds fitting, and whole. Answers the offset of the offending field in the PDU, 0 if none.
std::uint32_t bad_request_value(Bytes pdu) noexcept;

}  // namespace kakoi::modbus
