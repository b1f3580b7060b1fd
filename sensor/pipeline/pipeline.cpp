#include "sensor/pipeline/pipeline.h"

#include "sensor/pipeline/engine.h"

namespace kakoi::pipeline {

Observed run(capture::CaptureSet& captures, const SecretKeeper& secrets, const PipelineOptions& options) {
  constexpr std::uint64_t kReportEvery = 1 << 14, kAskEvery = 1 << 8;  // packets
  Engine engine(secrets, options.threads, options.max_memory);
  engine.expect(captures.size());
  std::uint64_t packets = 0;
  const auto report = [&] {
    if (options.on_progress) options.on_progress({captures.bytes_read(), captures.bytes_total(), packets});
  };
  while (const RawPacket* raw = captures.next()) {
    engine.packet(*raw, captures.info(), captures.memory());
    if (++packets % kReportEvery == 0) report();
    if (packets % kAskEvery == 0 && options.is_stopped && options.is_stopped()) captures.stop();
  }
  report();
  Observed all = engine.finish();
  all.captures = captures.finish();
  for (const std::uint32_t capture : engine.open_fragments()) ++all.captures[capture].fragments_given_up;
  all.settle();
  all.sort();
  return all;
}

}  // namespace kakoi::pipeline
