// ANSI C12.22 (IEEE 1703) over TCP and UDP, port 1153: what is read from meters and written to them, by tables (C12.19).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::c1222 {

extern const Protocol protocol;

}  // namespace kakoi::c1222
