// KNXnet/IP (ISO 22510, EN 13321-2), over UDP and TCP, port 3671: tunnels into a KNX installation, routing between its lines,
// management of interfaces and of the devices behind them.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::knxnet_ip {

extern const Protocol protocol;

}  // namespace kakoi::knxnet_ip
