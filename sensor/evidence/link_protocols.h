// Which protocol a packet belongs to, as the inventory's links tell: by content, of the conversation as
// a whole, which one packet alone could not show.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "sensor/decode/packet.h"
#include "sensor/inventory/database.h"
#include "sensor/inventory/observed.h"

namespace kakoi::evidence {

struct Spoken {
  std::string_view protocol;  // as in link.protocol; "" not known, or more than one
  Role speaker = Role::client;
};

class LinkProtocols {
 public:
  explicit LinkProtocols(Database& inventory);
  Spoken of(const Decoded& packet) const;

 private:
  std::unordered_map<LinkKey, std::string, LinkKeyHash> protocols_;  // vlan 0: links of all VLANs
};

}  // namespace kakoi::evidence
