// A client on libmodbus: carries out the plan and logs what libmodbus said of each request.
//
//   libmodbus_client HOST PORT <plan
#include <modbus/modbus.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace {

using Json = nlohmann::json;

constexpr int kUnknown = -2;

// As libmodbus functions return; kUnknown where libmodbus has no call for it.
int carry_out(modbus_t* context, const Json& request) {
  const std::string action = request["do"];
  const int address = request.value("address", 0), count = request.value("count", 0);
  const auto values = request.value("values", std::vector<std::uint16_t>{});
  const std::vector<std::uint8_t> bits(values.begin(), values.end());
  const auto size = static_cast<int>(values.size());
  std::array<std::uint8_t, MODBUS_MAX_READ_BITS> read_bits{};
  std::array<std::uint16_t, MODBUS_MAX_READ_REGISTERS> read_registers{};
  if (action == "read_coils") return modbus_read_bits(context, address, count, read_bits.data());
  if (action == "read_discrete_inputs") return modbus_read_input_bits(context, address, count, read_bits.data());
  if (action == "read_holding_registers") return modbus_read_registers(context, address, count, read_registers.data());
  if (action == "read_input_registers")
    return modbus_read_input_registers(context, address, count, read_registers.data());
  if (action == "write_coil") return modbus_write_bit(context, address, values[0]);
  if (action == "write_register") return modbus_write_register(context, address, values[0]);
  if (action == "write_coils") return modbus_write_bits(context, address, size, bits.data());
  if (action == "write_registers") return modbus_write_registers(context, address, size, values.data());
  if (action == "mask_write_register")
    return modbus_mask_write_register(context, address, request["and"], request["or"]);
  if (action == "read_write_registers")
    return modbus_write_and_read_registers(context, request["write_address"], size, values.data(), address, count,
                                           read_registers.data());
  if (action == "report_server_id")
    return modbus_report_slave_id(context, static_cast<int>(read_bits.size()), read_bits.data());
  std::vector<std::uint8_t> raw{request["unit"]};
  if (action == "read_exception_status") {
    raw.push_back(MODBUS_FC_READ_EXCEPTION_STATUS);
  } else if (action == "custom") {
    raw.push_back(request["function"]);
    for (const int octet : request["data"]) raw.push_back(static_cast<std::uint8_t>(octet));
  } else {
    return kUnknown;
  }
  if (modbus_send_raw_request(context, raw.data(), static_cast<int>(raw.size())) < 0) return -1;
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> answer{};
  const int got = modbus_receive_confirmation(context, answer.data());
  const auto function = static_cast<std::size_t>(modbus_get_header_length(context));
  if (got > 0 && (answer[function] & 0x80) != 0) {
    errno = MODBUS_ENOBASE + answer[function + 1];
    return -1;
  }
  return got;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  modbus_t* context = modbus_new_tcp(argv[1], std::stoi(argv[2]));
  if (context == nullptr || modbus_connect(context) != 0) {
    std::cerr << "libmodbus_client: " << modbus_strerror(errno) << '\n';
    return 1;
  }
  modbus_set_response_timeout(context, 1, 0);
  for (std::string line; std::getline(std::cin, line);) {
    Json request = Json::parse(line);
    modbus_set_slave(context, request["unit"]);
    const int result = carry_out(context, request);
    const int error = errno;
    if (result == kUnknown) continue;
    if (result >= 0) {
      request["outcome"] = "ok";
    } else if (error == ETIMEDOUT) {
      request["outcome"] = "timeout";
    } else if (error > MODBUS_ENOBASE && error <= EMBXGTAR) {
      request["outcome"] = "exception";
      request["code"] = error - MODBUS_ENOBASE;
    } else {
      request["outcome"] = std::string("error: ") + modbus_strerror(error);
    }
    std::cout << request.dump() << std::endl;
  }
  modbus_close(context);
  modbus_free(context);
}
