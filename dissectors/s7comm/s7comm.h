// Siemens S7 communication over ISO transport (port 102): S7-300, S7-400 and what speaks like them. Unpublished; see
// README.md for the sources.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::s7comm {

extern const Protocol protocol;

}  // namespace kakoi::s7comm

namespace kakoi::s7comm_plus {

// S7-1200 and S7-1500 with TIA Portal and WinCC.
extern const Protocol protocol;

}  // namespace kakoi::s7comm_plus
