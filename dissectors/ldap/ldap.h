// LDAP (RFC 4511) and Microsoft's CLDAP (MS-ADTS §6.3.3): log-ins, and what directory servers say of themselves.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ldap {

extern const Protocol protocol;

}  // namespace kakoi::ldap
