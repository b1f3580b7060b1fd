#include "reports/json/document.h"

namespace kakoi {

void Document::name(std::string_view name) {
  out_ << (first_ ? "\n" : ",\n") << dump(name) << ": ";
  first_ = false;
}

void Document::field(std::string_view name, const Json& value) {
  this->name(name);
  out_ << dump(value);
}

void Document::array(std::string_view name,
                     const std::function<void(const std::function<void(std::string_view)>&)>& fill) {
  this->name(name);
  bool empty = true;
  fill([&](std::string_view element) {
    out_ << (empty ? "[\n" : ",\n") << element;
    empty = false;
  });
  out_ << (empty ? "[]" : "\n]");
}

void Document::rows(std::string_view name, Rows& rows, std::string_view sql) {
  array(name, [&](const auto& add) { rows.each(sql, add); });
}

}  // namespace kakoi
