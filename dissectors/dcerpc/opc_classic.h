// OPC Classic: OPC Data Access, Historical Data Access, Alarms and Events. DCE/RPC by its octets; which it is, the
// interfaces tell that are called, so that no flow begins as this protocol (Interest::named).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::opc_classic {

extern const Protocol protocol;

}  // namespace kakoi::opc_classic
