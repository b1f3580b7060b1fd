// Function codes of IEEE 1815-2012 clause 4: their names, and what they want in words that all OT
// protocols share.
#include <algorithm>
#include <iterator>

#include "dissectors/dnp3/application.h"

namespace kakoi::dnp3 {

namespace {

struct FunctionEntry {
  std::uint8_t code;
  OperationClass cls;
  std::string_view name;
};

using enum OperationClass;

constexpr FunctionEntry kFunctions[] = {
    {0, session, "CONFIRM"},
    {1, read, "READ"},
    {2, write, "WRITE"},  // of points; see class_of_write
    {3, control, "SELECT"},
    {4, control, "OPERATE"},
    {5, control, "DIRECT_OPERATE"},
    {6, control, "DIRECT_OPERATE_NR"},
    // Freezing latches the counters that billing and balances are made from, and FREEZE_CLEAR sets
    // them to zero: an act on the process image, not a setting.
    {7, control, "IMMED_FREEZE"},
    {8, control, "IMMED_FREEZE_NR"},
    {9, control, "FREEZE_CLEAR"},
    {10, control, "FREEZE_CLEAR_NR"},
    {11, control, "FREEZE_AT_TIME"},
    {12, control, "FREEZE_AT_TIME_NR"},
    {13, mode, "COLD_RESTART"},
    {14, mode, "WARM_RESTART"},
    {15, program, "INITIALIZE_DATA"},
    {16, program, "INITIALIZE_APPL"},
    {17, mode, "START_APPL"},
    {18, mode, "STOP_APPL"},
    {19, parameter, "SAVE_CONFIG"},
    {20, parameter, "ENABLE_UNSOLICITED"},
    {21, parameter, "DISABLE_UNSOLICITED"},
    {22, parameter, "ASSIGN_CLASS"},
    {23, time, "DELAY_MEASURE"},
    {24, time, "RECORD_CURRENT_TIME"},
    {25, file, "OPEN_FILE"},
    {26, file, "CLOSE_FILE"},
    {27, file, "DELETE_FILE"},
    {28, file, "GET_FILE_INFO"},
    {29, file, "AUTHENTICATE_FILE"},
    {30, file, "ABORT_FILE"},
    {31, file, "ACTIVATE_CONFIG"},
    {32, auth, "AUTHENTICATE_REQ"},
    {33, auth, "AUTH_REQ_NO_ACK"},
    {129, report, "RESPONSE"},
    {130, report, "UNSOLICITED_RESPONSE"},
    {131, auth, "AUTHENTICATE_RESP"},
};

const FunctionEntry* find(std::uint32_t code) noexcept {
  const auto* at = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                [&](const FunctionEntry& entry) { return entry.code == code; });
  return at == std::end(kFunctions) ? nullptr : at;
}

}  // namespace

std::string_view function_name(std::uint32_t code) noexcept {
  const FunctionEntry* entry = find(code);
  return entry == nullptr ? "unknown" : entry->name;
}

OperationClass class_of(std::uint8_t code) noexcept {
  const FunctionEntry* entry = find(code);
  return entry == nullptr ? other : entry->cls;
}

}  // namespace kakoi::dnp3
