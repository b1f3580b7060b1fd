#include "rules/register/encoding.h"

#include <iconv.h>

#include <array>
#include <memory>

namespace kakoi {

namespace {

// Strict: nothing if any byte does not fit.
std::optional<std::string> converted(std::string_view bytes, const char* from) {
  const iconv_t handle = iconv_open("UTF-8", from);
  if (handle == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  const std::unique_ptr<void, int (*)(iconv_t)> closer(handle, iconv_close);
  std::string in(bytes), out;
  char* next = in.data();
  std::size_t left = in.size();
  while (left > 0) {
    std::array<char, 4096> piece;
    char* to = piece.data();
    std::size_t room = piece.size();
    const std::size_t result = iconv(handle, &next, &left, &to, &room);
    out.append(piece.data(), static_cast<std::size_t>(to - piece.data()));
    if (result == static_cast<std::size_t>(-1) && to == piece.data()) return std::nullopt;
  }
  return out;
}

// DOS ended texts with it, and some programs still do.
std::optional<std::string> without_end_mark(std::optional<std::string> text) {
  constexpr char kEnd = '\x1A';
  if (text)
    if (const std::size_t last = text->find_last_not_of("\r\n"); last != std::string::npos && (*text)[last] == kEnd)
      text->erase(last);
  return text;
}

}  // namespace

std::optional<std::string> decode_text(std::string_view bytes) {
  const auto decoded = [&]() -> std::optional<std::string> {
    if (bytes.starts_with("\xEF\xBB\xBF")) return converted(bytes.substr(3), "UTF-8");
    if (bytes.starts_with("\xFF\xFE")) return converted(bytes.substr(2), "UTF-16LE");
    if (bytes.starts_with("\xFE\xFF")) return converted(bytes.substr(2), "UTF-16BE");
    if (auto text = converted(bytes, "UTF-8")) return text;
    return converted(bytes, "CP932");
  };
  return without_end_mark(decoded());
}

}  // namespace kakoi
