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
  std::string cell(starts_formula(text) ? "'" : "");
  cell += text;
  std::erase(cell, '\0');  // some readers end the file there
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace kakoi
