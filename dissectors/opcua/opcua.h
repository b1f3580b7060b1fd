// OPC UA over TCP with binary encoding: OPC 10000-6 (IEC 62541-6), clauses 5.2 (encoding), 6.7 and 7.1 (messages);
// services as in OPC 10000-4.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::opcua {

extern const Protocol protocol;

}  // namespace kakoi::opcua
