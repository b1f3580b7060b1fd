// SNMP messages over UDP: communities in clear, what agents say of themselves, and operations.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::snmp {

extern const Protocol protocol;

}  // namespace kakoi::snmp
