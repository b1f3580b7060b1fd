// Batches that wait for a thread: the reading thread puts them in, workers take them out, and the reading thread does
// so, too, when it is ahead of them.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "sensor/capture/byte_source.h"
#include "sensor/pipeline/shard.h"

namespace kakoi::pipeline {

// Packets for one shard, and the memory that they lie in.
struct Batch {
  std::vector<Item> items;
  std::vector<std::shared_ptr<const void>> memory;
  std::size_t bytes = 0;  // of the packets
  std::size_t shard = 0;

  void hold(const std::shared_ptr<const void>& piece) {
    // From the back: it is nearly always the last, or one of a few where readers take turns.
    if (std::find(memory.rbegin(), memory.rend(), piece) == memory.rend()) memory.push_back(piece);
  }
  void clear() {
    items.clear();
    memory.clear();
    bytes = 0;
  }
};

// Batches of one shard are taken in the order in which they were put in, and by one thread at a time. Nobody is woken
// for each batch, for that costs as much as the packets in it: who had to wait goes on when there is work for a while.
class BatchQueue {
 public:
  explicit BatchQueue(std::size_t shards) : taken_(shards) {}

  // Swaps `batch` for an empty one that was used before. False, and nothing done, if there is no room.
  bool push(Batch& batch) {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() >= kMost || spread_ >= kMostSpread) {
      work_.notify_all();
      return false;
    }
    spread_ += spread(batch);
    waiting_.push_back(std::move(batch));
    batch = Batch{};
    if (!used_.empty()) {
      batch = std::move(used_.back());
      used_.pop_back();
    }
    if (waiting_.size() >= kEnough || spread_ >= kMostSpread / 2) work_.notify_one();
    return true;
  }
  bool is_half_empty() {
    const std::lock_guard lock(mutex_);
    return half_empty();
  }
  // Until the queue is half empty, if others are at all shards that have something waiting.
  void wait_for_room() {
    std::unique_lock lock(mutex_);
    reader_waits_ = true;
    room_.wait(lock, [&] { return half_empty() || next() != waiting_.end(); });
    reader_waits_ = false;
  }
  // Until all that was put in is finished.
  void wait_until_idle() {
    std::unique_lock lock(mutex_);
    work_.notify_all();
    reader_waits_ = true;
    room_.wait(lock, [&] { return is_idle(); });
    reader_waits_ = false;
  }
  // Nothing is put in any more: workers may go when nothing waits.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    work_.notify_all();
  }

  // The batch that waits longest of those whose shard is free, which belongs to the taker until it calls finish(). False
  // if there is none.
  bool take(Batch& batch) {
    const std::lock_guard lock(mutex_);
    return take_next(batch);
  }
  // The same, but waits for one; false when the queue is closed and empty.
  bool wait_and_take(Batch& batch) {
    std::unique_lock lock(mutex_);
    while (!take_next(batch)) {
      if (closed_ && waiting_.empty()) return false;
      work_.wait(lock);
    }
    return true;
  }
  // What take() gave is done with.
  void finish(Batch& batch) {
    const std::size_t shard = batch.shard;
    batch.clear();
    const std::lock_guard lock(mutex_);
    taken_[shard] = false;
    used_.push_back(std::move(batch));
    if (reader_waits_) room_.notify_one();
    if (closed_) work_.notify_all();  // who waited for this shard may find nothing left
  }

 private:
  static constexpr std::size_t kMost = 64, kEnough = 8;
  // Batches in a row lie in one piece of memory, or two. Where each has several of its own (a file a packet, say), far
  // fewer may wait.
  static constexpr std::size_t kMostSpread = 12;
  static std::size_t spread(const Batch& batch) noexcept { return batch.memory.empty() ? 0 : batch.memory.size() - 1; }
  bool half_empty() const noexcept { return waiting_.size() <= kMost / 2 && spread_ <= kMostSpread / 2; }
  bool is_idle() const noexcept {
    return waiting_.empty() && std::none_of(taken_.begin(), taken_.end(), [](char taken) { return taken != 0; });
  }
  std::deque<Batch>::iterator next() {
    return std::find_if(waiting_.begin(), waiting_.end(), [&](const Batch& b) { return !taken_[b.shard]; });
  }
  bool take_next(Batch& batch) {
    const auto found = next();
    if (found == waiting_.end()) return false;
    batch = std::move(*found);
    waiting_.erase(found);
    spread_ -= spread(batch);
    taken_[batch.shard] = true;
    if (reader_waits_ && half_empty()) room_.notify_one();
    return true;
  }

  std::mutex mutex_;
  std::condition_variable work_, room_;
  std::deque<Batch> waiting_;
  std::vector<Batch> used_;
  std::vector<char> taken_;  // by shard: a thread has a batch of it in hand
  std::size_t spread_ = 0;
  bool closed_ = false, reader_waits_ = false;
};

}  // namespace kakoi::pipeline
