// Tables of what a protocol's codes mean: rows with a member `code`, ascending.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

namespace kakoi {

// For a static_assert beside the table: find_code() relies on it.
template <typename Row, std::size_t N>
constexpr bool is_ascending(const Row (&table)[N]) noexcept {
  for (std::size_t i = 1; i < N; ++i)
    if (table[i - 1].code >= table[i].code) return false;
  return true;
}

// The row of that code, null if there is none.
template <typename Row, std::size_t N>
constexpr const Row* find_code(const Row (&table)[N], std::uint32_t code) noexcept {
  const Row* const at = std::lower_bound(std::begin(table), std::end(table), code,
                                         [](const Row& r, std::uint32_t c) { return r.code < c; });
  return at != std::end(table) && at->code == code ? at : nullptr;
}

}  // namespace kakoi
