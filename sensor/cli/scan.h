// One scan, as the command line asks for it or as kakoi verify repeats it.
#pragma once

#include <string>
#include <vector>

#include "sensor/capture/inputs.h"
#include "sensor/cli/judge.h"
#include "sensor/pipeline/limits.h"

namespace kakoi::cli {

inline constexpr const char* kEvidenceKinds[] = {"redacted", "raw", "none"};

struct ScanRun {
  capture::Inputs inputs;
  std::string site;
  std::string evidence;  // of kEvidenceKinds
  unsigned threads = 1;
  std::uint64_t max_memory = pipeline::Limits::kUsual;
  Reach reach;  // with OUT, once it is there, all that is left in reach while packets are read; empty: no change
  bool progress = false;
};

// Writes all outputs into judgement.out. Returns an exit status.
int run_scan(const ScanRun& run, Judgement judgement);

}  // namespace kakoi::cli
