#include "sensor/capture/runs.h"

#include <algorithm>

namespace kakoi {

void Runs::begin(std::int64_t ts) {
  constexpr std::size_t kMost = 256;  // beyond, what was recorded last but one is given up
  if (runs_.size() == kMost) runs_.pop_back();
  runs_.push_back({ts, ts});
  last_ = ts;
}

std::int64_t covered_time(std::vector<Run> runs) {
  std::sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) { return a.from < b.from; });
  std::int64_t total = 0, covered_to = 0;
  bool any = false;
  for (const auto& [first, last] : runs) {
    const std::int64_t from = any ? std::max(first, covered_to) : first;
    if (last > from) total += last - from;
    covered_to = any ? std::max(covered_to, last) : last;
    any = true;
  }
  return total;
}

}  // namespace kakoi
