// A Modbus TCP slave on libmodbus for several masters at once. It has no Device Identification: libmodbus
// answers function 43 with exception 1, as many controllers do.
//
//   modbus_slave BIND
#include <modbus/modbus.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <iostream>
#include <memory>
#include <set>

namespace {

struct Free {
  void operator()(modbus_t* context) const { modbus_free(context); }
  void operator()(modbus_mapping_t* mapping) const { modbus_mapping_free(mapping); }
};

// False when the master has gone.
bool serve(modbus_t* context, modbus_mapping_t* mapping, int master) {
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> query{};
  modbus_set_socket(context, master);
  const int size = modbus_receive(context, query.data());
  if (size > 0) modbus_reply(context, query.data(), size, mapping);
  return size >= 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::unique_ptr<modbus_t, Free> context(
      modbus_new_tcp(argc > 1 ? argv[1] : "0.0.0.0", MODBUS_TCP_DEFAULT_PORT));
  const std::unique_ptr<modbus_mapping_t, Free> mapping(modbus_mapping_new(32, 32, 100, 32));
  const int listener = context ? modbus_tcp_listen(context.get(), 8) : -1;
  if (listener < 0 || !mapping) {
    std::cerr << "modbus_slave: " << modbus_strerror(errno) << '\n';
    return 1;
  }
  for (std::uint16_t i = 0; i < 100; ++i) mapping->tab_registers[i] = static_cast<std::uint16_t>(2000 + 7 * i);
  for (std::set<int> masters;;) {
    fd_set ready;
    FD_ZERO(&ready);
    FD_SET(listener, &ready);
    for (const int master : masters) FD_SET(master, &ready);
    if (select(std::max(listener, masters.empty() ? 0 : *masters.rbegin()) + 1, &ready, nullptr, nullptr, nullptr) < 0)
      return 1;
    if (FD_ISSET(listener, &ready)) {
      const int master = accept(listener, nullptr, nullptr);
      if (master >= 0) masters.insert(master);
    }
    for (auto it = masters.begin(); it != masters.end();) {
      const int master = *it;
      if (FD_ISSET(master, &ready) && !serve(context.get(), mapping.get(), master)) {
        close(master);
        it = masters.erase(it);
      } else {
        ++it;
      }
    }
  }
}
