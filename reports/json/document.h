// A JSON object written piece by piece: fields, and arrays with one element a line.
#pragma once

#include <ostream>
#include <string>
#include <string_view>

#include "reports/json_value.h"
#include "reports/rows.h"

namespace kakoi {

class Document {
 public:
  explicit Document(std::ostream& out) : pieces_(out) { pieces_.text() += "{"; }
  void field(std::string_view name, const Json& value);
  void begin_array(std::string_view name);
  std::string& element();  // the text to append the next element to, as JSON
  void end_array();
  void rows(std::string_view name, Rows& rows, std::string_view sql);
  void rows_in_order(std::string_view name, Rows& rows, std::string_view sql);  // Cursor::each_in_order
  void close() { pieces_.text() += "\n}\n"; }

 private:
  void name(std::string_view name);

  Pieces pieces_;
  bool first_ = true, empty_ = true;
};

}  // namespace kakoi
