// A JSON object written piece by piece: fields, and arrays with one element a line. Never more than
// one row is held in memory.
#pragma once

#include <functional>
#include <ostream>
#include <string_view>

#include "reports/rows.h"

namespace kakoi {

class Document {
 public:
  explicit Document(std::ostream& out) : out_(out) { out_ << "{"; }
  void field(std::string_view name, const Json& value);
  // `fill` is given what adds one element, as JSON text.
  void array(std::string_view name, const std::function<void(const std::function<void(std::string_view)>& add)>& fill);
  void rows(std::string_view name, Rows& rows, std::string_view sql);
  void close() { out_ << "\n}\n"; }

 private:
  void name(std::string_view name);

  std::ostream& out_;
  bool first_ = true;
};

}  // namespace kakoi
