// Which tunnels bring mirrored packets to the capture: their ends (a switch and the sensor) are no
// part of the plant, and must not appear as if they spoke with each other.
#pragma once

#include <set>
#include <utility>

#include "sensor/decode/decode.h"

namespace kakoi::decode {

class MirrorTable {
 public:
  // Whether the outer packet of a tunnel is to be left out. ERSPAN and TZSP: always. A tunnel that
  // carries Ethernet (VXLAN, GRE …) counts as a mirror until its other end is seen to answer through
  // it, for an overlay network carries both directions and a mirror session one.
  bool hides(const Decoded& outer, Tunnel tunnel) { return tunnel > kTunnel && hidden(outer, tunnel); }

  static constexpr std::size_t kMost = 4096;  // pairs of ends; further ones are not taken for mirrors

 private:
  bool hidden(const Decoded& outer, Tunnel tunnel);
  std::set<std::pair<Address, Address>> seen_;  // source, destination of bridging tunnels
};

}  // namespace kakoi::decode
