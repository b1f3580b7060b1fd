// Genisys (Union Switch & Signal, now Hitachi Rail STS; service manual SM-6700A): codes between an office or a CTC
// and wayside locations of a railway, carried over TCP.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::genisys {

extern const Protocol protocol;

}  // namespace kakoi::genisys
