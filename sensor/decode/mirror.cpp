#include "sensor/decode/mirror.h"

namespace kakoi::decode {

bool MirrorTable::hidden(const Decoded& outer, Tunnel tunnel) {
  const Ends ends{outer.source, outer.destination}, back{outer.destination, outer.source};
  if (tunnel == kMirrorTunnel) return hide(ends);
  if (outer.destination.is_multicast()) return false;  // an overlay's flooding (RFC 7348 §4.2)
  if (seen_.contains(back)) {
    if (seen_.size() < kMost) seen_.insert(ends);
    sessions_.erase(back);
    last_ = {};
    return false;
  }
  if (seen_.size() >= kMost) return false;
  seen_.insert(ends);
  return hide(ends);
}

bool MirrorTable::hide(const Ends& ends) {
  if (ends == last_) return true;
  if (sessions_.size() < kMost) sessions_.insert(ends);
  last_ = ends;
  return true;
}

bool MirrorTable::is_piece(const Decoded& fragment) const {
  constexpr std::uint8_t kUdp = 17, kGre = 47;
  return (fragment.protocol == kUdp || fragment.protocol == kGre) &&
         sessions_.contains({fragment.source, fragment.destination});
}

}  // namespace kakoi::decode
