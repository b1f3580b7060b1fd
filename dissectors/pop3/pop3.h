// POP3 (RFC 1939): banner and log-ins.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::pop3 {

extern const Protocol protocol;

}  // namespace kakoi::pop3
