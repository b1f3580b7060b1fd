// Helpers for protocols that speak in lines of ASCII. Nothing here depends on the locale, and
// nothing allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace kakoi::text {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_printable(char c) noexcept { return c >= 0x20 && c < 0x7F; }

// For what was a secret. Through volatile, so that the compiler keeps stores which nothing reads.
template <typename Octet>
void wipe(Octet* octets, std::size_t size) noexcept {
  volatile Octet* const p = octets;
  for (std::size_t i = 0; i < size; ++i) p[i] = 0;
}

// The second argument of these three is in lower case.
constexpr bool starts_with(std::string_view text, std::string_view prefix) noexcept {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i)
    if (lower(text[i]) != prefix[i]) return false;
  return true;
}
constexpr bool equals(std::string_view text, std::string_view other) noexcept {
  return text.size() == other.size() && starts_with(text, other);
}
constexpr bool contains(std::string_view text, std::string_view part) noexcept {
  for (std::size_t i = 0; i + part.size() <= text.size(); ++i)
    if (starts_with(text.substr(i), part)) return true;
  return false;
}

constexpr std::string_view trim(std::string_view text) noexcept {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// The text in a field of fixed size: up to its first NUL, without blanks around it.
constexpr std::string_view field(std::string_view text) noexcept { return trim(text.substr(0, text.find('\0'))); }

// A text put together in place, of numbers and static words; what does not fit is dropped.
template <std::size_t N>
class Line {
 public:
  constexpr Line& operator<<(std::string_view words) noexcept {
    for (const char c : words)
      if (size_ < N) characters_[size_++] = c;
    return *this;
  }
  constexpr Line& operator<<(std::uint64_t number) noexcept { return digits(number, 10, 1); }
  constexpr Line& hex(std::uint64_t number, unsigned least_digits = 1) noexcept {
    return digits(number, 16, least_digits);
  }
  constexpr std::string_view view() const noexcept { return {characters_.data(), size_}; }

 private:
  constexpr Line& digits(std::uint64_t number, unsigned base, unsigned least) noexcept {
    std::array<char, 20> reversed{};
    std::size_t n = 0;
    for (; (number != 0 || n < least) && n < reversed.size(); number /= base)
      reversed[n++] = "0123456789ABCDEF"[number % base];
    while (n > 0) *this << std::string_view(&reversed[--n], 1);
    return *this;
  }
  std::array<char, N> characters_{};
  std::size_t size_ = 0;
};

// A text of at most N characters held in place; what does not fit is dropped. It may be a secret,
// so no character outlives clear() or the object.
template <std::size_t N>
class Held {
 public:
  Held() = default;
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() { clear(); }

  void assign(std::string_view text) noexcept {
    clear();
    for (const char c : text) push(c);
  }
  void push(char c) noexcept {
    if (size_ < N) characters_[size_++] = c;
  }
  void pop() noexcept {
    if (size_ > 0) characters_[--size_] = 0;
  }
  void clear() noexcept {
    wipe(characters_.data(), size_);
    size_ = 0;
  }
  std::string_view view() const noexcept { return {characters_.data(), size_}; }
  bool empty() const noexcept { return size_ == 0; }

 private:
  std::array<char, N> characters_{};
  std::size_t size_ = 0;
};

}  // namespace kakoi::text
