// Mitsubishi Electric's SLMP, alias MC protocol, in 3E and 4E frames, binary and ASCII: "SLMP Reference Manual"
// (SH-080956ENG), the same messages as "MELSEC Communication Protocol Reference Manual" (SH-080008).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::slmp {

extern const Protocol protocol;

}  // namespace kakoi::slmp
