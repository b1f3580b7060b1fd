// From captures to Observed: reads, decodes, and hands each packet to the shard of its host pair.
#pragma once

#include <cstdint>
#include <functional>

#include "sensor/capture/capture_set.h"
#include "sensor/inventory/observed.h"
#include "sensor/inventory/secret.h"
#include "sensor/pipeline/limits.h"

namespace kakoi::pipeline {

struct Progress {
  std::uint64_t bytes_read, bytes_total;  // total 0: not known
  std::uint64_t packets;
};

struct PipelineOptions {
  unsigned threads = 1;  // 1: everything in the caller's; else one reads and decodes, the others do the rest
  std::uint64_t max_memory = Limits::kUsual;              // bytes, about
  std::function<void(const Progress&)> on_progress = {};  // every few thousand packets; may be empty
  std::function<bool()> is_stopped = {};                  // asked for often: end with what was read; may be empty
};

// The result does not depend on the number of threads.
Observed run(capture::CaptureSet& captures, const SecretKeeper& secrets, const PipelineOptions& options);

}  // namespace kakoi::pipeline
