#include "dissectors/iec104/command.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>

namespace kakoi::iec104 {

namespace {

constexpr std::size_t kTimeTag = 7;  // CP56Time2a

void add(CommandText& text, std::string_view more) noexcept {
  for (const char c : more) text.push(c);
}
template <typename Number>
void add_number(CommandText& text, Number value) noexcept {
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  add(text, {digits, static_cast<std::size_t>(end - digits)});
}
void add_padded(CommandText& text, unsigned value, unsigned width) noexcept {
  for (unsigned limit = 10, i = 1; i < width; ++i, limit *= 10)
    if (value < limit) text.push('0');
  add_number(text, value);
}

// CP56Time2a (§7.2.6.18). Years go from 0 to 99, without a century; stacks that count from 1900 send more.
void add_time(CommandText& text, Bytes bytes) noexcept {
  ByteReader r{bytes};
  const unsigned milliseconds = r.le16(), minute = r.u8(), hour = r.u8(), day = r.u8(), month = r.u8(), year = r.u8();
  const unsigned years = year & 0x7F;
  add_padded(text, (years < 100 ? 2000 : 1900) + years, 4), text.push('-');
  add_padded(text, month & 0x0F, 2), text.push('-');
  add_padded(text, day & 0x1F, 2), text.push(' ');
  add_padded(text, hour & 0x1F, 2), text.push(':');
  add_padded(text, minute & 0x3F, 2), text.push(':');
  add_padded(text, milliseconds / 1000, 2), text.push('.');
  add_padded(text, milliseconds % 1000, 3);
  if ((hour & 0x80) != 0) add(text, ", summer time");
  if ((minute & 0x40) != 0) add(text, ", time substituted");
  if ((minute & 0x80) != 0) add(text, ", time invalid");
}

// Qualifier of command (§7.2.6.26).
void add_qualifier(CommandText& text, unsigned octet) noexcept {
  switch (const unsigned qualifier = octet >> 2 & 0x1F) {
    case 0:
      return;
    case 1:
      return add(text, ", short pulse");
    case 2:
      return add(text, ", long pulse");
    case 3:
      return add(text, ", persistent output");
    default:
      add(text, ", qualifier ");
      add_number(text, qualifier);
  }
}

// Qualifier of set point (§7.2.6.39).
void add_set_point_qualifier(CommandText& text, unsigned octet) noexcept {
  if ((octet & 0x7F) == 0) return;
  add(text, ", qualifier ");
  add_number(text, octet & 0x7F);
}

// Qualifier of parameter of measured values (§7.2.6.24).
void add_parameter_qualifier(CommandText& text, unsigned octet) noexcept {
  constexpr std::string_view kKinds[] = {"", ", threshold", ", smoothing factor", ", low limit", ", high limit"};
  const unsigned kind = octet & 0x3F;
  if (kind < std::size(kKinds)) {
    add(text, kKinds[kind]);
  } else {
    add(text, ", kind of parameter ");
    add_number(text, kind);
  }
  if ((octet & 0x40) != 0) add(text, ", local change");
  if ((octet & 0x80) != 0) add(text, ", not in operation");
}

// NVA: fixed point from -1 to 1 - 2^-15 (§7.2.6.6).
void add_normalized(CommandText& text, std::uint16_t raw) noexcept {
  add_number(text, static_cast<float>(static_cast<std::int16_t>(raw)) / 32768.0F);
}
void add_scaled(CommandText& text, std::uint16_t raw) noexcept {
  add_number(text, int{static_cast<std::int16_t>(raw)});
}
void add_float(CommandText& text, std::uint32_t raw) noexcept { add_number(text, std::bit_cast<float>(raw)); }

void add_bits(CommandText& text, std::uint32_t raw) noexcept {
  constexpr char kDigits[] = "0123456789ABCDEF";
  add(text, "0x");
  for (int shift = 28; shift >= 0; shift -= 4) text.push(kDigits[raw >> shift & 0xF]);
}

constexpr bool has_time(std::uint32_t id) noexcept { return id >= 58 && id <= 64; }
// C_SC_TA_1 … are C_SC_NA_1 … with a time tag.
constexpr std::uint32_t without_time(std::uint32_t id) noexcept { return has_time(id) ? id - 13 : id; }

}  // namespace

bool is_select(std::uint32_t id, Bytes element) noexcept {
  const std::uint32_t base = without_time(id);
  const std::size_t end = element.size() - (has_time(id) ? std::min(kTimeTag, element.size()) : 0);
  // The command's only octet, or the set point's last, ends in S/E; bitstrings have none.
  return base >= 45 && base <= 50 && end > 0 && (element[end - 1] & 0x80) != 0;
}

std::string_view step_of(std::uint32_t id, std::uint8_t cause, Bytes element) noexcept {
  if (cause == kDeactivation) return "deactivate";
  return is_select(id, element) ? "select" : "execute";
}

void describe(std::uint32_t id, Bytes element, CommandText& text) noexcept {
  constexpr std::string_view kDouble[] = {"not permitted (0)", "off", "on", "not permitted (3)"};
  constexpr std::string_view kStep[] = {"not permitted (0)", "lower", "higher", "not permitted (3)"};
  const AsduType* const type = find_type(id);
  if (!type || element.size() < type->element) return;
  ByteReader r{element};
  switch (without_time(id)) {
    case 45: {
      const unsigned octet = r.u8();
      add(text, (octet & 1) != 0 ? "on" : "off");
      add_qualifier(text, octet);
      break;
    }
    case 46:
    case 47: {
      const unsigned octet = r.u8();
      add(text, without_time(id) == 46 ? kDouble[octet & 3] : kStep[octet & 3]);
      add_qualifier(text, octet);
      break;
    }
    case 48:
      add_normalized(text, r.le16());
      add_set_point_qualifier(text, r.u8());
      break;
    case 49:
      add_scaled(text, r.le16());
      add_set_point_qualifier(text, r.u8());
      break;
    case 50:
      add_float(text, r.le32());
      add_set_point_qualifier(text, r.u8());
      break;
    case 51:
      add_bits(text, r.le32());
      break;
    case 103:
      return add_time(text, element);
    case 105:  // QRP (§7.2.6.27)
      switch (const unsigned qualifier = r.u8()) {
        case 1:
          return add(text, "general reset of process");
        case 2:
          return add(text, "reset of pending time-tagged information");
        default:
          add(text, "qualifier ");
          return add_number(text, qualifier);
      }
    case 106:
      add_number(text, r.le16());
      return add(text, " ms");
    case 110:
      add_normalized(text, r.le16());
      return add_parameter_qualifier(text, r.u8());
    case 111:
      add_scaled(text, r.le16());
      return add_parameter_qualifier(text, r.u8());
    case 112:
      add_float(text, r.le32());
      return add_parameter_qualifier(text, r.u8());
    case 113:  // QPA (§7.2.6.25)
      switch (const unsigned qualifier = r.u8()) {
        case 1:
          return add(text, "previously loaded parameters");
        case 2:
          return add(text, "parameter of the addressed object");
        case 3:
          return add(text, "cyclic transmission of the addressed object");
        default:
          add(text, "qualifier ");
          return add_number(text, qualifier);
      }
    default:
      return;
  }
  if (!has_time(id)) return;
  add(text, ", ");
  add_time(text, r.rest());
}

}  // namespace kakoi::iec104
