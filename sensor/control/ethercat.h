// EtherCAT (IEC 61158-4-12, ETG.1000.4): what a master sends round its segment, in Ethernet frames or, rarely, in UDP. Slaves
// have no MAC: they read and write the datagrams of the frame that passes, and the last one sends it back.
#pragma once

#include <array>
#include <cstdint>

#include "sensor/control/dcp_requests.h"
#include "sensor/decode/packet.h"

namespace kakoi {

inline constexpr std::uint16_t kEtherCat = 0x88A4;

// Frames that come back bear the master's MAC with bit 1 of its first octet set by the first slave (ETG.1000.4 §5.3.3), so
// that the master's card takes them. They are given the master's own MAC again, and marked. Who has such a MAC by
// itself is known by frames that no slave has worked on yet. Bounded; in the order of the packets.
class EtherCatReturns {
 public:
  void recognise(Decoded& packet) noexcept;

 private:
  static constexpr std::size_t kMost = 32;
  struct Macs {
    std::array<std::uint64_t, kMost> mac{};
    std::size_t next = 0;
    bool contain(std::uint64_t address) const noexcept;
    void add(std::uint64_t address) noexcept;
  };
  Macs masters_;  // with a MAC of either kind, as they send
};

// `packet.is_returned` tells the direction of what its datagrams hold.
void observe_ethercat(Bytes payload, bool is_returned, DcpRequests& requests, const Emit& emit) noexcept;

}  // namespace kakoi
