// What is called over DCE/RPC: interfaces by their UUIDs, and their operations by number (opnum). MS-DCOM §1.9,
// MS-RPCE; OPC Data Access 2.05a and 3.0, Historical Data Access 1.20, Alarms and Events 1.10, Security 1.00 (OPC Classic), their IDL.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/core/bytes.h"
#include "dissectors/core/dissector.h"

namespace kakoi::dcerpc {

enum class Family : std::uint8_t {
  windows,
  resolver,     // answers with the addresses of its host: MS-DCOM §3.1.2.5.1, §3.1.2.5.2
  opc,          // of an OPC server
  opc_callback  // of an OPC client: what it asked for is brought there
};

struct Method {
  std::string_view name;
  OperationClass cls = OperationClass::other;
  // What its arguments are, if they are read: items to be added; a count and as many handles of items; user and password.
  enum class Takes : std::uint8_t { anything, items, handles, log_in } takes = Takes::anything;
};

struct Interface {
  std::string_view uuid;  // as it is written: "39c13a52-011e-11d0-9675-0020afd8adb3"
  std::string_view name;
  Family family = Family::windows;
  std::span<const Method> methods{};
  std::uint16_t first = 3;  // opnum of the first method; those of IUnknown are 0 to 2
};

// `uuid`: 16 octets as on the wire, the first three groups little-endian if `little`. Null: not one of ours.
const Interface* find_interface(Bytes uuid, bool little) noexcept;
// The first group of a UUID, which stands for the interface in an Operation's qualifier.
std::uint32_t first_group(Bytes uuid, bool little) noexcept;
// Null: its name is not known.
const Method* find_method(const Interface* interface, std::uint16_t opnum) noexcept;

// "IOPCSyncIO::Write"; of others "interface 3d6f1a2b, operation 4".
FunctionName call_name(std::uint32_t first_group, std::uint32_t opnum) noexcept;

}  // namespace kakoi::dcerpc
