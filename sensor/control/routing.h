// Which routing or first-hop redundancy protocol a packet is, by IP protocol or port and its first octets.
#pragma once

#include "sensor/decode/packet.h"

namespace kakoi {

const Protocol* routing_protocol_of(const Decoded& packet) noexcept;

}  // namespace kakoi
