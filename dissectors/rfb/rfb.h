// RFB, the protocol of VNC (RFC 6143): version, security type and its outcome, name of the desktop.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::rfb {

extern const Protocol protocol;

}  // namespace kakoi::rfb
