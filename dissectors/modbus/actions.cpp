#include "dissectors/modbus/actions.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "dissectors/modbus/bounds.h"
#include "dissectors/modbus/points.h"
#include "dissectors/modbus/umas.h"

namespace kakoi::modbus {

namespace {

constexpr std::uint32_t kMostValues = 8;  // of a multiple write; "…" stands for the rest

// The text of a command's value, in place.
class Text {
 public:
  void add(std::string_view s) noexcept {
    const std::size_t n = std::min(s.size(), text_.size() - size_);
    std::copy_n(s.begin(), n, text_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += n;
  }
  void add(std::uint32_t n) noexcept {
    const auto written = std::to_chars(text_.data() + size_, text_.data() + text_.size(), n);
    if (written.ec == std::errc()) size_ = static_cast<std::size_t>(written.ptr - text_.data());
  }
  void add_hex(std::uint16_t n) noexcept {  // four digits
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    for (int shift = 12; shift >= 0; shift -= 4) add(kDigits.substr(n >> shift & 15, 1));
  }
  void next() noexcept {
    if (size_ > 0) add(" ");
  }
  void clear() noexcept { size_ = 0; }
  std::string_view view() const noexcept { return {text_.data(), size_}; }

 private:
  std::array<char, 64> text_;  // eight times "65535 " and "…"; what lies behind size_ is nobody's
  std::size_t size_ = 0;
};

void add_coils(Bytes bits, std::uint32_t count, Text& text) noexcept {
  for (std::uint32_t i = 0; i < std::min(count, kMostValues); ++i) {
    if (i / 8 >= bits.size()) return text.clear();
    text.next();
    text.add((bits[i / 8] >> (i % 8) & 1) != 0 ? "on" : "off");
  }
  if (count > kMostValues) text.add(" …");
}

void add_registers(ByteReader words, std::uint32_t count, Text& text) noexcept {
  for (std::uint32_t i = 0; i < std::min(count, kMostValues); ++i) {
    text.next();
    text.add(words.be16());
  }
  if (!words.ok()) return text.clear();
  if (count > kMostValues) text.add(" …");
}

struct Step {
  std::string_view name, value;
};
Step diagnostic_step(Bytes pdu) noexcept {
  ByteReader r{pdu};
  r.skip(1);
  const auto sub = static_cast<Diagnostic>(r.be16());
  const std::uint16_t data = r.be16();
  switch (sub) {
    case Diagnostic::restart_communications:  // FF00 clears the communications event log, too
      return {"restart communications", r.ok() && data == 0xFF00 ? "clear event log" : ""};
    case Diagnostic::change_ascii_delimiter:
      return {"change ASCII delimiter", ""};
    case Diagnostic::force_listen_only:
      return {"force listen only", ""};
    case Diagnostic::clear_counters:
      return {"clear counters", ""};
    case Diagnostic::clear_overrun_counter:
      return {"clear overrun counter", ""};
    default:
      return {};
  }
}

}  // namespace

bool is_action(Bytes pdu) noexcept {
  if (pdu.empty()) return false;
  switch (static_cast<Function>(pdu[0])) {
    case Function::write_single_coil:
    case Function::write_single_register:
    case Function::write_multiple_coils:
    case Function::write_multiple_registers:
    case Function::write_file_record:
    case Function::mask_write_register:
    case Function::read_write_multiple_registers:
      return true;
    case Function::diagnostics:
      return pdu.size() > 2 && !diagnostic_step(pdu).name.empty();
    case Function::umas:
      return !umas::step(umas::sub_function(pdu)).empty();
    default:
      return false;
  }
}

void state_actions(Bytes pdu, std::uint8_t unit, Kind kind, const Decision& decision, const Emit& emit) {
  ByteReader r{pdu};
  const std::uint8_t code = r.u8();
  ControlAction action{.cls = kind.cls,
                       .actor = Role::client,
                       .function_code = code,
                       .unit = unit,
                       .point_kind = {},
                       .step = "write",
                       .value = {},
                       .outcome = decision.outcome,
                       .status = decision.status,
                       .asked = decision.asked,
                       .answered = decision.answered};
  Text text;
  const auto state = [&](std::string_view point_kind, std::uint32_t first, std::uint32_t count, std::uint32_t most) {
    if (count == 0 || count > most) return;
    action.point_kind = point_kind;
    action.point = first;
    action.points = clipped(first, count);
    action.value = text.view();
    emit(action);
  };
  constexpr std::uint32_t kMostCoils = 1968, kMostRegisters = 123;  // §6.11, §6.12
  switch (static_cast<Function>(code)) {
    case Function::write_single_coil: {
      const std::uint16_t point = r.be16(), value = r.be16();
      if (!r.ok()) return;
      if (value == 0xFF00 || value == 0x0000)
        text.add(value != 0 ? "on" : "off");
      else
        text.add(value);
      return state(kCoil, point, 1, 1);
    }
    case Function::write_single_register: {
      const std::uint16_t point = r.be16(), value = r.be16();
      if (!r.ok()) return;
      text.add(value);
      return state(kHoldingRegister, point, 1, 1);
    }
    case Function::mask_write_register: {
      const std::uint16_t point = r.be16(), and_mask = r.be16(), or_mask = r.be16();
      if (!r.ok()) return;
      action.step = "mask write";
      text.add("and 0x"), text.add_hex(and_mask), text.add(", or 0x"), text.add_hex(or_mask);
      return state(kHoldingRegister, point, 1, 1);
    }
    case Function::write_multiple_coils: {
      const std::uint16_t point = r.be16(), count = r.be16();
      if (!r.ok()) return;
      r.skip(1);
      add_coils(r.rest(), count, text);
      return state(kCoil, point, count, kMostCoils);
    }
    case Function::read_write_multiple_registers:
      r.skip(4);
      [[fallthrough]];
    case Function::write_multiple_registers: {
      const std::uint16_t point = r.be16(), count = r.be16();
      if (!r.ok()) return;
      r.skip(1);
      add_registers(r, count, text);
      return state(kHoldingRegister, point, count, kMostRegisters);
    }
    case Function::write_file_record:
      r.skip(1);
      while (r.remaining() > 0) {
        const std::uint8_t type = r.u8();
        const std::uint16_t file = r.be16(), record = r.be16(), length = r.be16();
        if (!r.ok() || type != kFileReferenceType || record > kLastFileRecord || length == 0) return;
        text.clear();
        add_registers(r, length, text);
        action.point_kind = kFileRecord;
        action.point = file_point(file, record);
        action.points = length;
        action.value = text.view();
        emit(action);
        r.skip(std::size_t{length} * 2);
      }
      return;
    case Function::diagnostics: {
      const Step step = diagnostic_step(pdu);
      if (step.name.empty()) return;
      action.step = step.name;
      action.value = step.value;
      return emit(action);
    }
    case Function::umas:
      action.step = umas::step(static_cast<int>(kind.qualifier));
      action.point_kind = umas::target(static_cast<int>(kind.qualifier));
      if (!action.step.empty()) emit(action);
      return;
    default:
      return;
  }
}

}  // namespace kakoi::modbus
