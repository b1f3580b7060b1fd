#include "sensor/inventory/public_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "dissectors/core/address.h"

namespace kakoi {

namespace {

constexpr std::string_view kPrivateDomains[] = {"local", "lan",      "home.arpa", "internal", "localdomain", "invalid",
                                                "test",  "example",  "localhost", "onion",    "alt",         "corp",
                                                "home",  "intranet", "private",   "workgroup"};

bool is_under(std::string_view name, std::string_view domain) noexcept {
  return name.ends_with(domain) && (name.size() == domain.size() || name[name.size() - domain.size() - 1] == '.');
}

// Labels before the suffix, the last one first: of "7.2.0.192.in-addr.arpa" 192, 0, 2, 7.
std::vector<unsigned> reversed_numbers(std::string_view labels, int base, unsigned most) {
  std::vector<unsigned> numbers;
  while (!labels.empty()) {
    const std::size_t dot = labels.rfind('.');
    const std::string_view label = dot == std::string_view::npos ? labels : labels.substr(dot + 1);
    labels = dot == std::string_view::npos ? std::string_view() : labels.substr(0, dot);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), value, base);
    if (error != std::errc() || end != label.data() + label.size() || value > most || numbers.size() == 32) return {};
    numbers.push_back(value);
  }
  return numbers;
}

bool is_global_reverse(std::string_view name, std::string_view suffix) {
  const std::string_view labels = name.substr(0, name.size() - suffix.size());
  if (suffix == ".in-addr.arpa") {
    const auto numbers = reversed_numbers(labels, 10, 255);
    if (numbers.size() != 4) return false;
    return Address::ipv4(numbers[0] << 24 | numbers[1] << 16 | numbers[2] << 8 | numbers[3]).is_global();
  }
  const auto digits = reversed_numbers(labels, 16, 15);
  if (digits.size() != 32) return false;
  Address ip{0, 0};
  for (std::size_t i = 0; i < 32; ++i) (i < 16 ? ip.hi : ip.lo) = (i < 16 ? ip.hi : ip.lo) << 4 | digits[i];
  return ip.is_global();
}

}  // namespace

bool is_public_name(std::string_view name) {
  while (name.ends_with('.')) name.remove_suffix(1);
  if (name.find('.') == std::string_view::npos) return false;
  if (parse_address(name)) return false;  // a number that somebody was asked to reach stands for itself
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view suffix : {std::string_view(".in-addr.arpa"), std::string_view(".ip6.arpa")})
    if (lower.ends_with(suffix)) return is_global_reverse(lower, suffix);
  return std::none_of(std::begin(kPrivateDomains), std::end(kPrivateDomains),
                      [&](std::string_view domain) { return is_under(lower, domain); });
}

}  // namespace kakoi
