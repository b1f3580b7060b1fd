// Function codes: names, classes and the sizes of their PDUs (Application Protocol V1.1b3 §5, §6, §7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/dissector.h"
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
  get_comm_event_counter = 11,
  write_multiple_coils = 15,
  write_multiple_registers = 16,
  report_server_id = 17,
  read_file_record = 20,
  write_file_record = 21,
  mask_write_register = 22,
  read_write_multiple_registers = 23,
  read_fifo_queue = 24,
  encapsulated_interface_transport = 43,
  umas = 90,
};
constexpr Function function_of(std::uint8_t code) noexcept { return static_cast<Function>(code & ~kExceptionBit); }

// Sub-functions of Diagnostics that change something (§6.8).
enum class Diagnostic : std::uint16_t {
  restart_communications = 1,
  change_ascii_delimiter = 3,
  force_listen_only = 4,
  clear_counters = 10,
  clear_overrun_counter = 20,
};

inline constexpr std::uint8_t kReadDeviceIdentification = 14;  // MEI type, §6.21

// The standard's name; for codes that it leaves to users or reserves, which of both.
std::string_view function_name(std::uint32_t code) noexcept;
// With the sub-function, where the operation's qualifier is one: "Diagnostics: Force Listen Only Mode".
FunctionName qualified_name(const Operation& operation);
// Of an exception (§7); of 7, which V1.1b3 no longer lists, as the Modicon Protocol Reference Guide
// PI-MBUS-300 names it.
std::string_view exception_name(std::uint8_t code) noexcept;
bool is_exception_code(std::uint8_t code) noexcept;

struct Kind {
  OperationClass cls = OperationClass::other;
  std::uint32_t qualifier = kNoValue;  // sub-function of Diagnostics and UMAS
};
// `pdu` starts at the function code; of an exception, or one that is cut before its sub-function, the
// function alone tells. A UMAS answer does not repeat its sub-function: only its request tells.
Kind kind_of(Bytes pdu, Role speaker) noexcept;

// Does a PDU of `size` octets suit its function code? `unknown` where the standard leaves the size
// open or the octet that decides was not captured (`head` may be shorter than `size`).
enum class Fit : std::uint8_t { fits, misfit, unknown };
Fit request_fit(Bytes head, std::size_t size) noexcept;
Fit response_fit(Bytes head, std::size_t size) noexcept;

// The size that the function code gives a PDU: known; or `octets` of it must be seen first; or none.
struct Extent {
  enum class Kind : std::uint8_t { known, more, none };
  Kind kind = Kind::none;
  std::size_t octets = 0;
};
Extent request_extent(Bytes head) noexcept;
Extent response_extent(Bytes head) noexcept;

// Assigned by the standard, left to users by it, or reserved for what companies use (Annex A).
bool is_plausible(std::uint8_t code) noexcept;

}  // namespace kakoi::modbus
