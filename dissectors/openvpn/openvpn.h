// OpenVPN over UDP and TCP: that a tunnel is being set up, by the resets that begin it.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::openvpn {

extern const Protocol protocol;

}  // namespace kakoi::openvpn
