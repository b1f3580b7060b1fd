// A Modbus TCP master on libmodbus: polls one slave, and writes to it when told so.
//
//   modbus_master HOST UNIT CYCLES PERIOD_MS [write]
#include <modbus/modbus.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string_view>
#include <thread>

namespace {

constexpr int kSetPoint = 40, kRecipe = 50, kStartCoil = 3;

struct Free {
  void operator()(modbus_t* context) const {
    modbus_close(context);
    modbus_free(context);
  }
};

int number(const char* text) { return static_cast<int>(std::strtol(text, nullptr, 10)); }

void write(modbus_t* slave, int cycle) {
  modbus_write_register(slave, kSetPoint, static_cast<std::uint16_t>(1500 + cycle));
  const std::array<std::uint16_t, 4> recipe{10, 20, 30, static_cast<std::uint16_t>(cycle)};
  modbus_write_registers(slave, kRecipe, static_cast<int>(recipe.size()), recipe.data());
  modbus_write_bit(slave, kStartCoil, cycle % 2);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) {
    std::cerr << "usage: modbus_master HOST UNIT CYCLES PERIOD_MS [write]\n";
    return 2;
  }
  const std::unique_ptr<modbus_t, Free> slave(modbus_new_tcp(argv[1], MODBUS_TCP_DEFAULT_PORT));
  if (!slave || modbus_set_slave(slave.get(), number(argv[2])) != 0 || modbus_connect(slave.get()) != 0) {
    std::cerr << "modbus_master: " << argv[1] << ": " << modbus_strerror(errno) << '\n';
    return 1;
  }
  std::array<std::uint16_t, 16> registers{};
  std::array<std::uint8_t, 16> coils{};
  for (int cycle = 0; cycle < number(argv[3]); ++cycle) {
    modbus_read_registers(slave.get(), 0, 10, registers.data());
    if (cycle % 2 == 0) modbus_read_bits(slave.get(), 0, 8, coils.data());
    if (cycle % 4 == 1) modbus_read_input_registers(slave.get(), 0, 4, registers.data());
    if (argc > 5 && cycle % 8 == 5) write(slave.get(), cycle);
    std::this_thread::sleep_for(std::chrono::milliseconds(number(argv[4])));
  }
}
