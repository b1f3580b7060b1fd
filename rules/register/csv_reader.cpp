#include "rules/register/csv_reader.h"

#include <algorithm>

namespace kakoi {

namespace {

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kWide = "\xE3\x80\x80";  // ideographic space
  for (bool again = true; again;) {
    again = false;
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    if (text.starts_with(kWide)) text.remove_prefix(kWide.size()), again = true;
    if (text.ends_with(kWide)) text.remove_suffix(kWide.size()), again = true;
  }
  return text;
}

char separator_of(std::string_view text) {
  while (!text.empty() && (text.front() == '\r' || text.front() == '\n')) text.remove_prefix(1);
  const std::string_view head = text.substr(0, text.find_first_of("\r\n"));
  const auto count = [&](char c) { return std::count(head.begin(), head.end(), c); };
  char best = ',';
  for (const char c : {';', '\t'})
    if (count(c) > count(best)) best = c;
  return best;
}

}  // namespace

bool CsvRow::is_blank() const noexcept {
  return std::all_of(cells.begin(), cells.end(), [](const std::string& cell) { return cell.empty(); });
}

std::vector<CsvRow> read_csv(std::string_view text) {
  const char separator = separator_of(text);
  std::vector<CsvRow> rows;
  std::size_t line = 1, at = 0;
  while (at < text.size()) {
    CsvRow row;
    row.line = line;
    for (bool more = true; more;) {
      std::string cell;
      while (at < text.size() && text[at] == ' ') ++at;
      if (at < text.size() && text[at] == '"') {
        row.unended = true;
        for (++at; at < text.size(); ++at) {
          if (text[at] == '\n') ++line;
          if (text[at] != '"') {
            cell += text[at];
          } else if (at + 1 < text.size() && text[at + 1] == '"') {
            cell += text[++at];
          } else {
            row.unended = false;
            ++at;
            break;
          }
        }
      }
      while (at < text.size() && text[at] != separator && text[at] != '\r' && text[at] != '\n') cell += text[at++];
      row.cells.emplace_back(trimmed(cell));
      more = at < text.size() && text[at] == separator;
      if (more) ++at;
    }
    if (at < text.size() && text[at] == '\r') ++at;
    if (at < text.size() && text[at] == '\n') ++at;
    ++line;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace kakoi
