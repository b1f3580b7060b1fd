// L2TP version 2 over UDP: that a tunnel is being set up, by its control messages.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::l2tp {

extern const Protocol protocol;

}  // namespace kakoi::l2tp
