// Octets of a packet that are overwritten where they stand.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "dissectors/core/bytes.h"

namespace kakoi::evidence {

using Octets = std::span<std::uint8_t>;

inline constexpr std::uint8_t kBlank = '*';

inline void blank(Octets octets) noexcept { std::fill(octets.begin(), octets.end(), kBlank); }
// From `at` on; nothing if that is behind the end.
inline void blank_from(Octets octets, std::size_t at) noexcept {
  if (at < octets.size()) blank(octets.subspan(at));
}
// `size` octets from `at` on, as far as they are there.
inline void blank_at(Octets octets, std::size_t at, std::size_t size) noexcept {
  if (at < octets.size()) blank(octets.subspan(at, std::min(size, octets.size() - at)));
}

}  // namespace kakoi::evidence
