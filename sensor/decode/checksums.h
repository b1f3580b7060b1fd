// The internet checksum (RFC 1071) of IPv4 headers, TCP, UDP, ICMP and ICMPv6: what a receiver checks before it takes
// a packet.
#pragma once

#include "sensor/decode/packet.h"

namespace kakoi::decode {

// Of a header of RFC 791 §3.1, options included: none, right, wrong; deferred where it is 0.
Checksum checksum_of_ipv4(Bytes header) noexcept;

// Of the packet's transport, over all of its bytes. deferred: wrong on its face, but as a sending host's own capture
// shows it before the network adapter fills it in, or a receiving one's after the adapter put segments together:
//   - the field holds 0, or the sum over the pseudo-header alone (with the length, or for segmentation without it);
//   - the packet is longer than 1500 octets, so that it may never have been on a wire like this.
// none: no TCP, UDP or ICMP, a fragment, UDP without a checksum (RFC 768), cut by the snap length, or with IPv6 headers
// that put another address into the pseudo-header (RFC 8200 §8.1).
Checksum checksum_of_transport(const Decoded& packet) noexcept;

}  // namespace kakoi::decode
