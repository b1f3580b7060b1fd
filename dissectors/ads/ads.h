// Beckhoff ADS over AMS/TCP (port 48898): "TwinCAT ADS" (Beckhoff Information System), chapters AMS/TCP packet, ADS commands.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ads {

extern const Protocol protocol;

}  // namespace kakoi::ads

namespace kakoi::ads_udp {

// UDP port 48899: who is there, and the entry of routes, with user and password in clear.
extern const Protocol protocol;

}  // namespace kakoi::ads_udp
