// What search and description responses say of the device that answers, in description information blocks (DIB):
//
//   length | type | …
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::knxnet_ip {

void state_device(Bytes blocks, const Emit& emit);

}  // namespace kakoi::knxnet_ip
