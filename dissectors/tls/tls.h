// TLS and SSL 3 handshakes over TCP, as far as they are in clear: versions, cipher suite, names and
// the server's certificate.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::tls {

extern const Protocol protocol;

}  // namespace kakoi::tls
