// EtherNet/IP: encapsulation (port 44818) with CIP inside, and implicit I/O (UDP port 2222).
// Standards: CIP Networks Library (ODVA), volume 1 (CIP, edition 3.x) and volume 2 (EtherNet/IP adaptation). See README.md.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::enip {

extern const Protocol protocol;

}  // namespace kakoi::enip

namespace kakoi::enip_io {

extern const Protocol protocol;

}  // namespace kakoi::enip_io
