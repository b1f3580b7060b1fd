// PPTP's control connection: that a tunnel is being set up.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::pptp {

extern const Protocol protocol;

}  // namespace kakoi::pptp
