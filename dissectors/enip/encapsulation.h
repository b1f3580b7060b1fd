// Encapsulation (volume 2, 2-3), all little-endian:
//
//   command ×2 | length ×2 | session ×4 | status ×4 | sender context ×8 | options ×4 | data: length octets
//
// and in SendRRData and SendUnitData: interface handle ×4 | timeout ×2 | items ×2 | { type ×2 | length ×2 | … } …
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::enip {

inline constexpr std::size_t kHeader = 24;
inline constexpr std::size_t kMostData = 65511;

enum Command : std::uint16_t {
  nop = 0x0000,
  list_targets = 0x0001,
  list_services = 0x0004,
  list_identity = 0x0063,
  list_interfaces = 0x0064,
  register_session = 0x0065,
  unregister_session = 0x0066,
  send_rr_data = 0x006F,
  send_unit_data = 0x0070,
  indicate_status = 0x0072,
  cancel = 0x0073,
  start_dtls = 0x00C8,
};
std::string_view command_name(std::uint32_t command) noexcept;  // "": there is none
OperationClass class_of_command(std::uint16_t command) noexcept;

Frame frame(Bytes bytes, Role) noexcept;
// What the length alone must be, for each command: enough to tell EtherNet/IP from zeros and small numbers.
bool probe(Bytes bytes, Role) noexcept;
Protocol::Speaker speaker(Bytes bytes) noexcept;

struct Head {
  std::uint16_t command = 0, length = 0;
  std::uint32_t session = 0, status = 0;
  std::uint64_t context = 0;
  Bytes data;
};
// Of at least kHeader octets.
Head parse(Bytes bytes) noexcept;

struct Item {
  std::uint16_t type = 0;
  Bytes data;
  bool whole = false;
};
inline constexpr std::uint16_t kIdentityItem = 0x000C;
Item next_item(ByteReader& r) noexcept;

struct Carried {  // the CIP message in SendRRData or SendUnitData
  Bytes message;
  std::uint32_t sequence = kNoValue;  // of a connection
  bool found = false;
};
Carried carried(const Head& h) noexcept;

}  // namespace kakoi::enip
