#include "sensor/decode/mirror.h"

namespace kakoi::decode {

bool MirrorTable::hidden(const Decoded& outer, Tunnel tunnel) {
  if (tunnel == kMirrorTunnel) return true;
  if (outer.destination.is_multicast()) return false;  // an overlay's flooding (RFC 7348 §4.2)
  if (seen_.contains({outer.destination, outer.source})) {
    if (seen_.size() < kMost) seen_.emplace(outer.source, outer.destination);
    return false;
  }
  if (seen_.size() >= kMost) return false;
  seen_.emplace(outer.source, outer.destination);
  return true;
}

}  // namespace kakoi::decode
