// MQTT 3.1, 3.1.1 and 5 (OASIS): who connects, with which credentials, and whether the broker lets him in.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::mqtt {

extern const Protocol protocol;

}  // namespace kakoi::mqtt
