#include "sensor/flow/flow_table.h"

#include <tuple>

namespace kakoi::flow {

Keyed key_of(const Decoded& p) noexcept {
  FlowKey k;
  k.vlan = p.vlan;
  std::uint16_t from = 0, to = 0;
  if (p.network == NetworkLayer::ipv4 || p.network == NetworkLayer::ipv6) {
    k.a = p.source;
    k.b = p.destination;
    if (p.has_ports && !p.is_fragment) {
      from = p.source_port;
      to = p.destination_port;
      k.transport = p.protocol == 6 ? Transport::tcp : Transport::udp;
    } else {
      k.transport = !p.is_fragment && (p.protocol == 1 || p.protocol == 58) ? Transport::icmp : Transport::ip;
      k.number = p.protocol;
    }
  } else {
    k.a = p.source_mac;
    k.b = p.destination_mac;
    k.transport = Transport::ethernet;
    constexpr std::size_t kSnap = 8;  // with the SAPs, control and OUI before the protocol's number
    const bool is_snap = p.is_llc && p.ethertype == 0xAA && p.payload.size() >= kSnap;
    k.number = is_snap ? static_cast<std::uint16_t>(p.payload[6] << 8 | p.payload[7]) : p.ethertype;
  }
  k.port_a = from;
  k.port_b = to;
  if (std::tie(k.b, to) < std::tie(k.a, from)) {
    std::swap(k.a, k.b);
    std::swap(k.port_a, k.port_b);
    return {k, 1};
  }
  return {k, 0};
}

FlowTable::FlowTable() : index_(1 << 12), mask_(index_.size() - 1) {}

void FlowTable::grow() {
  index_.assign(index_.size() * 2, 0);
  mask_ = index_.size() - 1;
  for (std::uint32_t i = 0; i < made_; ++i) {
    if (!entry(i).in_use) continue;
    std::uint64_t slot = home(entry(i));
    while (index_[slot] != 0) slot = (slot + 1) & mask_;
    index_[slot] = i + 1;
  }
}

Flow* FlowTable::known(const FlowKey& key, std::uint64_t hash) noexcept {
  for (std::uint64_t slot = hash & mask_; index_[slot] != 0; slot = (slot + 1) & mask_)
    if (Flow& flow = entry(index_[slot] - 1); flow.hash == hash >> 32 && flow.key == key) return &flow;
  return nullptr;
}

Flow& FlowTable::find(const FlowKey& key, std::uint64_t hash, bool& created) {
  std::uint64_t slot = hash & mask_;
  for (; index_[slot] != 0; slot = (slot + 1) & mask_) {
    Flow& flow = entry(index_[slot] - 1);
    if (flow.hash == hash >> 32 && flow.key == key) {
      created = false;
      return flow;
    }
  }
  created = true;
  if ((used_ + 1) * 2 > index_.size()) {
    grow();
    slot = hash & mask_;
    while (index_[slot] != 0) slot = (slot + 1) & mask_;
  }
  std::uint32_t at;
  if (free_.empty()) {
    at = made_++;
    if (at / kBlock == pool_.size()) pool_.push_back(std::make_unique<Flow[]>(kBlock));
  } else {
    at = free_.back();
    free_.pop_back();
  }
  index_[slot] = at + 1;
  ++used_;
  Flow& flow = entry(at);
  flow.place = at;
  flow.key = key;
  flow.hash = static_cast<std::uint32_t>(hash >> 32);
  flow.in_use = true;
  return flow;
}

void FlowTable::erase(Flow& flow) {
  const std::uint32_t at = flow.place;
  std::uint64_t hole = home(flow);
  while (index_[hole] != at + 1) hole = (hole + 1) & mask_;
  // Backward shift: entries whose way to their place leads over the hole move up.
  for (std::uint64_t next = (hole + 1) & mask_; index_[next] != 0; next = (next + 1) & mask_) {
    const std::uint64_t start = home(entry(index_[next] - 1));
    if (((next - start) & mask_) >= ((next - hole) & mask_)) {
      index_[hole] = index_[next];
      hole = next;
    }
  }
  index_[hole] = 0;
  flow = Flow{};
  free_.push_back(at);
  --used_;
}

}  // namespace kakoi::flow
