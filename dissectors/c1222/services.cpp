#include "dissectors/c1222/services.h"

#include "dissectors/core/code_table.h"

namespace kakoi::c1222 {

namespace {

using enum OperationClass;

// Logon says who one is and proves nothing; Security brings the password.
constexpr ServiceName kServices[] = {
    {0x20, OperationClass::identify, "Identify"},
    {0x21, session, "Terminate"},
    {0x22, session, "Disconnect"},
    {0x24, session, "Deregister"},
    {0x25, session, "Resolve"},
    {0x26, diagnostic, "Trace"},
    {0x27, session, "Register"},
    {0x30, read, "Full Read"},
    {0x31, read, "Partial Read, 1 index"},
    {0x32, read, "Partial Read, 2 indices"},
    {0x33, read, "Partial Read, 3 indices"},
    {0x34, read, "Partial Read, 4 indices"},
    {0x35, read, "Partial Read, 5 indices"},
    {0x36, read, "Partial Read, 6 indices"},
    {0x37, read, "Partial Read, 7 indices"},
    {0x38, read, "Partial Read, 8 indices"},
    {0x39, read, "Partial Read, 9 indices"},
    {0x3E, read, "Default Read"},
    {0x3F, read, "Partial Read Offset"},
    {0x40, write, "Full Write"},
    {0x41, write, "Partial Write, 1 index"},
    {0x42, write, "Partial Write, 2 indices"},
    {0x43, write, "Partial Write, 3 indices"},
    {0x44, write, "Partial Write, 4 indices"},
    {0x45, write, "Partial Write, 5 indices"},
    {0x46, write, "Partial Write, 6 indices"},
    {0x47, write, "Partial Write, 7 indices"},
    {0x48, write, "Partial Write, 8 indices"},
    {0x49, write, "Partial Write, 9 indices"},
    {0x4E, write, "Default Write"},
    {0x4F, write, "Partial Write Offset"},
    {0x50, session, "Logon"},
    {0x51, auth, "Security"},
    {0x52, session, "Logoff"},
    {0x53, auth, "Authenticate"},
    {0x60, session, "Negotiate"},
    {0x70, session, "Wait"},
    {0x71, session, "Timing Setup"},
};
static_assert(is_ascending(kServices));

struct Response {
  std::uint32_t code;
  std::string_view name;
};
constexpr Response kResponses[] = {
    {0x00, "OK"},
    {0x01, "error"},
    {0x02, "service not supported"},
    {0x03, "insufficient security clearance"},
    {0x04, "operation not possible"},
    {0x05, "inappropriate action requested"},
    {0x06, "device busy"},
    {0x07, "data not ready"},
    {0x08, "data locked"},
    {0x09, "renegotiate request"},
    {0x0A, "invalid service sequence state"},
    {0x0B, "security mechanism error"},
    {0x0C, "unknown application title"},
    {0x0D, "network time-out"},
    {0x0E, "network not reachable"},
    {0x0F, "request too large"},
    {0x10, "response too large"},
    {0x11, "segmentation not possible"},
    {0x12, "segmentation error"},
};
static_assert(is_ascending(kResponses));

// ANSI C12.19, standard procedures of table 7.
struct Procedure {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};
constexpr Procedure kProcedures[] = {
    {0, mode, "cold start"},
    {1, mode, "warm start"},
    {2, parameter, "save configuration"},
    {3, control, "clear data"},
    {4, control, "reset list pointers"},
    {5, control, "update last read entry"},
    {6, mode, "change end device mode"},
    {7, control, "clear standard status flags"},
    {8, control, "clear manufacturer status flags"},
    {9, control, "remote reset"},
    {10, OperationClass::time, "set date and time"},
    {11, diagnostic, "execute diagnostics"},
    {12, parameter, "activate all pending tables"},
    {13, parameter, "activate specific pending table"},
    {14, parameter, "clear all pending tables"},
    {15, parameter, "clear specific pending table"},
    {16, control, "start load profile"},
    {17, control, "stop load profile"},
    {18, auth, "log in"},
    {19, session, "log out"},
    {20, control, "initiate an immediate call"},
    {21, control, "direct load control"},
    {22, control, "modify credit"},
};
static_assert(is_ascending(kProcedures));

constexpr std::uint16_t kNumber = 0x07FF, kMakers = 0x0800, kPending = 0x1000, kUserDefined = 0x2000,
                        kProcedureTable = 7;

}  // namespace

const ServiceName* find_service(std::uint32_t code) noexcept {
  return find_code(kServices, code >> 4 == 6 ? 0x60 : code);  // 6xh: Negotiate, with x baud rates
}

std::string_view response_name(std::uint8_t code) noexcept {
  const Response* const known = find_code(kResponses, code);
  return known ? known->name : "refused";
}

// table ×2 | index ×2 each, or offset ×3 | of a read count ×2, of a write size ×2, data, checksum
Target target_of(Bytes service) noexcept {
  ByteReader r{service};
  const std::uint8_t code = r.u8();
  Target t;
  if ((!is_read(code) && !is_write(code)) || code == default_read || code == default_write) return t;
  t.table = r.be16();
  const unsigned low = code & 0x0F;
  if (low == 0x0F)
    t.offset = r.be24();
  else
    r.skip(2 * std::size_t{low});
  t.is_known = r.ok();
  if (!is_write(code)) return t;
  const std::uint16_t size = r.be16();
  if (!r.ok()) return t;
  t.size = size;
  if (code == full_write && t.table == kProcedureTable) {
    const std::uint16_t id = r.le16();  // least significant octet first, as meters are mostly set (table 0)
    t.is_procedure = r.ok();
    t.procedure = id & (kMakers | kNumber);
  }
  return t;
}

OperationClass class_of(std::uint8_t code, const Target& target) noexcept {
  if (target.is_procedure) {
    const Procedure* const known = find_code(kProcedures, target.procedure);
    return known ? known->cls : control;
  }
  if (is_write(code) && target.is_known) switch (target.table & ~kPending) {
      case 42:  // 42 to 46: security, access control and keys
      case 54:
      case 43:
      case 44:
      case 45:
      case 46:
        return parameter;
      case 52:
      case 53:
        return OperationClass::time;
      default:
        return write;
    }
  const ServiceName* const known = find_service(code);
  return known ? known->cls : other;
}

std::string_view procedure_name(std::uint16_t procedure) noexcept {
  const Procedure* const known = find_code(kProcedures, procedure);
  return known ? known->name : std::string_view{};
}

std::string_view kind_of(const Target& t) noexcept {
  if (!t.is_known) return {};
  if (t.is_procedure) return (t.procedure & kMakers) != 0 ? "manufacturer procedure" : "standard procedure";
  const bool makers = (t.table & kMakers) != 0;
  if ((t.table & kUserDefined) != 0)
    return (t.table & kPending) != 0 ? "pending user-defined table" : "user-defined table";
  if ((t.table & kPending) != 0) return makers ? "pending manufacturer table" : "pending standard table";
  return makers ? "manufacturer table" : "standard table";
}

}  // namespace kakoi::c1222
