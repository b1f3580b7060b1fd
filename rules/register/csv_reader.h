// Comma-separated values as spreadsheets write them: RFC 4180, and also with semicolons or tabs between.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kakoi {

struct CsvRow {
  std::size_t line = 0;            // where it begins, from 1
  std::vector<std::string> cells;  // without the blanks around them
  bool unended = false;            // a quote that is never closed
  bool is_blank() const noexcept;
};

// `text` is UTF-8. The separator is the most frequent of , ; TAB in the first row that is not blank. Time and memory
// are linear in the size of the text.
std::vector<CsvRow> read_csv(std::string_view text);

}  // namespace kakoi
