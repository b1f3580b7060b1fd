// Synchrophasors (IEEE C37.118-2005, C37.118.2-2011) over TCP (port 4712) and UDP (port 4713).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::synchrophasor {

extern const Protocol protocol;

}  // namespace kakoi::synchrophasor
