#include "dissectors/dnp3/status.h"

#include <algorithm>
#include <iterator>

namespace kakoi::dnp3 {

namespace {

struct Name {
  std::uint8_t code;
  std::string_view name;
};

template <std::size_t N>
std::string_view pick(const Name (&names)[N], std::uint8_t code) noexcept {
  const auto* at = std::find_if(std::begin(names), std::end(names), [&](const Name& n) { return n.code == code; });
  return at == std::end(names) ? "reserved status" : at->name;
}

constexpr Name kControl[] = {
    {0, ""},
    {1, "TIMEOUT"},
    {2, "NO_SELECT"},
    {3, "FORMAT_ERROR"},
    {4, "NOT_SUPPORTED"},
    {5, "ALREADY_ACTIVE"},
    {6, "HARDWARE_ERROR"},
    {7, "LOCAL"},
    {8, "TOO_MANY_OBJS"},
    {9, "NOT_AUTHORIZED"},
    {10, "AUTOMATION_INHIBIT"},
    {11, "PROCESSING_LIMITED"},
    {12, "OUT_OF_RANGE"},
    {13, "DOWNSTREAM_LOCAL"},
    {14, "ALREADY_COMPLETE"},
    {15, "BLOCKED"},
    {16, "CANCELLED"},
    {17, "BLOCKED_OTHER_MASTER"},
    {18, "DOWNSTREAM_FAIL"},
    {126, "NON_PARTICIPATING"},
    {127, "UNDEFINED"},
};

constexpr Name kFile[] = {
    {0, ""},
    {1, "PERMISSION DENIED"},
    {2, "INVALID MODE"},
    {3, "FILE NOT FOUND"},
    {4, "FILE LOCKED"},
    {5, "TOO MANY OPEN"},
    {6, "INVALID HANDLE"},
    {7, "WRITE BLOCK SIZE"},
    {8, "COMM LOST"},
    {9, "CANNOT ABORT"},
    {16, "NOT OPENED"},
    {17, "HANDLE EXPIRED"},
    {18, "BUFFER OVERRUN"},
    {19, "FATAL"},
    {20, "BLOCK SEQUENCE"},
    {255, "UNDEFINED"},
};

constexpr Name kAuthentication[] = {
    {1, "authentication failed"},
    {2, "unexpected response"},
    {3, "no response"},
    {4, "aggressive mode not supported"},
    {5, "MAC algorithm not supported"},
    {6, "key wrap algorithm not supported"},
    {7, "authorization failed"},
    {8, "update key change method not permitted"},
    {9, "invalid signature"},
    {10, "invalid certification data"},
    {11, "unknown user"},
    {12, "max session key status requests exceeded"},
};

constexpr Name kKeys[] = {
    {0, "keys undefined"},         {1, ""}, {2, "keys not initialised"}, {3, "communications failure"},
    {4, "authentication failure"},
};

}  // namespace

std::string_view Indications::reason() const noexcept {
  if ((bits & 0x0100) != 0) return "NO_FUNC_CODE_SUPPORT";
  if ((bits & 0x0200) != 0) return "OBJECT_UNKNOWN";
  if ((bits & 0x0400) != 0) return "PARAMETER_ERROR";
  if ((bits & 0x1000) != 0) return "ALREADY_EXECUTING";
  return {};
}

std::string_view control_status(std::uint8_t code) noexcept { return pick(kControl, code & 0x7F); }
std::string_view file_status(std::uint8_t code) noexcept { return pick(kFile, code); }
std::string_view authentication_error(std::uint8_t code) noexcept { return pick(kAuthentication, code); }
std::string_view key_status(std::uint8_t code) noexcept { return pick(kKeys, code); }

}  // namespace kakoi::dnp3
