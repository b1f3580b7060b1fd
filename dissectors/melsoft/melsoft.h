// MELSOFT: what Mitsubishi Electric's engineering tools (GX Works) speak with MELSEC controllers, to all of a segment
// (ports 5560 and 5561) or to one (5006, 5007). No manual has it; what is read here is known from recordings.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::melsoft {

extern const Protocol protocol;

}  // namespace kakoi::melsoft
