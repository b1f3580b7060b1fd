#include "reports/json_text.h"

#include <array>
#include <charconv>
#include <cstring>

#include "reports/json_value.h"

namespace kakoi {

namespace {

// Eight octets at a time. A result other than 0 says that one of them is of the kind.
constexpr std::uint64_t kOnes = 0x0101010101010101, kTops = 0x8080808080808080;

constexpr std::uint64_t has_zero(std::uint64_t w) noexcept { return (w - kOnes) & ~w & kTops; }
constexpr std::uint64_t has(std::uint64_t w, unsigned char c) noexcept { return has_zero(w ^ kOnes * c); }

// Can't stand in a JSON string as it is, or is not printable ASCII.
constexpr std::uint64_t has_special(std::uint64_t w) noexcept {
  return (w & kTops) | ((w - kOnes * 0x20) & ~w & kTops) | has(w, '"') | has(w, '\\') | has(w, 0x7F);
}
constexpr std::uint64_t has_markup(std::uint64_t w) noexcept { return has(w, '<') | has(w, '>') | has(w, '&'); }

bool is_plain(std::string_view text, Place place) noexcept {
  std::uint64_t found = 0;
  const auto look = [&](std::uint64_t w) {
    found |= has_special(w);
    if (place == Place::script) found |= has_markup(w);
  };
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t w;
    std::memcpy(&w, text.data() + at, 8);
    look(w);
  }
  if (at < text.size()) {
    std::uint64_t w = kOnes * ' ';
    std::memcpy(&w, text.data() + at, text.size() - at);
    look(w);
  }
  return found == 0;
}

}  // namespace

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 24> text;
  out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_real(std::string& out, double number) { out += dump(number); }

void append_string(std::string& out, std::string_view text, Place place) {
  if (is_plain(text, place)) {
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
