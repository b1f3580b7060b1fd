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
  // it, for an overlay network carries both directions and a mirror session one. Fragments between the ends of a
  // session that is left out are pieces of it.
  bool hides(const Decoded& outer, Tunnel tunnel) {
    if (tunnel > kTunnel) return hidden(outer, tunnel);
    return tunnel == kNoTunnel && outer.is_fragment && is_piece(outer);
  }

  static constexpr std::size_t kMost = 4096;  // pairs of ends; further ones are not taken for mirrors

 private:
  using Ends = std::pair<Address, Address>;  // source, destination
  bool hidden(const Decoded& outer, Tunnel tunnel);
  bool is_piece(const Decoded& fragment) const;
  bool hide(const Ends& ends);

  std::set<Ends> seen_;      // of bridging tunnels
  std::set<Ends> sessions_;  // of what is left out
  Ends last_;                // of them
};

}  // namespace kakoi::decode
