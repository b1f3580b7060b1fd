// Comma-separated values as RFC 4180 has them: CRLF, quotes where needed. UTF-8 with a byte order
// mark, because Excel takes a file without one for the machine's code page.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

namespace kakoi {

// One cell. Text from the network that a spreadsheet would run as a formula (= + - @ TAB CR at its start, also behind
// spaces, and their full-width forms) gets an apostrophe in front.
std::string csv_cell(std::string_view text);
void append_csv_cell(std::string& out, std::string_view text);

class CsvWriter {
 public:
  enum class Mark { byte_order, none };  // none: for importers that take the mark for part of the first column's name
  explicit CsvWriter(std::ostream& out, Mark mark = Mark::byte_order)
      : out_(out), rows_(mark == Mark::byte_order ? "\xEF\xBB\xBF" : "") {}
  CsvWriter(const CsvWriter&) = delete;
  CsvWriter& operator=(const CsvWriter&) = delete;
  ~CsvWriter() { flush(); }
  CsvWriter& text(std::string_view value) {
    next();
    append_csv_cell(rows_, value);
    return *this;
  }
  CsvWriter& number(std::int64_t value) {  // never guarded: no formula is a number
    next();
    std::array<char, 24> digits;
    rows_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    return *this;
  }
  CsvWriter& empty() {
    next();
    return *this;
  }
  void end_row() {
    rows_ += "\r\n";
    if (rows_.size() >= kPiece) flush();
    first_ = true;
  }

 private:
  void next() {
    if (!first_) rows_ += ',';
    first_ = false;
  }

  void flush() {
    out_.write(rows_.data(), static_cast<std::streamsize>(rows_.size()));
    rows_.clear();
  }

  static constexpr std::size_t kPiece = std::size_t{128} << 10;
  std::ostream& out_;
  std::string rows_;
  bool first_ = true;
};

}  // namespace kakoi
