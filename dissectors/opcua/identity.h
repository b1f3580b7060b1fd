// What applications say of themselves (OPC 10000-4, 7.2 ApplicationDescription, 7.14 EndpointDescription).
#pragma once

#include "dissectors/core/dissector.h"
#include "dissectors/opcua/encoding.h"

namespace kakoi::opcua {

// A server's endpoints, from their number on: who it is, and its certificate.
void state_endpoints(ByteReader& r, const Emit& emit);
// The applications that a server knows of, from their number on: itself, where there is one only.
void state_servers(ByteReader& r, const Emit& emit);
// A client's description in CreateSession.
void state_client(ByteReader& r, const Emit& emit);

}  // namespace kakoi::opcua
