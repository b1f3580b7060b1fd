// What KNXnet/IP's services are called, and those of the KNX application layer that they carry.
#pragma once

#include <string_view>

#include "dissectors/core/dissector.h"

namespace kakoi::knxnet_ip {

// Function codes: service types, of an answer its request's; and beyond them what cEMI carries: application services,
// message codes of other than data, and the transport layer's own.
inline constexpr std::uint32_t kApplication = 0x1'0000, kMessage = 0x2'0000, kTransport = 0x3'0000;

enum Service : std::uint16_t {
  search_request = 0x0201,
  search_response = 0x0202,
  description_request = 0x0203,
  description_response = 0x0204,
  connect_request = 0x0205,
  connect_response = 0x0206,
  connectionstate_request = 0x0207,
  connectionstate_response = 0x0208,
  disconnect_request = 0x0209,
  disconnect_response = 0x020A,
  search_request_extended = 0x020B,
  search_response_extended = 0x020C,
  device_configuration_request = 0x0310,
  device_configuration_ack = 0x0311,
  tunnelling_request = 0x0420,
  tunnelling_ack = 0x0421,
  tunnelling_feature_get = 0x0422,
  tunnelling_feature_response = 0x0423,
  tunnelling_feature_set = 0x0424,
  tunnelling_feature_info = 0x0425,
  routing_indication = 0x0530,
  routing_lost_message = 0x0531,
  routing_busy = 0x0532,
  routing_system_broadcast = 0x0533,
  remote_diagnostic_request = 0x0740,
  remote_diagnostic_response = 0x0741,
  remote_basic_configuration_request = 0x0742,
  remote_reset_request = 0x0743,
  secure_wrapper = 0x0950,
  session_request = 0x0951,
  session_response = 0x0952,
  session_authenticate = 0x0953,
  session_status = 0x0954,
  timer_notify = 0x0955,
};

struct Function {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};
// Null: not known.
const Function* find_function(std::uint32_t function_code) noexcept;

// The service that a response or acknowledgement answers; else itself.
std::uint16_t request_of(std::uint16_t service) noexcept;

// 03.08.01: error codes, "" of none.
std::string_view error_name(std::uint8_t status) noexcept;

// The application service (APCI), without the data that some have in its lower bits.
std::uint16_t application_service(std::uint16_t apci) noexcept;

}  // namespace kakoi::knxnet_ip
