// Telnet (RFC 854): log-ins typed over the wire, and whether they were let in.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::telnet {

extern const Protocol protocol;

}  // namespace kakoi::telnet
