// A bounded queue of batches between the reading thread and one worker.
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

// Neither side wakes the other for each batch, for that costs as much as the packets in it: who had to wait goes on when
// there is work for a while.
class BatchQueue {
 public:
  // Waits while the queue is full; swaps `batch` for an empty one that was used before.
  void push(Batch& batch) {
    std::unique_lock lock(mutex_);
    if (waiting_.size() >= kMost || spread_ >= kMostSpread) {
      work_.notify_one();
      pusher_waits_ = true;
      room_.wait(lock, [&] { return has_room(); });
      pusher_waits_ = false;
    }
    spread_ += spread(batch);
    waiting_.push_back(std::move(batch));
    batch = Batch{};
    if (!used_.empty()) {
      batch = std::move(used_.back());
      used_.pop_back();
    }
    if (waiting_.size() == kEnough || spread_ >= kMostSpread / 2) work_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    work_.notify_one();
  }
  // Until the worker has finished all that was pushed. Called by who pushes.
  void wait_until_idle() {
    std::unique_lock lock(mutex_);
    work_.notify_one();
    idle_.wait(lock, [&] { return waiting_.empty() && !busy_; });
  }
  // False when the queue is closed and empty. `batch` is given back for reuse first.
  bool pop(Batch& batch) {
    batch.clear();
    std::unique_lock lock(mutex_);
    busy_ = false;
    if (batch.items.capacity() > 0) used_.push_back(std::move(batch));
    if (waiting_.empty()) {
      idle_.notify_one();
      work_.wait(lock, [&] { return closed_ || !waiting_.empty(); });
      if (waiting_.empty()) return false;
    }
    batch = std::move(waiting_.front());
    waiting_.pop_front();
    spread_ -= spread(batch);
    busy_ = true;
    if (pusher_waits_ && has_room()) room_.notify_one();
    return true;
  }

 private:
  static constexpr std::size_t kMost = 64, kEnough = 8;
  // Batches in a row lie in one piece of memory, or two. Where each has several of its own (a file a packet, say), far
  // fewer may wait.
  static constexpr std::size_t kMostSpread = 12;
  static std::size_t spread(const Batch& batch) noexcept { return batch.memory.empty() ? 0 : batch.memory.size() - 1; }
  bool has_room() const noexcept { return waiting_.size() <= kMost / 2 && spread_ <= kMostSpread / 2; }
  std::mutex mutex_;
  std::condition_variable work_, room_, idle_;
  std::deque<Batch> waiting_;
  std::vector<Batch> used_;
  std::size_t spread_ = 0;
  bool closed_ = false, pusher_waits_ = false;
  bool busy_ = false;  // the worker has a batch in hand
};

}  // namespace kakoi::pipeline
