#include "reports/json/document.h"

namespace kakoi {

void Document::name(std::string_view name) {
  pieces_.text() += first_ ? "\n" : ",\n";
  pieces_.text() += dump(name);
  pieces_.text() += ": ";
  first_ = false;
}

void Document::field(std::string_view name, const Json& value) {
  this->name(name);
  pieces_.text() += dump(value);
}

void Document::begin_array(std::string_view name) {
  this->name(name);
  empty_ = true;
}

std::string& Document::element() {
  pieces_.pass_on();
  pieces_.text() += empty_ ? "[\n" : ",\n";
  empty_ = false;
  return pieces_.text();
}

void Document::end_array() { pieces_.text() += empty_ ? "[]" : "\n]"; }

void Document::rows(std::string_view name, Rows& rows, std::string_view sql) {
  begin_array(name);
  for (Cursor cursor = rows.query(sql); cursor.step();) cursor.append(element());
  end_array();
}

void Document::rows_in_order(std::string_view name, Rows& rows, std::string_view sql) {
  begin_array(name);
  rows.query(sql).each_in_order([&](std::string_view row) { element() += row; });
  end_array();
}

}  // namespace kakoi
