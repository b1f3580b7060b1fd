// Services of EPSEM (IEEE 1703-2012, clause 5.3.2), tables and procedures (ANSI C12.19) that they are about.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/core/dissector.h"

namespace kakoi::c1222 {

enum Service : std::uint8_t {
  ok = 0x00,
  last_response = 0x1F,
  identify = 0x20,
  full_read = 0x30,
  default_read = 0x3E,
  offset_read = 0x3F,
  full_write = 0x40,
  default_write = 0x4E,
  offset_write = 0x4F,
  logon = 0x50,
  security = 0x51,
  logoff = 0x52,
  authenticate = 0x53,
};
constexpr bool is_response(std::uint8_t code) noexcept { return code <= last_response; }
constexpr bool is_read(std::uint8_t code) noexcept { return code >> 4 == 3; }
constexpr bool is_write(std::uint8_t code) noexcept { return code >> 4 == 4; }

struct ServiceName {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};
const ServiceName* find_service(std::uint32_t code) noexcept;
std::string_view response_name(std::uint8_t code) noexcept;

// What a read or write is about. As a qualifier: the table as it is sent, or kProcedure and the procedure.
inline constexpr std::uint32_t kProcedure = 0x1'0000;
struct Target {
  bool is_known = false;
  std::uint16_t table = 0;      // 11 bits; 0800h the maker's, 1000h pending
  bool is_procedure = false;    // initiated by a write of table 7
  std::uint16_t procedure = 0;  // 11 bits; 0800h the maker's
  std::uint32_t offset = kNoValue;
  std::uint32_t size = kNoValue;  // of the data that are written
  std::uint32_t qualifier() const noexcept {
    return !is_known ? kNoValue : is_procedure ? kProcedure + procedure : table;
  }
};
Target target_of(Bytes service) noexcept;

OperationClass class_of(std::uint8_t code, const Target& target) noexcept;
std::string_view procedure_name(std::uint16_t procedure) noexcept;  // "" of makers' own
std::string_view kind_of(const Target& target) noexcept;

}  // namespace kakoi::c1222
