// The first octet of an APDU tells which it is (IEC 62056-5-3, clause 8.2, table of tags).
#pragma once

#include <cstdint>
#include <string_view>

#include "dissectors/core/dissector.h"

namespace kakoi::dlms {

enum Tag : std::uint8_t {
  read_request = 0x05,
  write_request = 0x06,
  read_response = 0x0C,
  write_response = 0x0D,
  confirmed_service_error = 0x0E,
  data_notification = 0x0F,
  unconfirmed_write = 0x16,
  information_report = 0x18,
  aarq = 0x60,
  aare = 0x61,
  rlrq = 0x62,
  rlre = 0x63,
  get_request = 0xC0,
  set_request = 0xC1,
  event_notification = 0xC2,
  action_request = 0xC3,
  get_response = 0xC4,
  set_response = 0xC5,
  action_response = 0xC7,
  exception_response = 0xD8,
  access_request = 0xD9,
  access_response = 0xDA,
  general_glo_ciphering = 0xDB,
  general_ded_ciphering = 0xDC,
  general_ciphering = 0xDD,
  general_signing = 0xDF,
  general_block_transfer = 0xE0,
};

// either: the tag does not tell.
enum class Way : std::uint8_t { asks, answers, reports, either };

struct Kind {
  std::uint32_t code;
  OperationClass cls;
  Way way;
  bool is_ciphered;
  std::string_view name;
};
// Null: no APDU begins so.
const Kind* find_kind(std::uint8_t tag) noexcept;

// Of the first two octets, in a message that has `length` of them.
bool may_begin(Bytes head, std::size_t length) noexcept;
// Do the lengths inside a whole APDU fit?
bool holds_together(Bytes apdu) noexcept;

// A-XDR's length (IEC 61334-6): one octet, or 81, 82, 84 and so many octets.
std::size_t read_length(ByteReader& r) noexcept;

}  // namespace kakoi::dlms
