#include "dissectors/bsap/functions.h"

#include "dissectors/core/code_table.h"

namespace kakoi::bsap {

namespace {

struct Entry {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};
constexpr Entry kFunctions[] = {
    {0x4800, OperationClass::diagnostic, "Diagnostics"},
    {0x6800, OperationClass::program, "Flash Download"},
    {0x6A00, OperationClass::parameter, "Flash Configuration"},
    {0x7800, OperationClass::program, "Download"},
    {0x8800, OperationClass::time, "Time Synchronization and Node Routing Table"},
    {0x8900, OperationClass::time, "Request Time Synchronization and Node Routing Table"},
    {0xA000, OperationClass::read, "Read Signal by Address"},
    {0xA002, OperationClass::read, "Read Logical by Address"},
    {0xA004, OperationClass::read, "Read Signal by Name"},
    {0xA006, OperationClass::read, "Read Logical by Name"},
    {0xA00C, OperationClass::read, "Read Signal by List, Start"},
    {0xA00D, OperationClass::read, "Read Signal by List, Continue"},
    {0xA00E, OperationClass::read, "Read Logical by List, Start"},
    {0xA00F, OperationClass::read, "Read Logical by List, Continue"},
    {kWriteByAddress, OperationClass::write, "Write Signal by Address"},
    {kWriteByName, OperationClass::write, "Write Signal by Name"},
    {0xA08C, OperationClass::write, "Write Signal by List, Start"},
    {0xA08D, OperationClass::write, "Write Signal by List, Continue"},
    {0xA200, OperationClass::report, "Report by Exception"},
    {0xA300, OperationClass::report, "Report by Exception Manager"},
    {0xA800, OperationClass::control, "Alarm Acknowledge"},
    {0xA900, OperationClass::session, "Alarm Initialization"},
    {0xAA00, OperationClass::report, "Alarm Report"},
    {0xB000, OperationClass::other, "Peer to Peer, Master"},
    {0xB100, OperationClass::other, "Peer to Peer, Slave"},
    {kExtension + 0x0101, OperationClass::mode, "Reset System"},
    {kExtension + 0x0102, OperationClass::diagnostic, "Diagnostics Reset"},
    {kExtension + 0x0201, OperationClass::time, "Read Date and Time"},
    {kExtension + 0x0202, OperationClass::time, "Read Date"},
    {kExtension + 0x0203, OperationClass::time, "Read Time"},
    {kExtension + 0x0281, OperationClass::time, "Write Date and Time"},
    {kExtension + 0x0400, OperationClass::parameter, "Change Local Node Address"},
    {kLink + 0x81, OperationClass::session, "Dial-up Acknowledge"},
    {kLink + 0x83, OperationClass::session, "Message Discarded"},
    {kLink + 0x85, OperationClass::read, "Poll"},
    {kLink + 0x86, OperationClass::session, "Down-transmit Acknowledge"},
    {kLink + 0x87, OperationClass::session, "Acknowledge, No Data"},
    {kLink + 0x8A, OperationClass::read, "Up Acknowledge with Poll"},
    {kLink + 0x8B, OperationClass::session, "Up Acknowledge"},
    {kLink + 0x95, OperationClass::session, "Negative Acknowledge, No Buffer"},
};
static_assert(is_ascending(kFunctions));

}  // namespace

std::optional<Function> function_of(const Message& request) noexcept {
  ByteReader r{request.body};
  Function f{std::uint32_t{request.exchange} << 8, OperationClass::other};
  if (request.exchange == remote_database) f.code |= r.u8();
  if (request.exchange == remote_database_extension) f.code = kExtension + r.le16();
  if (!r.ok()) return std::nullopt;
  if (const Entry* const known = find_code(kFunctions, f.code)) f.cls = known->cls;
  return f;
}

std::string_view function_name(std::uint32_t code) noexcept {
  const Entry* const known = find_code(kFunctions, code);
  return known ? known->name : std::string_view{};
}

}  // namespace kakoi::bsap
