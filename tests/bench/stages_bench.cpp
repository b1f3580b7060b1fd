// What each stage costs by itself, over the packets of the sample plant and the dialogues of all sample captures:
//   build/release/tests/bench/stages_bench [--benchmark_filter=dissect]
// Counters: packets (or messages, rows) a second. bench.sh measures the whole, beside other programs.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <map>

#include "reports/report.h"
#include "rules/assess.h"
#include "rules/verdict/catalogue.h"
#include "sensor/capture/capture_set.h"
#include "sensor/decode/decode.h"
#include "sensor/flow/flow_table.h"
#include "sensor/inventory/write.h"
#include "sensor/pipeline/pipeline.h"
#include "tests/support/dialogues.h"

namespace kakoi {
namespace {

namespace fs = std::filesystem;

const fs::path kPcaps = fs::path(KAKOI_SOURCE_DIR) / "pcaps";
const fs::path kPlant = kPcaps / "sample-plant.pcapng";

void count(benchmark::State& state, std::size_t items, std::size_t octets = 0) {
  state.SetItemsProcessed(static_cast<std::int64_t>(items) * state.iterations());
  if (octets > 0) state.SetBytesProcessed(static_cast<std::int64_t>(octets) * state.iterations());
}

void walk(benchmark::State& state) {
  std::size_t packets = 0, octets = 0;
  for (auto _ : state) {
    capture::CaptureSet set({kPlant});
    packets = octets = 0;
    while (const RawPacket* raw = set.next()) ++packets, octets += raw->data.size();
  }
  count(state, packets, octets);
}
BENCHMARK(walk);

struct Plant {
  std::vector<test::Record> frames;
  std::vector<RawPacket> raw;
  std::vector<Decoded> decoded;
  std::vector<flow::FlowKey> keys;
  Plant() {
    test::read_dialogues({kPlant}, &frames);
    decoded.resize(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      raw.push_back({frames[i].bytes,
                     static_cast<std::uint32_t>(frames[i].bytes.size()),
                     1,
                     0,
                     {frames[i].ts, 0, static_cast<std::uint32_t>(i + 1)}});
      decode::decode(raw[i], decoded[i]);
      keys.push_back(flow::key_of(decoded[i]).key);
    }
  }
};
const Plant& plant() {
  static const Plant all;
  return all;
}

void decode_headers(benchmark::State& state) {
  const Plant& p = plant();
  Decoded out;
  for (auto _ : state)
    for (const RawPacket& raw : p.raw) {
      decode::decode(raw, out);
      benchmark::DoNotOptimize(out);
    }
  count(state, p.raw.size());
}
BENCHMARK(decode_headers);

// The table alone; as many more hosts as the argument says share it.
void find_flow(benchmark::State& state) {
  const Plant& p = plant();
  flow::FlowTable table;
  bool created = false;
  std::vector<flow::FlowKey> keys;
  for (std::uint32_t copy = 0; copy < state.range(0); ++copy)
    for (flow::FlowKey key : p.keys) key.vlan += copy << 12, keys.push_back(key);
  for (auto _ : state)
    for (const flow::FlowKey& key : keys) benchmark::DoNotOptimize(table.find(key, key.hash(), created));
  count(state, keys.size());
}
BENCHMARK(find_flow)->Arg(1)->Arg(100);

struct Ignored final : Sink {
  std::size_t facts = 0;
  void on_observation(const Context&, const Observation&) override { ++facts; }
};

struct Nowhere final : flow::SegmentWindow::Output {
  std::size_t octets = 0, lost = 0;
  void on_run(Bytes run, const flow::Carrier&) override { octets += run.size(); }
  void on_missing(std::uint32_t missing, const flow::Carrier&) override { lost += missing; }
};

// Segments of 100 octets: all in order, or each pair the wrong way round.
void reassemble(benchmark::State& state) {
  constexpr std::uint32_t kSegments = 1000, kSize = 100;
  const test::ByteVector data(kSize, 7);
  const auto turned = static_cast<std::uint32_t>(state.range(0));
  for (auto _ : state) {
    flow::SegmentWindow window;
    flow::SegmentWindow::Counters counters;
    Nowhere out;
    window.start(0);
    for (std::uint32_t i = 0; i < kSegments; ++i)
      window.segment((i ^ turned) * kSize, data, kSize, {{static_cast<std::int64_t>(i) * 1000, 0, i}, {}}, out,
                     counters);
    if (out.octets != kSegments * kSize) state.SkipWithError("octets are missing");
  }
  count(state, kSegments, kSegments * kSize);
}
BENCHMARK(reassemble)->Arg(0)->Arg(1);

// A protocol's dialogues from the first segment to the last: recognising, cutting into messages, reading them.
void dissect(benchmark::State& state, const std::vector<test::Dialogue>& dialogues) {
  std::size_t turns = 0, octets = 0;
  for (auto _ : state) {
    turns = octets = 0;
    for (const test::Dialogue& d : dialogues) {
      Ignored facts;
      test::Listener host(facts);
      flow::Session session(d.ends, test::all_candidates());
      std::array<std::uint32_t, 2> next{1, 1};
      if (d.ends.client >= 0)
        for (const int side : {0, 1}) session.start(side, 1);
      for (const test::Turn& turn : d.turns) {
        const auto size = static_cast<std::uint32_t>(turn.bytes.size());
        std::uint32_t& sequence = next[static_cast<std::size_t>(turn.side)];
        const flow::Carrier carrier{{static_cast<std::int64_t>(turns) * 1000, 0, static_cast<std::uint32_t>(turns)},
                                    {}};
        if (d.ends.transport == Transport::udp)
          session.datagram(turn.side, turn.bytes, size, carrier, host);
        else
          session.segment(turn.side, sequence, turn.bytes, size, carrier, host);
        sequence += size, ++turns, octets += size;
      }
      session.finish(host);
    }
  }
  count(state, turns, octets);
}

void whole_pipeline(benchmark::State& state) {
  const SecretKeeper secrets;
  std::size_t packets = plant().raw.size();
  for (auto _ : state) {
    capture::CaptureSet set({kPlant});
    benchmark::DoNotOptimize(
        pipeline::run(set, secrets, {.threads = static_cast<unsigned>(state.range(0)), .on_progress = {}}));
  }
  count(state, packets);
}
BENCHMARK(whole_pipeline)->Arg(1)->Arg(2)->UseRealTime();

Observed observed() {
  capture::CaptureSet set({kPlant});
  return pipeline::run(set, SecretKeeper(), {.on_progress = {}});
}

void inventory(benchmark::State& state) {
  const Observed seen = observed();
  for (auto _ : state) {
    Database db = Database::open(":memory:");
    write_inventory(seen, {}, db);
  }
  count(state, seen.links.size());
}
BENCHMARK(inventory)->Unit(benchmark::kMillisecond);

void rules_load(benchmark::State& state) {
  std::size_t rules = 0;
  for (auto _ : state) rules = RuleSet::load().rules().size();
  count(state, rules);
}
BENCHMARK(rules_load)->Unit(benchmark::kMillisecond);

struct Judged {
  Database db = Database::open(":memory:");
  RuleSet rules = RuleSet::load();
  Catalogue catalogue = Catalogue::load();
  Judged() {
    write_inventory(observed(), {}, db);
    assess();
  }
  void assess() {
    const SecretKeeper secrets;
    kakoi::assess(db, {}, rules, [&](std::string_view secret) { return secrets.fingerprint(secret); },
                  {.only = {}, .advisories = nullptr, .catalogue = &catalogue});
  }
};

void rules_run(benchmark::State& state) {
  Judged judged;
  for (auto _ : state) judged.assess();
  count(state, judged.rules.rules().size());
}
BENCHMARK(rules_run)->Unit(benchmark::kMillisecond);

void reports(benchmark::State& state) {
  Judged judged;
  const test::TemporaryFolder out;
  const std::map<std::string, RuleText> texts;
  for (auto _ : state) write_reports({.db = judged.db, .rules = texts, .kakoi_version = "0"}, out.path());
  count(state, 1);
}
BENCHMARK(reports)->Unit(benchmark::kMillisecond);

void register_dissectors() {
  std::vector<fs::path> captures;
  for (const auto& entry : fs::recursive_directory_iterator(kPcaps))
    if (entry.path().extension() == ".pcapng") captures.push_back(entry.path());
  std::sort(captures.begin(), captures.end());
  static std::map<std::string, std::vector<test::Dialogue>> by_protocol;
  for (test::Dialogue& d : test::read_dialogues(captures))
    by_protocol[std::string(d.protocol->name)].push_back(std::move(d));
  const fs::path seeds = fs::path(KAKOI_SOURCE_DIR) / "tests/fuzz/corpus";  // of what no sample capture speaks
  for (const Protocol* protocol : test::all_candidates()) {
    const std::string name(protocol->name);
    if (by_protocol.contains(name)) continue;
    if (auto dialogues = test::read_seeds(seeds / name, *protocol); !dialogues.empty())
      by_protocol[name] = std::move(dialogues);
  }
  for (const auto& [name, dialogues] : by_protocol)
    benchmark::RegisterBenchmark(("dissect/" + name).c_str(),
                                 [&d = dialogues](benchmark::State& state) { dissect(state, d); });
}

}  // namespace
}  // namespace kakoi

int main(int count, char** values) {
  kakoi::register_dissectors();
  benchmark::Initialize(&count, values);
  if (benchmark::ReportUnrecognizedArguments(count, values)) return 2;
  benchmark::RunSpecifiedBenchmarks();
}
