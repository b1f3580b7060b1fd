// Every conversation being watched: both directions in one entry, keyed with the VLAN.
//
// Open addressing over 32-bit indices; the entries lie in a pool and are reused. No allocation per
// packet, one per growth.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "sensor/decode/packet.h"
#include "sensor/flow/seen.h"
#include "sensor/flow/session.h"
#include "sensor/flow/unseen.h"

namespace kakoi::flow {

// Ends in canonical order (address, then port), so that both directions have the same key.
// Ports are 0 where there are none; `number` is the IP protocol, or of a flow between MACs the
// EtherType, behind LLC the SAP, behind SNAP the number there.
struct FlowKey {
  Address a, b;
  std::uint32_t vlan = 0;
  std::uint16_t port_a = 0, port_b = 0;
  std::uint16_t number = 0;
  Transport transport = Transport::tcp;
  bool operator==(const FlowKey&) const = default;

  std::uint64_t hash() const noexcept {
    return mix(mix(a.hi, a.lo) ^ (std::uint64_t{port_a} << 48 | std::uint64_t{port_b} << 32 | vlan),
               mix(b.hi, b.lo) ^ (std::uint64_t{number} << 8 | static_cast<std::uint64_t>(transport)));
  }
  // Of the two addresses alone, and the same in every process: all flows of a host pair go to the same shard.
  std::uint64_t pair_hash() const noexcept {
    return steady_mix(steady_mix(steady_mix(steady_mix(0x243F6A8885A308D3ull, a.hi), a.lo), b.hi), b.lo);
  }
};

// The key of a decoded packet and the side (0 = a) that sent it. Flows between MACs where there is
// no IP; a packet without any address has the key of two absent addresses.
struct Keyed {
  FlowKey key;
  int side;
};
Keyed key_of(const Decoded& packet) noexcept;

// What every packet of one direction touches: one cache line.
struct alignas(64) Side {
  std::uint64_t packets = 0, bytes = 0, payload = 0;
  PacketRef last;
  std::int64_t first_ts = 0;                       // of FlowStart::first
  std::uint64_t source_mac : 48 = 0;               // of the first packet, as Address::lo
  std::uint64_t ttl_min : 8 = 0, ttl_max : 8 = 0;  // as TtlRange
  std::uint64_t destination_mac : 48 = 0;
  std::uint64_t flags : 8 = 0;     // TCP, of all packets
  std::uint64_t syn_seen : 1 = 0;  // a SYN, with or without ACK
  std::uint64_t no_source_mac : 1 = 0, no_destination_mac : 1 = 0;
  std::uint64_t macs_changed : 1 = 0;  // from there on, each packet is told with its own

  void set_macs(const Decoded& p) noexcept {
    source_mac = p.source_mac.lo & kMac, no_source_mac = p.source_mac.is_none();
    destination_mac = p.destination_mac.lo & kMac, no_destination_mac = p.destination_mac.is_none();
  }
  void set_no_macs() noexcept { no_source_mac = no_destination_mac = 1; }
  bool has_macs(const Decoded& p) const noexcept {
    return source_mac == (p.source_mac.lo & kMac) && destination_mac == (p.destination_mac.lo & kMac) &&
           no_source_mac == p.source_mac.is_none() && no_destination_mac == p.destination_mac.is_none();
  }
  Address source() const noexcept { return no_source_mac ? Address{} : Address{Address::kMacPrefix, source_mac}; }
  Address destination() const noexcept {
    return no_destination_mac ? Address{} : Address{Address::kMacPrefix, destination_mac};
  }
  TtlRange ttl() const noexcept { return {static_cast<std::uint8_t>(ttl_min), static_cast<std::uint8_t>(ttl_max)}; }
  void add_ttl(std::uint8_t value) noexcept {
    if (value == ttl_min || value == ttl_max || value == 0) return;
    TtlRange range = ttl();
    range.add(value);
    ttl_min = range.min, ttl_max = range.max;
  }

