// Checksums of a packet that was altered: taken on from what they were (RFC 1624), so that a right one
// stays right, a wrong one stays wrong, and a packet that the capture cut needs nothing of the rest.
#pragma once

#include <cstddef>

#include "sensor/evidence/octets.h"

namespace kakoi::evidence {

struct Covered {           // by one internet checksum (RFC 1071)
  std::size_t begin, end;  // octets of the packet
  std::size_t checksum;    // where it stands
  bool may_be_absent;      // UDP: 0 is no checksum
};

// `before` and `after`: the packet, of the same size.
void mend(const Covered& covered, Bytes before, Octets after) noexcept;

// The frame check sequence at the end of an Ethernet frame (IEEE 802.3 §3.2.9).
void mend_frame_check(Bytes before, Octets after) noexcept;

}  // namespace kakoi::evidence
