// ECHONET Lite (ISO/IEC 14543-4-3), over UDP and TCP, port 3610: controllers and devices of Japanese homes and buildings.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::echonet_lite {

extern const Protocol protocol;

}  // namespace kakoi::echonet_lite
