// Comma-separated values as RFC 4180 has them: CRLF, quotes where needed. UTF-8 with a byte order
// mark, because Excel takes a file without one for the machine's code page.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace kakoi {

// One cell. Text from the network that a spreadsheet would run as a formula (= + - @ TAB CR at its start, also behind
// spaces, and their full-width forms) gets an apostrophe in front.
std::string csv_cell(std::string_view text);

class CsvWriter {
 public:
  explicit CsvWriter(std::ostream& out) : out_(out) { out_ << "\xEF\xBB\xBF"; }
  CsvWriter& text(std::string_view value) { return put(csv_cell(value)); }
  CsvWriter& number(std::int64_t value) { return put(std::to_string(value)); }  // never guarded: no formula is a number
  CsvWriter& empty() { return put({}); }
  void end_row() {
    out_ << "\r\n";
    first_ = true;
  }

 private:
  CsvWriter& put(std::string_view cell) {
    if (!first_) out_ << ',';
    out_ << cell;
    first_ = false;
    return *this;
  }

  std::ostream& out_;
  bool first_ = true;
};

}  // namespace kakoi
