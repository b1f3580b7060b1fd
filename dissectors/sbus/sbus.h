// SAIA S-Bus over UDP (Ether-S-Bus, port 5050), and the transfers between controllers and remote inputs and outputs
// (Ether-S-I/O, port 6060).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::sbus {

extern const Protocol protocol;

}  // namespace kakoi::sbus

namespace kakoi::ether_s_io {

extern const Protocol protocol;

}  // namespace kakoi::ether_s_io
