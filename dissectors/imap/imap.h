// IMAP (RFC 9051, RFC 3501): banner, identification and log-ins.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::imap {

extern const Protocol protocol;

}  // namespace kakoi::imap
