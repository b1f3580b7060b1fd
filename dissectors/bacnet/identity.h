// What a device says of itself: I-Am (clause 16.10), I-Have (16.9) and properties of its device object (clause 12.11).
#pragma once

#include "dissectors/bacnet/encoding.h"
#include "dissectors/core/dissector.h"

namespace kakoi::bacnet {

// Who is meant: the speaker, the device whose datagram was forwarded, or one behind the speaker on another network.
struct About {
  Subject subject{};
  bool is_routed = false;
};

void state_i_am(Bytes service, const About& about, const Emit& emit);
void state_i_have(Bytes service, const About& about, const Emit& emit);  // of its device object
// The data of complex acknowledgements of ReadProperty and ReadPropertyMultiple.
void state_property(Bytes service, const About& about, const Emit& emit);
void state_properties(Bytes service, const About& about, const Emit& emit);

}  // namespace kakoi::bacnet
