// One line that tells how far a long run is: on a terminal only, at most a few times a second.
#pragma once

#include <chrono>

#include "sensor/pipeline/pipeline.h"

namespace kakoi::cli {

class ProgressLine {
 public:
  // `wanted` false: never prints.
  explicit ProgressLine(bool wanted);
  void operator()(const pipeline::Progress& progress);
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  bool on_;
  bool shown_ = false;
  Clock::time_point start_, next_;
};

}  // namespace kakoi::cli
