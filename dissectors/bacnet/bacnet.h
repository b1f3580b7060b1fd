// BACnet/IP: ANSI/ASHRAE 135-2020, annex J (BVLL over UDP), clause 6 (network layer), clauses 20 and 21 (APDUs).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::bacnet {

extern const Protocol protocol;

}  // namespace kakoi::bacnet
