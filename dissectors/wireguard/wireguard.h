// WireGuard: that a tunnel is being set up, by its handshake.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::wireguard {

extern const Protocol protocol;

}  // namespace kakoi::wireguard
