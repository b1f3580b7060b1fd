// Device attributes (group 0, IEEE 1815-2012 Annex A): the outstation's word about itself.
#pragma once

#include "dissectors/core/dissector.h"
#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

// `header` is of group 0 in a response. States what names the device.
void tell_identity(const ObjectHeader& header, const Emit& emit);

}  // namespace kakoi::dnp3
