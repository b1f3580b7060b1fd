// DLMS/COSEM (IEC 62056-5-3) over TCP and UDP (port 4059): in the wrapper of IEC 62056-47, or in HDLC frames (IEC 62056-46).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::dlms {

extern const Protocol protocol;

}  // namespace kakoi::dlms
