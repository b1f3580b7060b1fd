#include "dissectors/modbus/umas.h"

#include <algorithm>

#include "dissectors/modbus/function.h"

namespace kakoi::modbus::umas {

namespace {

using enum OperationClass;

struct Entry {
  std::uint8_t code;
  OperationClass cls;
  std::string_view name, step, target;
};

// Unity's "upload" is what goes to the PLC in some sources and what comes from it in others: the names
// here tell the direction.
constexpr Entry kSubFunctions[] = {
    {0x01, session, "Initialise Communication", "", ""},
    {0x02, identify, "Read PLC ID", "", ""},
    {0x03, identify, "Read Project Information", "", ""},
    {0x04, identify, "Read PLC Information", "", ""},
    {0x05, identify, "Read Loader Information", "", ""},
    {0x06, identify, "Read Memory Card Information", "", ""},
    {0x07, identify, "Read Block Information", "", ""},
    {0x0A, diagnostic, "Repeat", "", ""},
    {0x10, session, "Take PLC Reservation", "take reservation", ""},
    {0x11, session, "Release PLC Reservation", "release reservation", ""},
    {0x12, session, "Keep Alive", "", ""},
    {0x20, read, "Read Memory Block", "", ""},
    {0x21, write, "Write Memory Block", "write", "memory block"},
    {0x22, read, "Read Variables", "", ""},
    {0x23, write, "Write Variables", "write", "variable"},
    {0x24, read, "Read Coils and Registers", "", ""},
    {0x25, write, "Write Coils and Registers", "write", "coil or register"},
    {0x26, read, "Data Dictionary", "", ""},
    {0x27, read, "Data Dictionary Preload", "", ""},
    {0x28, read, "Read Physical Address", "", ""},
    {0x29, write, "Write Physical Address", "write", "physical address"},
    {0x2A, read, "Browse Events", "", ""},
    {0x30, program, "Begin Program Transfer to PLC", "begin program download", ""},
    {0x31, program, "Transfer Program Block to PLC", "", ""},
    {0x32, program, "End Program Transfer to PLC", "end program download", ""},
    {0x33, file, "Begin Program Transfer from PLC", "", ""},
    {0x34, file, "Transfer Program Block from PLC", "", ""},
    {0x35, file, "End Program Transfer from PLC", "", ""},
    {0x36, program, "Backup", "backup", ""},
    {0x37, program, "Preload Blocks", "", ""},
    {0x38, other, "Signed Request", "", ""},
    {0x39, read, "Read Ethernet Master Data", "", ""},
    {0x40, mode, "Start PLC", "start", ""},
    {0x41, mode, "Stop PLC", "stop", ""},
    {0x42, mode, "Initialise PLC", "initialise", ""},
    {0x43, program, "Swap", "swap program blocks", ""},
    {0x50, read, "Monitor PLC", "", ""},
    {0x51, read, "Get Automatic Modifications", "", ""},
    {0x52, read, "Get Forced Bits", "", ""},
    {0x53, read, "Get Selected Blocks", "", ""},
    {0x58, session, "Check PLC", "", ""},
    {0x60, mode, "Set Breakpoint", "set breakpoint", ""},
    {0x61, mode, "Delete Breakpoint", "delete breakpoint", ""},
    {0x62, mode, "Step Over", "step over", ""},
    {0x63, mode, "Step In", "step in", ""},
    {0x64, mode, "Step Out", "step out", ""},
    {0x65, read, "Get Call Stack", "", ""},
    {0x66, session, "Check Debug Allowed", "", ""},
    {0x6D, other, "Private Message", "", ""},
    {0x6E, auth, "Reservation Nonces", "", ""},
    {0x70, read, "Read I/O Object", "", ""},
    {0x71, write, "Write I/O Object", "write", "I/O object"},
    {0x72, read, "Read Rack", "", ""},
    {0x73, read, "Get Module Status", "", ""},
    {0x74, read, "Read Device Data", "", ""},
};

const Entry* find(std::uint32_t sub) noexcept {
  const auto* at = std::ranges::lower_bound(kSubFunctions, sub, {}, &Entry::code);
  return at != std::end(kSubFunctions) && at->code == sub ? at : nullptr;
}

constexpr std::size_t kSubAt = 2;  // 5A | session key | sub-function or status
constexpr std::uint8_t kSigned = 0x38, kSuccess = 0xFE, kFailure = 0xFD;
// 5A | key | 38 or FE | 01 | signature ×32 | 5A | key | sub-function or status
constexpr std::size_t kSignedFunctionAt = 36, kSignedSubAt = 38;

// The octet at kSubAt, or the one that it wraps; -1 if it was not captured.
int selector(Bytes pdu, std::uint8_t wrapper) noexcept {
  if (pdu.size() <= kSubAt) return -1;
  const bool is_signed = pdu[kSubAt] == wrapper && pdu.size() > kSignedSubAt && pdu[3] == 1 &&
                         pdu[kSignedFunctionAt] == static_cast<std::uint8_t>(Function::umas);
  return pdu[is_signed ? kSignedSubAt : kSubAt];
}

}  // namespace

int sub_function(Bytes pdu) noexcept { return selector(pdu, kSigned); }

OperationClass class_of(int sub) noexcept {
  const Entry* entry = find(static_cast<std::uint32_t>(sub));
  return entry ? entry->cls : other;
}
std::string_view name(std::uint32_t sub) noexcept {
  const Entry* entry = find(sub);
  return entry ? entry->name : std::string_view();
}
std::string_view step(int sub) noexcept {
  const Entry* entry = find(static_cast<std::uint32_t>(sub));
  return entry ? entry->step : std::string_view();
}
std::string_view target(int sub) noexcept {
  const Entry* entry = find(static_cast<std::uint32_t>(sub));
  return entry ? entry->target : std::string_view();
}

Outcome outcome_of(Bytes answer) noexcept {
  switch (selector(answer, kSuccess)) {
    case kSuccess:
      return Outcome::accepted;
    case kFailure:
      return Outcome::refused;
    default:
      return Outcome::none;
  }
}

void state_identity(Bytes answer, std::uint8_t confidence, const Emit& emit) {
  ByteReader r{answer};
  // 5A, key, FE | range ×2, ident ×4, model ×2, versions ×2 ×4, crash code ×4, unknown ×2 | length, text
  r.skip(3 + 22);
  const Bytes text = r.take(r.u8());
  const auto is_printable = [](std::uint8_t c) { return c >= 0x20 && c < 0x7F; };
  if (!r.ok() || text.empty() || !std::ranges::all_of(text, is_printable)) return;
  emit(Identity{Trait::vendor, "Schneider Electric", "umas read id", confidence, {}});
  emit(Identity{Trait::model, as_text(text), "umas read id", confidence, {}});
}

}  // namespace kakoi::modbus::umas
