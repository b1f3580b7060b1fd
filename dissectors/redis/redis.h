// Redis' protocol RESP: log-in or none, and what the server says of itself.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::redis {

extern const Protocol protocol;

}  // namespace kakoi::redis
