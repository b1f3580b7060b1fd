// SOCKS, by which a host asks a proxy for a way on (RFC 1928, RFC 1929; SOCKS 4 and 4A).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::socks {

extern const Protocol protocol;

}  // namespace kakoi::socks
