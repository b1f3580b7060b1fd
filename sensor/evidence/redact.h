// Packets without the secrets in them, so that evidence can be handed around.
//
// What stays is what is known: headers, and payload of protocols that are understood and whose
// secrets have a known place. Everything else is overwritten with '*', octet by octet, so that
// lengths and positions stay; checksums are taken on accordingly. Each packet is treated by itself:
// payload that may go on with something begun in another packet is overwritten.
#pragma once

#include <vector>

#include "sensor/decode/packet.h"
#include "sensor/evidence/link_protocols.h"
#include "sensor/evidence/octets.h"

namespace kakoi::evidence {

class Redactor {
 public:
  explicit Redactor(const LinkProtocols& links) : links_(links) {}

  // The packet's octets after that; `altered` tells whether any differ.
  struct Redacted {
    std::vector<std::uint8_t> data;
    bool altered;
  };
  Redacted operator()(const RawPacket& packet) const;

 private:
  void blank_payload(const Decoded& packet, Octets payload) const;

  const LinkProtocols& links_;
};

}  // namespace kakoi::evidence
