// SMTP (RFC 5321): banner, the client's name, log-ins.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::smtp {

extern const Protocol protocol;

}  // namespace kakoi::smtp
