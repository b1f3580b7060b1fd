// ZeroTier: that a node looks for a way to another, by its HELLO, the one message that is not encrypted.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::zerotier {

extern const Protocol protocol;

}  // namespace kakoi::zerotier
