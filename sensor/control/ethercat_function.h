// Commands of EtherCAT's datagrams, what a master does with them, and what that is called.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/core/dissector.h"

namespace kakoi::ethercat {

enum Command : std::uint8_t { nop, aprd, apwr, aprw, fprd, fpwr, fprw, brd, bwr, brw, lrd, lwr, lrw, armw, frmw };

constexpr bool is_read(std::uint8_t command) noexcept { return command == aprd || command == fprd || command == brd; }
constexpr bool is_write(std::uint8_t command) noexcept { return command == apwr || command == fpwr || command == bwr; }
constexpr bool is_logical(std::uint8_t command) noexcept { return command >= lrd && command <= lrw; }
constexpr bool names_station(std::uint8_t command) noexcept {
  return (command >= fprd && command <= fprw) || command == frmw;
}

// What a datagram carries. Function codes: this times 256, and the command.
enum Content : std::uint8_t {
  plain = 0x00,
  init = 0x01,  // AL control: as the states are numbered
  pre_operational = 0x02,
  bootstrap = 0x03,
  safe_operational = 0x04,
  operational = 0x08,
  eeprom_write = 0x10,
  mailbox_error = 0x20,
  aoe = 0x21,
  eoe = 0x22,
  coe = 0x23,
  foe = 0x24,
  soe = 0x25,
  voe = 0x2F,
  sdo_download = 0x30,
  sdo_upload = 0x31,
  foe_read = 0x32,
  foe_write = 0x33,
  soe_read = 0x34,
  soe_write = 0x35,
};

constexpr std::uint32_t code_of(std::uint8_t content, std::uint8_t command) noexcept {
  return std::uint32_t{content} << 8 | command;
}

std::string_view function_name(std::uint32_t code) noexcept;
OperationClass class_of(std::uint8_t content, std::uint8_t command) noexcept;

}  // namespace kakoi::ethercat
