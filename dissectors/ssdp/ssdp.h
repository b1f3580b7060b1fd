// SSDP (UPnP Device Architecture 2.0 §1): which devices announce themselves.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ssdp {

extern const Protocol protocol;

}  // namespace kakoi::ssdp
