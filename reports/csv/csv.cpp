#include "reports/csv/csv.h"

#include <algorithm>
#include <array>

namespace kakoi {

namespace {

bool starts_formula(std::string_view text) {
  constexpr std::array<std::string_view, 11> kStarts{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
  const std::size_t visible = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(visible);
  return std::any_of(kStarts.begin(), kStarts.end(), [&](std::string_view start) { return text.starts_with(start); });
}

}  // namespace

std::string csv_cell(std::string_view text) {
  std::string cell;
  append_csv_cell(cell, text);
  return cell;
}

void append_csv_cell(std::string& out, std::string_view text) {
  // most cells: nothing to quote, no formula, no NUL
  const auto is_plain = [](char c) {
    return (c >= '0' && c <= ':') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' || c == '_' ||
           c == '-' || c == '/';
  };
  if (!text.empty() && text.front() != '-' && std::all_of(text.begin(), text.end(), is_plain)) {
    out += text;
    return;
  }
  constexpr std::string_view kQuoted = ",\"\r\n";
  const bool is_quoted =
      std::any_of(text.begin(), text.end(), [&](char c) { return c <= ',' && kQuoted.find(c) != kQuoted.npos; });
  if (is_quoted) out += '"';
  if (starts_formula(text)) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    if (c != '\0') out += c;  // some readers end the file there
  }
  if (is_quoted) out += '"';
}

}  // namespace kakoi
