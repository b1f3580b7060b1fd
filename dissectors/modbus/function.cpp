#include "dissectors/modbus/function.h"

#include <algorithm>
#include <array>

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

const Entry* find(std::uint32_t code) noexcept {
  const auto* at = std::ranges::lower_bound(kFunctions, code, {}, &Entry::code);
  return at != std::end(kFunctions) && at->code == code ? at : nullptr;
}

constexpr bool is_user_defined(std::uint32_t code) noexcept {  // §5
  return (code >= 65 && code <= 72) || (code >= 100 && code <= 110);
}
// Annex A, "reserved for companies": the codes that no table entry covers.
constexpr std::array<std::uint8_t, 11> kReserved = {9, 10, 13, 14, 18, 19, 41, 42, 91, 125, 126};

Fit fit(Bytes head, std::size_t size, Layout layout) noexcept {
  std::size_t expected = layout.fixed;
  switch (layout.kind) {
    case Layout::Kind::open:
      return size < expected ? Fit::misfit : Fit::unknown;
    case Layout::Kind::exact:
      break;
    case Layout::Kind::counted_by_octet:
    case Layout::Kind::counted_by_word: {
      if (size < expected) return Fit::misfit;
      ByteReader r{head};
      r.skip(layout.count_at);
      expected += layout.kind == Layout::Kind::counted_by_octet ? r.u8() : r.be16();
      if (!r.ok()) return Fit::unknown;
      break;
    }
  }
  return size == expected ? Fit::fits : Fit::misfit;
}

constexpr std::uint8_t kReadDeviceIdentification = 14;  // MEI type, §6.21

// UMAS is not published; sub-functions as security research describes them. The rest stays `other`.
OperationClass classify_umas(std::uint8_t sub) noexcept {
  switch (sub) {
    case 0x02:  // read PLC id
    case 0x03:  // read project information
    case 0x04:
      return identify;
    case 0x10:  // take PLC reservation
    case 0x11:  // release it
    case 0x12:
      return session;
    case 0x20:  // read memory block
    case 0x22:  // read variables
    case 0x24:
      return read;
    case 0x21:  // write memory block
    case 0x23:  // write variables
    case 0x25:
      return write;
    case 0x30:  // initialise, transfer and end upload of a program, then download
    case 0x31:
    case 0x32:
    case 0x33:
    case 0x34:
    case 0x35:
      return program;
    case 0x40:  // start PLC
    case 0x41:
      return mode;  // stop PLC
    default:
      return other;
  }
}

}  // namespace

std::string_view function_name(std::uint32_t code) noexcept {
  if (const Entry* entry = find(code)) return entry->name;
  return is_user_defined(code) ? "User-defined Function" : "Reserved Function";
}

OperationClass classify(Bytes pdu, Role speaker) noexcept {
  ByteReader r{pdu};
  const std::uint8_t code = r.u8();
  const Entry* entry = find(code);
  if (!entry) return other;
  switch (static_cast<Function>(code)) {
    case Function::diagnostics: {
      const std::uint16_t sub = r.be16();
      // Restart Communications Option, Force Listen Only Mode (§6.8): they take the device off the line.
      return r.ok() && (sub == 1 || sub == 4) ? mode : entry->cls;
    }
    case Function::encapsulated_interface_transport: {
      const std::uint8_t mei = r.u8();
      return r.ok() && mei != kReadDeviceIdentification ? other : entry->cls;
    }
    case Function::umas: {
      r.skip(1);  // reservation key
      const std::uint8_t sub = r.u8();
      return r.ok() && speaker == Role::client ? classify_umas(sub) : other;
    }
    default:
      return entry->cls;
  }
}

Fit request_fit(Bytes head, std::size_t size) noexcept {
  const Entry* entry = head.empty() ? nullptr : find(head[0]);
  if (!entry) return Fit::unknown;
  if (entry->code == 43 && head.size() > 1 && head[1] == kReadDeviceIdentification) return fit(head, size, exact(4));
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
  if (entry->code == 43 && head.size() > 1 && head[1] == kReadDeviceIdentification) return fit(head, size, open(7));
  return fit(head, size, entry->response);
}

bool is_plausible(std::uint8_t code) noexcept {
  return find(code) || is_user_defined(code) || std::ranges::find(kReserved, code) != kReserved.end();
}

std::uint32_t bad_request_value(Bytes pdu) noexcept {
  ByteReader r{pdu};
  const auto function = static_cast<Function>(r.u8());
  r.skip(2);  // address: every value is legal
  const std::uint16_t value = r.be16();
  const auto outside = [](unsigned quantity, unsigned most) { return quantity == 0 || quantity > most; };
  switch (function) {
    case Function::read_coils:
    case Function::read_discrete_inputs:
      return outside(value, 2000) ? 3 : 0;
    case Function::read_holding_registers:
    case Function::read_input_registers:
      return outside(value, 125) ? 3 : 0;
    case Function::write_single_coil:
      return value != 0x0000 && value != 0xFF00 ? 3 : 0;
    case Function::write_multiple_coils:
      if (outside(value, 1968)) return 3;
      return r.u8() != (value + 7) / 8 ? 5 : 0;
    case Function::write_multiple_registers:
      if (outside(value, 123)) return 3;
      return r.u8() != value * 2 ? 5 : 0;
    case Function::read_write_multiple_registers: {
      if (outside(value, 125)) return 3;
      r.skip(2);
      const std::uint16_t written = r.be16();
      if (outside(written, 121)) return 7;
      return r.u8() != written * 2 ? 9 : 0;
    }
    default:
      return 0;
  }
}

}  // namespace kakoi::modbus
