#include "reports/oscal/token.h"

#include <cctype>

namespace kakoi::oscal {

namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

std::string line(std::string_view text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::string_view rest = text.substr(i);
    // "." of the pattern does not match the line separators of Unicode, "\S" none of its blanks
    if (rest.starts_with("\u2028") || rest.starts_with("\u2029") || rest.starts_with("\u3000")) {
      result += ' ', i += 2;
    } else if (rest.starts_with("\u00a0") || rest.starts_with("\u0085")) {
      result += ' ', i += 1;
    } else {
      result += c < 0x20 || c == 0x7f ? ' ' : text[i];
    }
  }
  const auto first = result.find_first_not_of(' ');
  return first == result.npos ? "" : result.substr(first, result.find_last_not_of(' ') - first + 1);
}

std::string control_token(std::string_view framework, std::string_view control) {
  std::string token;
  if (framework == "sp800-53r5") {
    for (const char c : control)
      if (c == '(')
        token += '.';
      else if (c != ')')
        token += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return token;
  }
  for (const char c : control) {
    if (is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-')
      token += c;
    else if (!token.empty() && token.back() != '-')
      token += '-';
  }
  while (!token.empty() && token.back() == '-') token.pop_back();
  if (token.empty() || !(is_letter(token.front()) || token.front() == '_')) token.insert(0, "_");
  return token;
}

std::string reference(std::string_view file_name) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char c : file_name) {
    if (is_letter(c) || is_digit(c) || c == '.' || c == '_' || c == '-' || c == '~') {
      text += c;
    } else {
      const auto octet = static_cast<unsigned char>(c);
      text += {'%', kDigits[octet >> 4], kDigits[octet & 15]};
    }
  }
  return text;
}

}  // namespace kakoi::oscal
