// Services by the number of their binary encoding (OPC 10000-6, annex A). Codes as in Operation::function_code.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::opcua {

enum Service : std::uint32_t {
  service_fault = 397,
  find_servers_request = 422,
  find_servers_response = 425,
  get_endpoints_request = 428,
  get_endpoints_response = 431,
  create_session_request = 461,
  create_session_response = 464,
  activate_session_request = 467,
  activate_session_response = 470,
  read_request = 631,
  read_response = 634,
  write_request = 673,
  write_response = 676,
  call_request = 712,
  call_response = 715,
};
// Messages that carry no readable service: beyond any of them.
inline constexpr std::uint32_t kHello = 0x1'0000, kAcknowledge = 0x1'0001, kError = 0x1'0002, kReverseHello = 0x1'0003,
                               kOpenChannel = 0x1'0004, kCloseChannel = 0x1'0005, kSecured = 0x1'0006;

OperationClass class_of(std::uint32_t code) noexcept;
std::string_view function_name(std::uint32_t code);
// Which side sends it; none for what both send.
enum class Side : std::uint8_t { request, response, unknown };
Side side_of(std::uint32_t code) noexcept;

}  // namespace kakoi::opcua
