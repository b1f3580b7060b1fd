// Sentences with {placeholders}, filled from the rows of a finding.
//   {name}        the distinct values of a column, a few of them spelt out
//   {name.count}  how many distinct values
//   {name.sum}    the sum of a column of whole numbers over all rows
//   {subject} {peer}  the assets the finding is about, by name and address
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kakoi {

// The names between braces, in their order; nothing if a brace is left open.
std::optional<std::vector<std::string>> placeholders(std::string_view text);
// `value` is asked once a placeholder; what it returns is not searched for further placeholders.
std::string fill(std::string_view text, const std::function<std::string(std::string_view)>& value);

}  // namespace kakoi
