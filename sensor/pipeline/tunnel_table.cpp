#include "sensor/pipeline/tunnel_table.h"

namespace kakoi::pipeline {

void TunnelTable::note(const Decoded& outer, const Decoded& inner, const PacketRef& packet) {
  if (!inner.source.is_ip() || !inner.destination.is_ip()) return;
  if (TunnelledRow* row = slot({inner.source, outer.source, outer.destination, outer.vlan})) {
    row->sent.add(packet);
    row->ttl.add(inner.ttl);
  }
  if (TunnelledRow* row = slot({inner.destination, outer.destination, outer.source, outer.vlan}))
    row->received.add(packet);
}

TunnelledRow* TunnelTable::slot(const TunnelledKey& key) {
  if (const auto at = rows_.find(key); at != rows_.end()) return &at->second;
  if (rows_.size() >= most_) {
    ++dropped_;
    return nullptr;
  }
  return &rows_[key];
}

Observed TunnelTable::rows() const {
  Observed all;
  all.tunnelled = rows_;
  all.facts_dropped = dropped_;
  return all;
}

}  // namespace kakoi::pipeline
