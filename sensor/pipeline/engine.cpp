#include "sensor/pipeline/engine.h"

#include <algorithm>
#include <future>

#include "sensor/decode/decode.h"

namespace kakoi::pipeline {
namespace {

constexpr std::size_t kBatch = 128;  // packets
// A batch keeps alive what its packets lie in: jumbo packets, or a few packets far apart, must not pile up there.
constexpr std::size_t kBatchBytes = 256 << 10, kBatchPieces = 4;

void note_copy(Copy copy, CaptureInfo& info) noexcept {
  ++info.duplicates;
  info.duplicates_routed += copy == Copy::routed;
  info.duplicates_vlan += copy == Copy::vlan;
  info.duplicates_redundant += copy == Copy::redundant;
  info.duplicates_recorded += copy == Copy::recorded;
}

// Whether content is missing. The frame check sequence is none: capture tools that count it in the length on the wire,
// but leave it away, cut nothing.
bool is_cut(const RawPacket& raw, const Decoded& p, std::uint32_t snap_length) noexcept {
  constexpr std::size_t kFcs = 4;  // IEEE 802.3 §3.2.9
  const std::size_t size = raw.data.size(), missing = raw.original_length - size;
  if (missing <= raw.fcs_length) return false;
  if (missing > kFcs) return true;
  const auto be16 = [&](std::size_t at) { return std::size_t{p.datagram[at]} << 8 | p.datagram[at + 1]; };
  switch (p.network) {
    case NetworkLayer::ipv4:
      return p.datagram.size() < 20 || be16(2) == 0 || be16(2) > p.datagram.size();
    case NetworkLayer::ipv6:
      return p.datagram.size() < 40 || be16(4) == 0 || be16(4) + 40 > p.datagram.size();
    default:  // its own length says nothing; what the snap length cuts is as long as that
      return missing != kFcs || snap_length == 0 || size >= snap_length;
  }
}

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

}  // namespace

Engine::Engine(const SecretKeeper& secrets, unsigned threads, std::uint64_t max_memory, Limits::Use use)
    : fragments_(Limits::fragment_bytes(max_memory)), tunnels_(Limits::tunnelled_rows(max_memory)) {
  for (std::size_t i = 0; i < kShards; ++i) {
    shards_.push_back(std::make_unique<Shard>(secrets, Limits::of(max_memory, kShards, use)));
    renew(i);
  }
  const std::size_t workers = std::min<std::size_t>(threads > 0 ? threads - 1 : 0, kShards);
  for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { work(); });
}

Engine::~Engine() {
  queue_.close();
  for (std::thread& worker : workers_) worker.join();
}

void Engine::work() {
  Batch batch;
  while (queue_.wait_and_take(batch)) process_taken(batch);
}

bool Engine::process_one() {
  Batch batch;
  if (!queue_.take(batch)) return false;
  process_taken(batch);
  return true;
}

// After a failure the rest is taken and thrown away: nobody must wait for ever.
void Engine::process_taken(Batch& batch) {
  try {
    if (!failed_) process(*shards_[batch.shard], batch);
  } catch (...) {
    if (!failed_.exchange(true)) failure_ = std::current_exception();
  }
  queue_.finish(batch);
}

