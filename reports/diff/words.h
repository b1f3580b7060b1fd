// The words of the comparison, in both languages.
#pragma once

#include <string>
#include <string_view>

#include "reports/diff/diff.h"

namespace kakoi::diff_words {

// A word that is not listed is the same in both.
Text both(std::string_view key);
std::string_view word(std::string_view key, std::string_view language);
inline const std::string& in(const Text& text, std::string_view language) {
  return language == "ja" ? text.ja : text.en;
}

// "2 captures, 2026-… – 2026-…"
Text span_of(const Diff::Survey& survey);
// "severity: high → low; …"
Text details(const std::vector<ChangedField>& fields);
// "new 3, fixed 2, …"
Text summary(const Diff& diff);
Text summary(const ChangedSection& section);

}  // namespace kakoi::diff_words
