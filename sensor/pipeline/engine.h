// Takes packets one by one and remembers what they show: decode, then shards by host pair, on this
// thread or on workers.
#pragma once

#include <array>
#include <atomic>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

#include "sensor/capture/capture_info.h"
#include "sensor/control/ethercat.h"
#include "sensor/decode/fragments.h"
#include "sensor/decode/mirror.h"
#include "sensor/decode/redundancy.h"
#include "sensor/pipeline/batch_queue.h"
#include "sensor/pipeline/duplicates.h"
#include "sensor/pipeline/limits.h"
#include "sensor/pipeline/tunnel_table.h"

namespace kakoi::pipeline {

class Engine {
 public:
  // threads: in all; 1: everything happens on the caller's. `secrets` must outlive the engine.
  // `max_memory`: bytes, about, of the whole program. `use`: snapshots if there are to be any.
  Engine(const SecretKeeper& secrets, unsigned threads, std::uint64_t max_memory = Limits::kUsual,
         Limits::Use use = Limits::Use::whole);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // `memory` keeps raw.data alive. What is wrong with the packet is counted in `info`.
  // How many captures the packets are of.
  void expect(std::size_t captures) { duplicates_.expect(captures); }
  void packet(const RawPacket& raw, CaptureInfo& info, const std::shared_ptr<const void>& memory);
  // What was seen up to here; open conversations count as far as they have come. Rethrows what went
  // wrong on a worker.
  Observed snapshot();
  // Of each datagram whose fragments have not all come, the capture that it is in.
  std::vector<std::uint32_t> open_fragments() const { return fragments_.open(); }
  // Ends all conversations and gives away what was seen. Once; nothing can follow.
  Observed finish();

  // Fixed, so that output does not depend on the number of threads. A power of two.
  static constexpr std::size_t kShards = 4;

 private:
  void work();  // on a thread of its own
  // One of the batches that wait, if there is one whose shard is free.
  bool process_one();
  void process_taken(Batch& batch);
  // What the packet is to those before it, with PRP and HSR's copies among the exact ones.
  Sighting sighting(const Decoded& decoded, const PacketRef& ref, const std::shared_ptr<const void>& memory);
  void add(const Decoded& decoded, const PacketRef& ref, const std::shared_ptr<const void>& memory, Sighting sighting);
  void renew(std::size_t shard);
  void hand_over(Batch& batch);
  void flush();  // until nothing waits
  // What each shard gives, put together.
  template <typename Give>
  Observed gather(Give give);

  std::vector<std::unique_ptr<Shard>> shards_;
  std::array<Batch, kShards> batches_;  // being filled, one per shard
  BatchQueue queue_{kShards};           // those that are full, where there are workers
  std::vector<std::thread> workers_;
  std::atomic<bool> failed_ = false;
  std::exception_ptr failure_;  // of the first worker that failed
  // Asked by the reading thread, which sees all packets in order: what is a copy does not depend on threads.
  DuplicateTable duplicates_;
  decode::DuplicateFilter redundant_;
  decode::FragmentTable fragments_;
  EtherCatReturns returns_;
  decode::MirrorTable mirrors_;  // ends of mirror tunnels are no plant assets
  TunnelTable tunnels_;
  Decoded decoded_, inner_;  // the packet in hand, and what is inside it
};

}  // namespace kakoi::pipeline
