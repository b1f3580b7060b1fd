// All that happens to the packets of some host pairs: flows, sessions, dissection, recording.
//
// A host pair belongs to one shard, so shards share nothing and run on any thread. Their number is
// fixed: what a shard sees, and so what it reports, does not depend on the number of threads.
#pragma once

#include <memory>

#include "sensor/control/control.h"
#include "sensor/flow/flow_table.h"
#include "sensor/inventory/recorder.h"
#include "sensor/pipeline/duplicates.h"
#include "sensor/pipeline/limits.h"

namespace kakoi::pipeline {

struct Item {
  Item(const Decoded& decoded, const PacketRef& where, const flow::Keyed& keyed, Sighting seen) noexcept
      : packet(decoded), ref(where), key(keyed.key), hash(keyed.key.hash()), side(keyed.side), sighting(seen) {}
  Decoded packet;
  PacketRef ref;
  flow::FlowKey key;
  std::uint64_t hash;  // of key
  int side;
  Sighting sighting;
};

class Shard final : flow::SessionHost {
 public:
  explicit Shard(const SecretKeeper& secrets, const Limits& limits);

  void packet(const Item& item);
  // Steps ahead of packet(), each leaning on the one before: interleaved flows are spread over
  // more memory than the cache holds.
  void prefetch_index(const Item& item) const noexcept { flows_.prefetch_index(item.hash); }
  void prefetch_entry(const Item& item) const noexcept { flows_.prefetch_entry(item.hash, item.side); }
  void prefetch_session(const Item& item) const noexcept;
  void prefetch_dissector(const Item& item) const noexcept;
  // What was seen up to now; open flows count as far as they have come.
  Observed snapshot();
  // Ends all flows and gives away what was observed.
  Observed finish();

 private:
  std::uint32_t on_identified(const Conversation& conversation, const Protocol& protocol) override;
  Sink& sink() noexcept override { return recorder_; }
  void on_held(std::ptrdiff_t change) noexcept override { held_ += change; }

  void tcp(flow::Flow& flow, const Item& item);
  void udp(flow::Flow& flow, const Item& item);
  void control(flow::Flow& flow, const Item& item);
  // The conversation of frames without IP that are asked and answered, or published, with its link.
  Conversation frames(flow::Flow& flow, const Item& item);
  void note_asked(const ArpSeen& seen, const Decoded& p, const PacketRef& packet);
  void note_unreachable(const IcmpSeen& seen, const Decoded& p, const PacketRef& packet);
  flow::Flow& reopened(flow::Flow& flow, const Item& item, bool& created);
  flow::Flow& begun_anew(flow::Flow& flow, bool& created);
  // Where to count a packet of a flow that is a copy, or that was seen elsewhere first; null: it was counted.
  flow::Flow* counting(flow::Flow& flow, const Item& item, bool created);
  void note_addresses(const Item& item);
  void note_macs(flow::Flow& flow, const Item& item, bool first);
  void count(flow::Flow& flow, const Item& item, bool here);  // here: with the MACs and the TTL of the flow's own VLAN
  bool reaches_its_receiver(flow::Flow& flow, const Item& item);  // false: its checksum is wrong beyond doubt
  void close_session(flow::Flow& flow);
  void fold(flow::Flow& flow);  // ends it
  void sweep(std::int64_t now);
  void evict();            // the flows that were idle for longest
  void release_waiting();  // what waits for missing bytes, in the flows that were idle for longest

  Recorder recorder_;
  std::size_t most_flows_;
  std::ptrdiff_t most_held_, held_ = 0;  // bytes that wait in sessions
  flow::FlowTable flows_;
  std::vector<const Protocol*> candidates_;
  DcpRequests dcp_requests_;
  std::uint64_t packets_ = 0;

  // A closed connection is kept this long for stray packets, a silent one of any kind this long.
  static constexpr std::int64_t kAfterClose = 60'000'000'000, kIdle = 3'600'000'000'000;
  static constexpr std::uint64_t kSweepEvery = 1 << 18;            // packets
  static constexpr std::uint64_t kChecked = 16, kCheckEvery = 16;  // packets of one side: the first; of later ones
};

}  // namespace kakoi::pipeline
