// Tailscale: that two of its nodes look for a way to each other, by their discovery messages.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::tailscale {

extern const Protocol protocol;

}  // namespace kakoi::tailscale
