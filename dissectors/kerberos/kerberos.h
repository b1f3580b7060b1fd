// Kerberos 5 (RFC 4120): realm, names, and how tickets are encrypted.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::kerberos {

extern const Protocol protocol;

}  // namespace kakoi::kerberos
