#pragma once

#include <cstdint>

#include "dissectors/core/bytes.h"

namespace kakoi::dnp3 {

// Tells apart what differs by chance; nobody's security rests on it (FNV-1a).
inline constexpr std::uint32_t kDigestOfNothing = 2166136261u;
constexpr std::uint32_t digest_of(Bytes bytes, std::uint32_t value = kDigestOfNothing) noexcept {
  for (const std::uint8_t b : bytes) value = (value ^ b) * 16777619u;
  return value;
}

}  // namespace kakoi::dnp3
