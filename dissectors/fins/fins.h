// Omron FINS over UDP and TCP (port 9600): "CS/CJ-series Communications Commands Reference Manual" (Omron W342), section 5,
// and "Ethernet Units Operation Manual" (W421), section 7-4 (FINS/TCP).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::fins {

extern const Protocol protocol;

}  // namespace kakoi::fins

namespace kakoi::fins_tcp {

extern const Protocol protocol;

}  // namespace kakoi::fins_tcp
