#include "sensor/pipeline/engine.h"

#include <algorithm>

#include "sensor/decode/decode.h"

namespace kakoi::pipeline {
namespace {

constexpr std::size_t kBatch = 256;  // packets

void process(Shard& shard, const Batch& batch) {
  const std::vector<Item>& items = batch.items;
  const std::size_t n = items.size();
  constexpr std::size_t kIndex = 28, kEntry = 20, kSession = 12, kDissector = 5;  // packets ahead
  for (std::size_t i = 0; i < std::min(n, kIndex); ++i) shard.prefetch_index(items[i]);
  for (std::size_t i = 0; i < n; ++i) {
    if (i + kIndex < n) shard.prefetch_index(items[i + kIndex]);
    if (i + kEntry < n) shard.prefetch_entry(items[i + kEntry]);
    if (i + kSession < n) shard.prefetch_session(items[i + kSession]);
    if (i + kDissector < n) shard.prefetch_dissector(items[i + kDissector]);
    shard.packet(items[i]);
  }
}

template <typename Take>
Observed gather(std::vector<std::unique_ptr<Shard>>& shards, Take take) {
  Observed all = take(*shards[0]);
  for (std::size_t i = 1; i < shards.size(); ++i) all.merge(take(*shards[i]));
  return all;
}

}  // namespace

Engine::Engine(const SecretKeeper& secrets, unsigned threads) {
  for (std::size_t i = 0; i < kShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(secrets));
    renew(i);
  }
  const std::size_t workers = std::min<std::size_t>(threads > 0 ? threads - 1 : 0, kShards);
  for (std::size_t i = 0; i < workers; ++i) workers_.push_back(std::make_unique<Worker>());
  for (const auto& worker : workers_) worker->thread = std::thread([this, w = worker.get()] { work(*w); });
}

Engine::~Engine() {
  for (const auto& worker : workers_) worker->queue.close();
  for (const auto& worker : workers_) worker->thread.join();
}

void Engine::work(Worker& worker) {
  Batch batch;
  while (worker.queue.pop(batch)) {
    if (worker.failure) continue;  // keep the reader from waiting for ever
    try {
      process(*shards_[batch.shard], batch);
    } catch (...) {
      worker.failure = std::current_exception();
    }
  }
}

void Engine::packet(const RawPacket& raw, CaptureInfo& info, const std::shared_ptr<const void>& memory) {
  Decoded decoded;
  decode::decode(raw, decoded);
  if (decoded.malformed) ++info.malformed;
  if (decoded.undecoded) ++info.undecoded;
  std::shared_ptr<const void> bytes = memory;
  for (;;) {
    if (decoded.is_fragment) {
      if (auto whole = fragments_.offer(decoded, raw.ref.ts)) bytes = std::move(whole);
    }
    if (decoded.redundancy != Redundancy::none && redundant_.is_copy(decoded, raw.ref.ts)) {
      ++info.duplicates;  // PRP, HSR: both networks delivered it
      return;
    }
    const decode::Tunnel tunnel = decode::decapsulate(decoded, inner_);
    if (!mirrors_.hides(decoded, tunnel)) add(decoded, raw.ref, bytes);
    if (tunnel == decode::kNoTunnel) return;
    if (inner_.malformed) ++info.malformed;
    decoded = inner_;
  }
}

void Engine::add(const Decoded& decoded, const PacketRef& ref, const std::shared_ptr<const void>& memory) {
  const auto [key, side] = flow::key_of(decoded);
  if (key.a.is_none() && key.b.is_none()) return;  // no address: nobody to account it to
  Batch& batch = batches_[key.pair_hash() >> 40 & (kShards - 1)];
  batch.hold(memory);
  batch.items.push_back({decoded, ref, key, key.hash(), side});
  if (batch.items.size() == kBatch) hand_over(batch);
}

void Engine::renew(std::size_t shard) {
  batches_[shard].clear();
  batches_[shard].shard = shard;
  batches_[shard].items.reserve(kBatch);
}

void Engine::hand_over(Batch& batch) {
  const std::size_t shard = batch.shard;
  if (workers_.empty())
    process(*shards_[shard], batch);
  else
    workers_[shard % workers_.size()]->queue.push(batch);
  renew(shard);
}

void Engine::flush() {
  for (Batch& batch : batches_)
    if (!batch.items.empty()) hand_over(batch);
  for (const auto& worker : workers_) {
    worker->queue.wait_until_idle();
    if (worker->failure) std::rethrow_exception(worker->failure);
  }
}

Observed Engine::snapshot() {
  flush();
  return gather(shards_, [](Shard& shard) { return shard.snapshot(); });
}

Observed Engine::finish() {
  flush();
  return gather(shards_, [](Shard& shard) { return shard.finish(); });
}

}  // namespace kakoi::pipeline
