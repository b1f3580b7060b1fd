// RDP connection requests (MS-RDPBCGR §2.2.1): which security was agreed on, and the client's name where it is in clear.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::rdp {

extern const Protocol protocol;

}  // namespace kakoi::rdp
