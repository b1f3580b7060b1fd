// PROFINET IO context management (UDP port 34964): IEC 61158-6-10, clauses 4.10 and 5.2, over connectionless DCE/RPC (C706
// §12.5). See README.md.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::profinet_cm {

extern const Protocol protocol;

}  // namespace kakoi::profinet_cm