 private:
  static constexpr std::uint64_t kMac = (std::uint64_t{1} << 48) - 1;
};

// Laid out for the packet path: a packet touches the head, the side that sent it and, of TCP, the line behind.
struct Flow {
  FlowKey key;
  std::uint32_t hash = 0;      // upper half of the key's, to tell entries apart quickly
  std::int8_t client = -1;     // side; -1 not known yet
  bool refused : 1 = false;    // RST answered a SYN
  bool handshake : 1 = false;  // SYN, SYN with ACK, and ACK
  bool closed : 1 = false;     // RST, or FIN of both
  bool silent : 1 = false;     // the session is over, nothing more to learn
  bool in_use : 1 = false;
  bool copy : 1 = false;             // of a flow in another VLAN, where it is counted
  bool forwarded : 1 = false;        // with copy: by other MACs or with another TTL
  bool doubted : 1 = false;          // a checksum was wrong: from here on each is looked at
  bool guessed : 1 = false;          // client: by the order of ports or addresses alone
  std::unique_ptr<Session> session;  // while something can be learned
  std::array<Side, 2> sides;
  Unseen unseen;                           // TCP
  std::array<ChecksumTally, 2> checksums;  // of the packets of each side that were looked at
  std::array<PacketRef, 2> first;          // of each side
  std::array<std::uint32_t, 2> syn_sequence{};
  std::uint32_t place = 0;             // in the table's pool
  std::uint32_t link = kNoValue;       // row in Observed::links, once identified
  const Protocol* protocol = nullptr;  // once identified
  std::uint32_t original_vlan = 0;     // with copy: the other VLAN

  std::int64_t last_ts() const noexcept { return std::max(sides[0].last.ts, sides[1].last.ts); }
  Seen seen(std::size_t side) const noexcept { return {first[side], sides[side].last, sides[side].packets}; }
};
static_assert(sizeof(Side) == 64 && offsetof(Flow, sides) == 64 && offsetof(Flow, first) == 256, "cache lines");

class FlowTable {
 public:
  FlowTable();

  // Creates the entry if need be (`created`).
  Flow& find(const FlowKey& key, std::uint64_t hash, bool& created);
  Flow* known(const FlowKey& key, std::uint64_t hash) noexcept;  // null if there is none
  // Three steps ahead of find(): the index, the entry, and what the entry points to.
  void prefetch_index(std::uint64_t hash) const noexcept { __builtin_prefetch(&index_[hash & mask_]); }
  void prefetch_entry(std::uint64_t hash, int side) const noexcept {
    if (const std::uint32_t at = index_[hash & mask_]; at != 0) {
      __builtin_prefetch(&entry(at - 1));
      __builtin_prefetch(&entry(at - 1).sides[static_cast<std::size_t>(side)], 1);
      __builtin_prefetch(&entry(at - 1).unseen, 1);
    }
  }
  // The entry that is probably meant: the one at the hash's own place, if it has that hash.
  const Flow* guess(std::uint64_t hash) const noexcept {
    const std::uint32_t at = index_[hash & mask_];
    return at != 0 && entry(at - 1).hash == hash >> 32 ? &entry(at - 1) : nullptr;
  }
  void erase(Flow& flow);
  std::size_t size() const noexcept { return used_; }

  template <typename Use>
  void for_each(Use use) {
    for (std::uint32_t at = 0; at < made_; ++at)
      if (entry(at).in_use) use(entry(at));
  }

 private:
  static constexpr std::uint32_t kBlock = 256;  // entries; blocks never move
  Flow& entry(std::uint32_t at) noexcept { return pool_[at / kBlock][at % kBlock]; }
  const Flow& entry(std::uint32_t at) const noexcept { return pool_[at / kBlock][at % kBlock]; }
  void grow();
  std::uint64_t home(const Flow& flow) const noexcept { return flow.key.hash() & mask_; }

  std::vector<std::uint32_t> index_;  // 1 + position in the pool; 0 = empty
  std::uint64_t mask_;
  std::vector<std::unique_ptr<Flow[]>> pool_;
  std::uint32_t made_ = 0;  // entries of the pool that were ever used
  std::vector<std::uint32_t> free_;
  std::size_t used_ = 0;
};

}  // namespace kakoi::flow
