// Syslog over UDP (RFC 3164, RFC 5424, RFC 5426): which host reports.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::syslog {

extern const Protocol protocol;

}  // namespace kakoi::syslog
