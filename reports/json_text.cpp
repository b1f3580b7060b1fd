#include "reports/json_text.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

namespace kakoi {

namespace {

std::string dump(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Bit 0: can't stand in a JSON string as it is, or is not ASCII; bit 1: can't stand in a script.
constexpr std::array<std::uint8_t, 256> kSpecial = [] {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t c = 0; c < table.size(); ++c) table[c] = c < 0x20 || c == '"' || c == '\\' || c >= 0x7F;
  for (const unsigned char c : {'<', '>', '&'}) table[c] |= 2;
  return table;
}();

}  // namespace

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_real(std::string& out, double number) { out += dump(number); }

void append_string(std::string& out, std::string_view text, Place place) {
  std::uint8_t special = 0;
  for (const char c : text) special |= kSpecial[static_cast<unsigned char>(c)];
  if (place == Place::file) special &= 1;
  if (special == 0) {
    out += '"';
    out += text;
    out += '"';
    return;
  }
  const std::string escaped = dump(text);
  out += place == Place::script ? script_safe(escaped) : escaped;
}

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

std::string script_safe(std::string_view json) {
  std::string result;
  result.reserve(json.size());
  for (const char c : json) {
    switch (c) {  // only inside strings do these occur in JSON, where \u is an equal spelling
      case '<':
        result += "\\u003c";
        break;
      case '>':
        result += "\\u003e";
        break;
      case '&':
        result += "\\u0026";
        break;
      default:
        result += c;
    }
  }
  return result;
}

}  // namespace kakoi
