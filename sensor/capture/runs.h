// When a recording ran. Its clock may be set back or on meanwhile, and files may have been put one behind the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace kakoi {

// Times are nanoseconds since 1970-01-01 UTC.
struct Run {
  std::int64_t from = 0, to = 0;  // of the earliest and the latest packet
};

class Runs {
 public:
  // A packet of the time `ts`, in the order of the recording. True if the clock stepped before it: back by more than a
  // second (packets of several queues or interfaces may be a little out of order), or on by more than an hour, in which
  // nobody may have listened. A new run begins there.
  bool note(std::int64_t ts) {
    if (!runs_.empty() && !is_step(last_, ts)) {
      if (ts < runs_.back().from) runs_.back().from = ts;
      if (ts > runs_.back().to) runs_.back().to = ts;
      last_ = ts;
      return false;
    }
    const bool first = runs_.empty();
    begin(ts);
    return !first;
  }
  // It was broken off, and went on at `ts`.
  void begin(std::int64_t ts);

  // In the order of the recording.
  const std::vector<Run>& all() const noexcept { return runs_; }
  std::vector<Run>& all() noexcept { return runs_; }

 private:
  static bool is_step(std::int64_t last, std::int64_t ts) noexcept {
    constexpr std::int64_t kBack = 1'000'000'000, kOn = 3'600'000'000'000;
    return ts < last ? last - kBack > ts : ts - kOn > last;
  }
  std::vector<Run> runs_;
  std::int64_t last_ = 0;
};

// In which at least one of the runs went on: what several tell twice counts once.
std::int64_t covered_time(std::vector<Run> runs);

}  // namespace kakoi
