// Behind which end of a tunnel the addresses are that packets inside of it name. Kept by the reading thread, which alone
// sees a packet and what is around it; the shards get each by itself.
#pragma once

#include "sensor/decode/packet.h"
#include "sensor/inventory/observed.h"

namespace kakoi::pipeline {

class TunnelTable {
 public:
  explicit TunnelTable(std::size_t most_rows) : most_(most_rows) {}

  void note(const Decoded& outer, const Decoded& inner, const PacketRef& packet);
  // With nothing but these in it.
  Observed rows() const;

 private:
  TunnelledRow* slot(const TunnelledKey& key);

  std::size_t most_;
  std::map<TunnelledKey, TunnelledRow> rows_;
  std::uint64_t dropped_ = 0;
};

}  // namespace kakoi::pipeline
