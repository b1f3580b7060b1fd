#include "dissectors/s7comm/function.h"

#include "dissectors/core/code_table.h"

#include <algorithm>

namespace kakoi::s7comm {

namespace {

struct Entry {
  std::uint32_t code;
  OperationClass cls;
  std::string_view name;
};
constexpr std::uint32_t user_data(Group group, std::uint32_t subfunction) {
  return kUserData + static_cast<std::uint32_t>(group) * 256 + subfunction;
}
// By code. "Upload" goes from the controller to the engineer.
constexpr Entry kFunctions[] = {
    {cpu_services, OperationClass::other, "CPU services"},
    {read_var, OperationClass::read, "Read Var"},
    {write_var, OperationClass::write, "Write Var"},
    {request_download, OperationClass::program, "Request download"},
    // Of a download the controller asks for the blocks, once it has taken the request: no command of its own.
    {download_block, OperationClass::session, "Download block"},
    {download_ended, OperationClass::session, "Download ended"},
    {start_upload, OperationClass::file, "Start upload"},
    {upload, OperationClass::file, "Upload"},
    {end_upload, OperationClass::file, "End upload"},
    {pi_service, OperationClass::mode, "PI-Service"},
    {plc_stop, OperationClass::mode, "PLC Stop"},
    {setup_communication, OperationClass::session, "Setup communication"},
    {user_data(block, 1), OperationClass::read, "List blocks"},
    {user_data(block, 2), OperationClass::read, "List blocks of type"},
    {user_data(block, 3), OperationClass::read, "Get block info"},
    {user_data(cpu, 1), OperationClass::identify, "Read SZL"},
    {user_data(cpu, 2), OperationClass::report, "Message service"},
    {user_data(cpu, 3), OperationClass::report, "Diagnostic message"},
    {user_data(security, 1), OperationClass::auth, "PLC password"},
    {user_data(time, 1), OperationClass::time, "Read clock"},
    {user_data(time, 2), OperationClass::time, "Set clock"},
    {user_data(time, 3), OperationClass::time, "Read clock (following)"},
    {user_data(time, 4), OperationClass::time, "Set clock (following)"},
};

struct GroupEntry {
  OperationClass cls;
  std::string_view name;
};
constexpr GroupEntry kGroups[] = {
    {OperationClass::report, "Mode transition"},    {OperationClass::diagnostic, "Programmer commands"},
    {OperationClass::read, "Cyclic data"},          {OperationClass::read, "Block functions"},
    {OperationClass::diagnostic, "CPU functions"},  {OperationClass::auth, "Security"},
    {OperationClass::other, "Programmable blocks"}, {OperationClass::time, "Time functions"},
};

struct Known {
  std::string_view service;
  Invocation invocation;
};
// A row's number is the operation's qualifier: rows are added at the end. What the controller does with its own memory
// transfers nothing.
constexpr Known kInvocations[] = {
    {"P_PROGRAM", {OperationClass::mode, "start program (P_PROGRAM)", 0}},
    {"_INSE", {OperationClass::program, "insert block (_INSE)", 1}},
    {"_IN2", {OperationClass::program, "insert block (_IN2)", 2}},
    {"_DELE", {OperationClass::program, "delete block (_DELE)", 3}},
    {"_MODU", {OperationClass::other, "copy RAM to ROM (_MODU)", 4}},
    {"_GARB", {OperationClass::other, "compress memory (_GARB)", 5}},
};
constexpr Invocation kUnknown = {OperationClass::mode, "PI-Service", kNoValue};

static_assert(is_ascending(kFunctions));
const Entry* find(std::uint32_t code) noexcept { return find_code(kFunctions, code); }

const GroupEntry* group_of(std::uint32_t code) noexcept {
  if (code < kUserData) return nullptr;
  const std::uint32_t group = (code - kUserData) >> 8;
  return group < std::size(kGroups) ? &kGroups[group] : nullptr;
}

}  // namespace

OperationClass class_of(std::uint32_t code) noexcept {
  if (const Entry* const known = find(code)) return known->cls;
  const GroupEntry* const group = group_of(code);
  return group ? group->cls : OperationClass::other;
}

const Invocation& invocation(std::string_view service) noexcept {
  const auto at = std::find_if(std::begin(kInvocations), std::end(kInvocations),
                               [&](const Known& known) { return known.service == service; });
  return at != std::end(kInvocations) ? at->invocation : kUnknown;
}

FunctionName qualified_name(const Operation& operation) {
  FunctionName name;
  if (operation.function_code == pi_service && operation.qualifier < std::size(kInvocations))
    return name << kInvocations[operation.qualifier].invocation.name, name;
  return name << function_name(operation.function_code), name;
}

std::string_view function_name(std::uint32_t code) {
  if (const Entry* const known = find(code)) return known->name;
  const GroupEntry* const group = group_of(code);
  return group ? group->name : std::string_view{};
}

}  // namespace kakoi::s7comm
