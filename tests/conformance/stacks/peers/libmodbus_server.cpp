// A server on libmodbus, any unit: logs what it served, values as its tables hold them afterwards.
//
//   libmodbus_server HOST PORT
#include <modbus/modbus.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

constexpr int kExceptionSize = 9;  // MBAP header and two octets
constexpr int kPoints = 100;

class Server {
 public:
  Server(modbus_t* context, modbus_mapping_t* tables)
      : context_(context), tables_(tables), head_(static_cast<std::size_t>(modbus_get_header_length(context))) {}

  // False when the client has gone.
  bool serve() {
    const int size = modbus_receive(context_, query_.data());
    if (size < 0) return false;
    if (size > 0) {
      const int sent = modbus_reply(context_, query_.data(), size, tables_);
      if (sent > 0 && sent != kExceptionSize) log();
    }
    return true;
  }

 private:
  int word(std::size_t at) const { return query_[head_ + at] << 8 | query_[head_ + at + 1]; }
  void touch(const char* access, const char* kind, int address, int count, bool is_masked = false) const {
    nlohmann::json line{{"access", access},   {"kind", kind},   {"unit", query_[head_ - 1]},
                        {"address", address}, {"count", count}, {"masked", is_masked}};
    if (std::string_view(access) == "write")
      for (int i = address; i < address + count; ++i)
        line["values"].push_back(std::string_view(kind) == "coil" ? tables_->tab_bits[i] : tables_->tab_registers[i]);
    std::cout << line.dump() << std::endl;
  }
  void log() const {
    switch (query_[head_]) {
      case MODBUS_FC_READ_COILS:
        return touch("read", "coil", word(1), word(3));
      case MODBUS_FC_READ_DISCRETE_INPUTS:
        return touch("read", "discrete input", word(1), word(3));
      case MODBUS_FC_READ_HOLDING_REGISTERS:
        return touch("read", "holding register", word(1), word(3));
      case MODBUS_FC_READ_INPUT_REGISTERS:
        return touch("read", "input register", word(1), word(3));
      case MODBUS_FC_WRITE_SINGLE_COIL:
        return touch("write", "coil", word(1), 1);
      case MODBUS_FC_WRITE_SINGLE_REGISTER:
        return touch("write", "holding register", word(1), 1);
      case MODBUS_FC_WRITE_MULTIPLE_COILS:
        return touch("write", "coil", word(1), word(3));
      case MODBUS_FC_WRITE_MULTIPLE_REGISTERS:
        return touch("write", "holding register", word(1), word(3));
      case MODBUS_FC_MASK_WRITE_REGISTER:
        return touch("write", "holding register", word(1), 1, true);
      case MODBUS_FC_WRITE_AND_READ_REGISTERS:
        touch("read", "holding register", word(1), word(3));
        return touch("write", "holding register", word(5), word(7));
      default:
        return;
    }
  }

  modbus_t* context_;
  modbus_mapping_t* tables_;
  std::size_t head_;
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> query_{};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  modbus_t* context = modbus_new_tcp(argv[1], std::stoi(argv[2]));
  modbus_mapping_t* tables = modbus_mapping_new(kPoints, kPoints, kPoints, kPoints);
  int listener = context != nullptr ? modbus_tcp_listen(context, 4) : -1;
  if (listener < 0 || tables == nullptr) {
    std::cerr << "libmodbus_server: " << modbus_strerror(errno) << '\n';
    return 1;
  }
  modbus_set_response_timeout(context, 0, 20000);  // so long it sleeps before it refuses a function
  Server server(context, tables);
  for (;;) {
    if (modbus_tcp_accept(context, &listener) < 0) return 1;
    while (server.serve()) {
    }
    modbus_close(context);
  }
}
