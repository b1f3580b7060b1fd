// What the fuzz targets share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "dissectors/core/bytes.h"

namespace kakoi::fuzz {

// The oracle: what must hold whatever the input. Ends the program, so that the input is kept.
inline void demand(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

// Bytes in memory of their own, so that a read past their end is seen.
using Own = std::vector<std::uint8_t>;
inline Own own(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace kakoi::fuzz
