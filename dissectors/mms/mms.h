// MMS over ISO transport (port 102), as IEC 61850 uses it: ISO 9506-2 (messages), ISO 8327-1 and 8823-1 (session and
// presentation around them), IEC 61850-8-1.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::mms {

extern const Protocol protocol;

}  // namespace kakoi::mms
