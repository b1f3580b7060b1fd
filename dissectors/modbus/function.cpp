#include "dissectors/modbus/function.h"

#include <algorithm>
#include <array>

#include "dissectors/modbus/umas.h"

namespace kakoi::modbus {

namespace {

// Octets of a PDU from the function code: `fixed`, plus what the count field at `count_at` says.
struct Layout {
  enum class Kind : std::uint8_t { open, exact, counted_by_octet, counted_by_word };
  Kind kind = Kind::open;
  std::uint8_t fixed = 1;  // open: at least
  std::uint8_t count_at = 0;
};
constexpr Layout open(std::uint8_t at_least) { return {Layout::Kind::open, at_least, 0}; }
constexpr Layout exact(std::uint8_t n) { return {Layout::Kind::exact, n, 0}; }
constexpr Layout counted(std::uint8_t fixed, std::uint8_t at) { return {Layout::Kind::counted_by_octet, fixed, at}; }
constexpr Layout counted_by_word(std::uint8_t fixed, std::uint8_t at) {
  return {Layout::Kind::counted_by_word, fixed, at};
}

struct Entry {
  std::uint8_t code;
  std::string_view name;
  OperationClass cls;
  Layout request, response;
};

using enum OperationClass;

// §6.1 to §6.21, then what Annex A reserves and is met in plants.
constexpr Entry kFunctions[] = {
    {1, "Read Coils", read, exact(5), counted(2, 1)},
    {2, "Read Discrete Inputs", read, exact(5), counted(2, 1)},
    {3, "Read Holding Registers", read, exact(5), counted(2, 1)},
    {4, "Read Input Registers", read, exact(5), counted(2, 1)},
    {5, "Write Single Coil", write, exact(5), exact(5)},
    {6, "Write Single Register", write, exact(5), exact(5)},
    {7, "Read Exception Status", read, exact(1), exact(2)},
    {8, "Diagnostics", diagnostic, open(3), open(3)},
    {11, "Get Comm Event Counter", diagnostic, exact(1), exact(5)},
    {12, "Get Comm Event Log", diagnostic, exact(1), counted(2, 1)},
    {15, "Write Multiple Coils", write, counted(6, 5), exact(5)},
    {16, "Write Multiple Registers", write, counted(6, 5), exact(5)},
    {17, "Report Server ID", identify, exact(1), counted(2, 1)},
    {20, "Read File Record", file, counted(2, 1), counted(2, 1)},
    {21, "Write File Record", file, counted(2, 1), counted(2, 1)},
    {22, "Mask Write Register", write, exact(7), exact(7)},
    {23, "Read/Write Multiple Registers", write, counted(10, 9), counted(2, 1)},
    {24, "Read FIFO Queue", read, exact(3), counted_by_word(3, 1)},
    {43, "Encapsulated Interface Transport", identify, open(2), open(2)},
    {90, "UMAS (Schneider Electric)", other, open(2), open(2)},
};

// Place in kFunctions + 1 by function code: every PDU asks.
constexpr auto kPlaces = [] {
  std::array<std::uint8_t, 128> places{};
  for (std::size_t i = 0; i < std::size(kFunctions); ++i) places[kFunctions[i].code] = static_cast<std::uint8_t>(i + 1);
  return places;
}();

const Entry* find(std::uint32_t code) noexcept {
  if (code >= kPlaces.size() || kPlaces[code] == 0) return nullptr;
  return &kFunctions[kPlaces[code] - 1];
}

constexpr bool is_user_defined(std::uint32_t code) noexcept {  // §5
  return (code >= 65 && code <= 72) || (code >= 100 && code <= 110);
}
// Annex A, "reserved for companies": the codes that no table entry covers.
constexpr std::array<std::uint8_t, 11> kReserved = {9, 10, 13, 14, 18, 19, 41, 42, 91, 125, 126};

struct SubFunction {
  std::uint16_t code;
  std::string_view name;
};
// Of Diagnostics (§6.8.1).
constexpr SubFunction kDiagnostics[] = {
    {0, "Return Query Data"},
    {1, "Restart Communications Option"},
    {2, "Return Diagnostic Register"},
    {3, "Change ASCII Input Delimiter"},
    {4, "Force Listen Only Mode"},
    {10, "Clear Counters and Diagnostic Register"},
    {11, "Return Bus Message Count"},
    {12, "Return Bus Communication Error Count"},
    {13, "Return Bus Exception Error Count"},
    {14, "Return Server Message Count"},
    {15, "Return Server No Response Count"},
    {16, "Return Server NAK Count"},
    {17, "Return Server Busy Count"},
    {18, "Return Bus Character Overrun Count"},
    {20, "Clear Overrun Counter and Flag"},
};

std::string_view diagnostic_name(std::uint32_t sub) noexcept {
  const auto* at = std::ranges::find(kDiagnostics, sub, &SubFunction::code);
  return at == std::end(kDiagnostics) ? std::string_view() : at->name;
}

constexpr std::string_view kExceptions[] = {"",
                                            "Illegal Function",
                                            "Illegal Data Address",
                                            "Illegal Data Value",
                                            "Server Device Failure",
                                            "Acknowledge",
                                            "Server Device Busy",
                                            "Negative Acknowledge",
                                            "Memory Parity Error",
                                            "",
                                            "Gateway Path Unavailable",
                                            "Gateway Target Device Failed To Respond"};

Extent extent(Bytes head, Layout layout) noexcept {
  if (layout.kind == Layout::Kind::open) return {};
  if (layout.kind == Layout::Kind::exact) return {Extent::Kind::known, layout.fixed};
  const bool word = layout.kind == Layout::Kind::counted_by_word;
  ByteReader r{head};
  r.skip(layout.count_at);
  const std::size_t count = word ? r.be16() : r.u8();
  if (!r.ok()) return {Extent::Kind::more, layout.count_at + (word ? 2u : 1u)};
  return {Extent::Kind::known, layout.fixed + count};
}

Fit fit(Bytes head, std::size_t size, Layout layout) noexcept {
  const Extent e = extent(head, layout);
  if (e.kind == Extent::Kind::known) return size == e.octets ? Fit::fits : Fit::misfit;
  return size < layout.fixed ? Fit::misfit : Fit::unknown;
}

bool is_device_identification(Bytes head) noexcept {
  return head.size() > 1 && function_of(head[0]) == Function::encapsulated_interface_transport &&
         head[1] == kReadDeviceIdentification;
}

// §6.21: each object is an id, a length and that many octets.
Extent identification_extent(Bytes head) noexcept {
  constexpr std::size_t kObjectsAt = 7;
  if (head.size() < kObjectsAt) return {Extent::Kind::more, kObjectsAt};
  std::size_t size = kObjectsAt;
  for (unsigned i = head[kObjectsAt - 1]; i > 0; --i) {
    if (head.size() < size + 2) return {Extent::Kind::more, size + 2};
    size += 2u + head[size + 1];
  }
  return {Extent::Kind::known, size};
}

}  // namespace

std::string_view function_name(std::uint32_t code) noexcept {
  if (const Entry* entry = find(code)) return entry->name;
  return is_user_defined(code) ? "User-defined Function" : "Reserved Function";
}

FunctionName qualified_name(const Operation& operation) {
  FunctionName name;
  name << function_name(operation.function_code);
  if (operation.qualifier == kNoValue) return name;
  const bool is_umas = operation.function_code == static_cast<std::uint32_t>(Function::umas);
  const std::string_view sub = is_umas ? umas::name(operation.qualifier) : diagnostic_name(operation.qualifier);
  if (sub.empty()) return name << ": sub-function " << operation.qualifier, name;
  return name << ": " << sub, name;
}

bool is_exception_code(std::uint8_t code) noexcept {
  return code < std::size(kExceptions) && !kExceptions[code].empty();
}

std::string_view exception_name(std::uint8_t code) noexcept {
  return is_exception_code(code) ? kExceptions[code] : "Unknown Exception";
}

Kind kind_of(Bytes pdu, Role speaker) noexcept {
  ByteReader r{pdu};
  const std::uint8_t code = r.u8();
  const Entry* entry = find(code & ~kExceptionBit);
  if (!entry) return {};
  const Kind plain{entry->cls, kNoValue};
  if ((code & kExceptionBit) != 0) return plain;
  switch (static_cast<Function>(code)) {
    case Function::diagnostics: {
      const std::uint16_t sub = r.be16();
      if (!r.ok()) return plain;
      // Both take the device off the line; the delimiter is a setting of the line.
      if (sub == static_cast<std::uint16_t>(Diagnostic::restart_communications)) return {mode, sub};
      if (sub == static_cast<std::uint16_t>(Diagnostic::force_listen_only)) return {mode, sub};
      if (sub == static_cast<std::uint16_t>(Diagnostic::change_ascii_delimiter)) return {parameter, sub};
      return {entry->cls, sub};
    }
    case Function::encapsulated_interface_transport: {
      const std::uint8_t mei = r.u8();
      if (!r.ok()) return plain;
      return {mei == kReadDeviceIdentification ? entry->cls : other, kNoValue};
    }
    case Function::umas: {
      if (speaker == Role::server) return plain;
      const auto sub = umas::sub_function(pdu);
      return sub < 0 ? plain : Kind{umas::class_of(sub), static_cast<std::uint32_t>(sub)};
    }
    default:
      return plain;
  }
}

Fit request_fit(Bytes head, std::size_t size) noexcept {
  const Entry* entry = head.empty() ? nullptr : find(head[0]);
  if (!entry) return Fit::unknown;
  if (is_device_identification(head)) return fit(head, size, exact(4));
  return fit(head, size, entry->request);
}

Fit response_fit(Bytes head, std::size_t size) noexcept {
  if (head.empty()) return Fit::unknown;
  if (head[0] & kExceptionBit) return fit(head, size, exact(2));
  const Entry* entry = find(head[0]);
  if (!entry) return Fit::unknown;
  // Registers are words: an odd byte count is that of a request whose address starts so.
  if (entry->code == 3 || entry->code == 4 || entry->code == 23) {
    if (head.size() > 1 && head[1] % 2 != 0) return Fit::misfit;
  }
  if (is_device_identification(head)) {
    const Extent e = identification_extent(head);
    if (e.kind == Extent::Kind::known) return size == e.octets ? Fit::fits : Fit::misfit;
    return size < e.octets ? Fit::misfit : Fit::unknown;
  }
  return fit(head, size, entry->response);
}

Extent request_extent(Bytes head) noexcept {
  const Entry* entry = head.empty() ? nullptr : find(head[0]);
  if (!entry) return {};
  switch (function_of(head[0])) {
    case Function::diagnostics:
      return {Extent::Kind::known, 5};  // sub-function and one word; more only as a loop-back test's data
    case Function::encapsulated_interface_transport:
      if (head.size() < 2) return {Extent::Kind::more, 2};
      return is_device_identification(head) ? Extent{Extent::Kind::known, 4} : Extent{};
    default:
      return extent(head, entry->request);
  }
}

Extent response_extent(Bytes head) noexcept {
  if (head.empty()) return {};
  if (head[0] & kExceptionBit) return is_plausible(head[0] & ~kExceptionBit) ? extent(head, exact(2)) : Extent{};
  const Entry* entry = find(head[0]);
  if (!entry) return {};
  switch (function_of(head[0])) {
    case Function::diagnostics:
      return {Extent::Kind::known, 5};
    case Function::encapsulated_interface_transport:
      if (head.size() < 2) return {Extent::Kind::more, 2};
      return is_device_identification(head) ? identification_extent(head) : Extent{};
    default:
      return extent(head, entry->response);
  }
}

bool is_plausible(std::uint8_t code) noexcept {
  return find(code) || is_user_defined(code) || std::ranges::find(kReserved, code) != kReserved.end();
}

}  // namespace kakoi::modbus
