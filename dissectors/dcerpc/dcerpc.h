// DCE/RPC over TCP (C706 §12, MS-RPCE): who logs in how at DCOM, OPC Classic and Windows' other services, and what is
// called there.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::dcerpc {

extern const Protocol protocol;

}  // namespace kakoi::dcerpc
