// The common external message interface (EN 13321-2, 03.06.03): what tunnels, routing and device management carry.
#pragma once

#include "dissectors/knxnet_ip/service.h"

namespace kakoi::knxnet_ip {

enum MessageCode : std::uint8_t {
  l_data_request = 0x11,
  l_data_indication = 0x29,
  l_data_confirmation = 0x2E,
  function_confirmation = 0xFA,
  property_write_confirmation = 0xF5,
  property_read_confirmation = 0xFB,
  reset_request = 0xF1,
  function_command = 0xF8,
};

struct Cemi {
  std::uint8_t message = 0;
  std::uint32_t function_code = 0;  // 0: not known
  OperationClass cls = OperationClass::other;
  bool is_data = false;     // L_Data, of which:
  bool is_group = false;    // is `destination` a group address?
  bool has_failed = false;  // of a confirmation
  std::uint16_t source = 0, destination = 0;
  std::uint16_t apci = 0;  // with its lower bits
  Bytes data;              // of an application service; of property services from the object type on
};

// Of what asks: a client's, where it comes through a tunnel.
bool is_request(std::uint8_t message) noexcept;
// Is there such a message code, and does its head fit?
bool is_cemi(Bytes bytes) noexcept;
Cemi parse_cemi(Bytes bytes) noexcept;

// "1.1.20": area, line, device
template <typename Text>
void write_address(Text& text, unsigned address) noexcept {
  text << std::uint64_t{address >> 12} << "." << std::uint64_t{address >> 8 & 15} << "."
       << std::uint64_t{address & 0xFF};
}

}  // namespace kakoi::knxnet_ip
