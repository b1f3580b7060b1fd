// Batches between the reading thread and workers: what a shard sees must not depend on who takes them.
#include "sensor/pipeline/batch_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

namespace kakoi::pipeline {
namespace {

constexpr std::size_t kShards = 4;

// Batch::bytes serves as the batch's number within its shard.
Batch numbered(std::size_t shard, std::size_t number) {
  Batch batch;
  batch.shard = shard;
  batch.bytes = number;
  return batch;
}

struct Seen {
  std::array<std::atomic<int>, kShards> inside{};
  std::array<std::vector<std::size_t>, kShards> numbers;  // written by the thread that is inside
  std::atomic<bool> alone = true;

  void take(BatchQueue& queue, Batch& batch) {
    const std::size_t shard = batch.shard;
    if (inside[shard].fetch_add(1) != 0) alone = false;
    numbers[shard].push_back(batch.bytes);
    inside[shard].fetch_sub(1);
    queue.finish(batch);
  }
};

TEST(BatchQueue, keeps_the_order_of_each_shard_whoever_takes_its_batches) {
  constexpr std::size_t kEach = 5000;
  BatchQueue queue(kShards);
  Seen seen;
  std::vector<std::thread> workers;
  for (int i = 0; i < 3; ++i)
    workers.emplace_back([&] {
      for (Batch batch; queue.wait_and_take(batch);) seen.take(queue, batch);
    });
  std::size_t helped = 0;
  for (std::size_t n = 0; n < kEach; ++n)
    for (std::size_t shard = 0; shard < kShards; ++shard) {
      Batch batch = numbered(shard, n);
      while (!queue.push(batch))
        while (!queue.is_half_empty()) {
          Batch other;
          if (queue.take(other)) {
            seen.take(queue, other);
            ++helped;
          } else {
            queue.wait_for_room();
          }
        }
    }
  queue.wait_until_idle();
  std::vector<std::size_t> all(kEach);
  for (std::size_t n = 0; n < kEach; ++n) all[n] = n;
  for (std::size_t shard = 0; shard < kShards; ++shard) EXPECT_EQ(seen.numbers[shard], all) << "shard " << shard;
  EXPECT_TRUE(seen.alone) << "two threads at one shard";
  queue.close();
  for (std::thread& worker : workers) worker.join();
}

TEST(BatchQueue, a_shard_in_hand_is_passed_over) {
  BatchQueue queue(kShards);
  for (const auto& [shard, number] : {std::pair{1, 0}, {1, 1}, {2, 0}}) {
    Batch batch = numbered(static_cast<std::size_t>(shard), static_cast<std::size_t>(number));
    ASSERT_TRUE(queue.push(batch));
  }
  Batch first, second, third;
  ASSERT_TRUE(queue.take(first));
  ASSERT_TRUE(queue.take(second));
  EXPECT_EQ(first.shard, 1u);
  EXPECT_EQ(second.shard, 2u);
  EXPECT_FALSE(queue.take(third)) << "the second batch of shard 1, while the first is in hand";
  queue.finish(first);
  ASSERT_TRUE(queue.take(third));
  EXPECT_EQ(third.bytes, 1u);
}

TEST(BatchQueue, a_worker_that_waits_for_a_shard_goes_when_nothing_is_left) {
  BatchQueue queue(kShards);
  for (std::size_t n = 0; n < 2; ++n) {
    Batch batch = numbered(1, n);
    ASSERT_TRUE(queue.push(batch));
  }
  Batch held;
  ASSERT_TRUE(queue.take(held));
  queue.close();
  std::future<bool> worker = std::async(std::launch::async, [&] {
    Batch batch;
    return queue.wait_and_take(batch);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // it finds the shard taken, and waits
  Batch last;
  queue.finish(held);
  if (queue.take(last)) queue.finish(last);
  EXPECT_EQ(worker.wait_for(std::chrono::seconds(10)), std::future_status::ready);
  queue.close();  // wakes it if nobody else did
}

// What keeps many pieces of memory alive must not pile up.
TEST(BatchQueue, has_room_for_fewer_batches_of_many_pieces) {
  const auto room = [](std::size_t pieces) {
    BatchQueue queue(kShards);
    for (std::size_t n = 0;; ++n) {
      Batch batch = numbered(0, n);
      for (std::size_t i = 0; i < pieces; ++i) batch.hold(std::make_shared<int>());
      if (!queue.push(batch)) return n;
    }
  };
  EXPECT_EQ(room(1), 64u);
  EXPECT_EQ(room(4), 4u);
}

}  // namespace
}  // namespace kakoi::pipeline
