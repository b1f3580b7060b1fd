// IEC 60870-5-104:2006 (with Amendment 1): telecontrol messages of IEC 60870-5-101 over TCP.
// See README.md for what is read and what is not.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::iec104 {

extern const Protocol protocol;

}  // namespace kakoi::iec104