void Engine::packet(const RawPacket& raw, CaptureInfo& info, const std::shared_ptr<const void>& memory) {
  Decoded& decoded = decoded_;
  decode::decode(raw, decoded);
  if (decoded.ethertype == kEtherCat) [[unlikely]]
    returns_.recognise(decoded);
  if (decoded.malformed) ++info.malformed;
  if (decoded.undecoded) ++info.undecoded;
  if (raw.data.size() < raw.original_length && is_cut(raw, decoded, info.snaplen)) {
    ++info.truncated;
    info.cut_at = std::max(info.cut_at, static_cast<std::uint32_t>(raw.data.size()));
  }
  std::shared_ptr<const void> whole;  // datagram, of which this packet was the last fragment
  Sighting seen;
  for (;;) {
    const std::shared_ptr<const void>& bytes = whole ? whole : memory;
    // What is inside a copy is a copy of the same kind.
    if (seen.copy == Copy::none && (seen = sighting(decoded, raw.ref, bytes)).copy != Copy::none)
      note_copy(seen.copy, info);
    info.near_others += seen.near_other;
    if (seen.copy == Copy::exact || seen.copy == Copy::redundant || seen.copy == Copy::recorded) return;
    const bool counts = seen.copy == Copy::none || seen.elsewhere;
    if (decoded.is_fragment && counts) {
      const std::uint64_t given_up = fragments_.given_up(), overlaps = fragments_.overlaps();
      if (auto all = fragments_.offer(decoded, raw.ref)) whole = std::move(all);
      info.fragments_given_up += fragments_.given_up() - given_up;
      info.fragment_overlaps += fragments_.overlaps() - overlaps;
    }
    const decode::Tunnel tunnel = decode::decapsulate(decoded, inner_);
    if (!mirrors_.hides(decoded, tunnel)) add(decoded, raw.ref, whole ? whole : memory, seen);
    if (tunnel == decode::kNoTunnel || !counts) return;
    if (inner_.malformed) ++info.malformed;
    if (tunnel == decode::kTunnel) tunnels_.note(decoded, inner_, raw.ref);
    decoded = inner_;
  }
}

// PRP and HSR send each frame over two ways: their copies may be late.
Sighting Engine::sighting(const Decoded& decoded, const PacketRef& ref, const std::shared_ptr<const void>& memory) {
  if (decoded.redundancy != Redundancy::none && redundant_.is_copy(decoded, ref.ts)) return {Copy::redundant};
  return duplicates_.look_up(decoded, ref, memory);
}

void Engine::add(const Decoded& decoded, const PacketRef& ref, const std::shared_ptr<const void>& memory,
                 Sighting sighting) {
  const flow::Keyed keyed = flow::key_of(decoded);
  if (keyed.key.a.is_none() && keyed.key.b.is_none()) return;  // no address: nobody to account it to
  Batch& batch = batches_[keyed.key.pair_hash() >> 40 & (kShards - 1)];
  batch.hold(memory);
  batch.items.emplace_back(decoded, ref, keyed, sighting);
  batch.bytes += decoded.payload.size();
  if (batch.items.size() == kBatch || batch.bytes >= kBatchBytes || batch.memory.size() >= kBatchPieces)
    hand_over(batch);
}

void Engine::renew(std::size_t shard) {
  batches_[shard].clear();
  batches_[shard].shard = shard;
  batches_[shard].items.reserve(kBatch);
}

// Who reads is faster than one worker, and takes a share of what waits rather than wait itself.
void Engine::hand_over(Batch& batch) {
  const std::size_t shard = batch.shard;
  if (workers_.empty())
    process(*shards_[shard], batch);
  else
    while (!queue_.push(batch))
      while (!queue_.is_half_empty())
        if (!process_one()) queue_.wait_for_room();
  renew(shard);
}

void Engine::flush() {
  for (Batch& batch : batches_)
    if (!batch.items.empty()) hand_over(batch);
  if (workers_.empty()) return;
  while (process_one()) {
  }
  queue_.wait_until_idle();
  if (failure_) std::rethrow_exception(failure_);
}

template <typename Give>
Observed Engine::gather(Give give) {
  flush();
  const auto half = [&](std::size_t first) {
    Observed all = give(shards_[first]);
    for (std::size_t i = first + 1; i < first + kShards / 2; ++i) all.merge(give(shards_[i]));
    return all;
  };
  // With workers, one of them would be idle now.
  std::future<Observed> second =
      std::async(workers_.empty() ? std::launch::deferred : std::launch::async, half, kShards / 2);
  Observed all = half(0);
  all.merge(second.get());
  all.merge(tunnels_.rows());
  return all;
}

Observed Engine::snapshot() {
  return gather([](const std::unique_ptr<Shard>& shard) { return shard->snapshot(); });
}

Observed Engine::finish() {
  return gather([](std::unique_ptr<Shard>& shard) {
    Observed seen = shard->finish();
    shard.reset();  // the others' rows need the room
    return seen;
  });
}

}  // namespace kakoi::pipeline
