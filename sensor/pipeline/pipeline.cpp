#include "sensor/pipeline/pipeline.h"

#include <array>
#include <exception>
#include <thread>

#include "sensor/decode/decode.h"
#include "sensor/decode/fragments.h"
#include "sensor/pipeline/batch_queue.h"

namespace kakoi::pipeline {
namespace {

constexpr std::size_t kBatch = 256;         // packets
constexpr std::uint64_t kReportEvery = 1 << 14;  // packets

void process(Shard& shard, const Batch& batch) {
  const std::vector<Item>& items = batch.items;
  const std::size_t n = items.size();
  constexpr std::size_t kIndex = 28, kEntry = 20, kSession = 12, kRows = 5;  // packets ahead
  for (std::size_t i = 0; i < std::min(n, kIndex); ++i) shard.prefetch_index(items[i]);
  for (std::size_t i = 0; i < n; ++i) {
    if (i + kIndex < n) shard.prefetch_index(items[i + kIndex]);
    if (i + kEntry < n) shard.prefetch_entry(items[i + kEntry]);
    if (i + kSession < n) shard.prefetch_session(items[i + kSession]);
    if (i + kRows < n) shard.prefetch_rows(items[i + kRows]);
    shard.packet(items[i]);
  }
}

// Decodes packets into batches, one being filled per shard; `full` takes a batch that is ready.
template <typename Full>
class Dispatcher {
 public:
  explicit Dispatcher(Full full) : full_(std::move(full)) {
    for (std::size_t i = 0; i < kShards; ++i) renew(i);
  }

  void packet(const RawPacket& raw, CaptureInfo& info, const std::shared_ptr<capture::Chunk>& memory) {
    Decoded decoded;
    decode::decode(raw, decoded);
    if (decoded.malformed) ++info.malformed;
    if (decoded.undecoded) ++info.undecoded;
    std::shared_ptr<const void> bytes = memory;
    for (;;) {
      if (decoded.is_fragment) {
        if (auto whole = fragments_.offer(decoded, raw.ref.ts)) bytes = std::move(whole);
      }
      add(decoded, raw.ref, bytes);
      if (!decode::decapsulate(decoded, inner_)) return;
      if (inner_.malformed) ++info.malformed;
      decoded = inner_;
    }
  }
  void flush() {
    for (std::size_t i = 0; i < kShards; ++i)
      if (!batches_[i].items.empty()) full_(batches_[i]), renew(i);
  }

 private:
  void renew(std::size_t shard) {
    batches_[shard].clear();
    batches_[shard].shard = shard;
    batches_[shard].items.reserve(kBatch);
  }
  void add(const Decoded& decoded, const PacketRef& ref, const std::shared_ptr<const void>& memory) {
    const auto [key, side] = flow::key_of(decoded);
    if (key.a.is_none() && key.b.is_none()) return;  // no address: nobody to account it to
    const std::size_t shard = key.pair_hash() >> 40 & (kShards - 1);
    Batch& batch = batches_[shard];
    batch.hold(memory);
    batch.items.push_back({decoded, ref, key, key.hash(), side});
    if (batch.items.size() < kBatch) return;
    full_(batch);
    renew(shard);
  }

  Full full_;
  std::array<Batch, kShards> batches_;
  decode::FragmentTable fragments_;
  Decoded inner_;
};

template <typename Full>
void read_all(capture::CaptureSet& captures, const PipelineOptions& options, Full full) {
  Dispatcher dispatcher(std::move(full));
  std::uint64_t packets = 0;
  while (const RawPacket* raw = captures.next()) {
    dispatcher.packet(*raw, captures.info(), captures.memory());
    if (++packets % kReportEvery == 0 && options.on_progress)
      options.on_progress({captures.bytes_read(), captures.bytes_total(), packets});
  }
  dispatcher.flush();
  if (options.on_progress) options.on_progress({captures.bytes_read(), captures.bytes_total(), packets});
}

}  // namespace

Observed run(capture::CaptureSet& captures, const SecretKeeper& secrets, const PipelineOptions& options) {
  std::vector<std::unique_ptr<Shard>> shards;
  for (std::size_t i = 0; i < kShards; ++i) shards.push_back(std::make_unique<Shard>(secrets));

  if (options.threads <= 1) {
    read_all(captures, options, [&](Batch& batch) { process(*shards[batch.shard], batch); });
  } else {
    const std::size_t workers = std::min<std::size_t>(options.threads - 1, kShards);
    std::vector<BatchQueue> queues(workers);
    std::vector<std::exception_ptr> failures(workers);
    std::vector<std::jthread> threads;
    for (std::size_t w = 0; w < workers; ++w)
      threads.emplace_back([&, w] {
        Batch batch;
        while (queues[w].pop(batch)) {
          if (failures[w]) continue;  // keep the reader from waiting for ever
          try {
            process(*shards[batch.shard], batch);
          } catch (...) {
            failures[w] = std::current_exception();
          }
        }
      });
    const auto close_all = [&] {
      for (BatchQueue& queue : queues) queue.close();
      threads.clear();  // joins
    };
    try {
      read_all(captures, options, [&](Batch& batch) { queues[batch.shard % workers].push(batch); });
    } catch (...) {
      close_all();
      throw;
    }
    close_all();
    for (const std::exception_ptr& failure : failures)
      if (failure) std::rethrow_exception(failure);
  }

  Observed all = shards[0]->finish();
  shards[0].reset();
  for (std::size_t i = 1; i < kShards; ++i) {
    all.merge(shards[i]->finish());
    shards[i].reset();
  }
  all.captures = captures.finish();
  all.settle();
  all.sort();
  return all;
}

}  // namespace kakoi::pipeline
