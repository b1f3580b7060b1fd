// SoftEther VPN: that a client looks for a way through UDP port 53, beside its session in TLS.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::softether {

extern const Protocol protocol;

}  // namespace kakoi::softether
