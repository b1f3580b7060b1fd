// NTP and SNTP: who takes the time from whom.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ntp {

extern const Protocol protocol;

}  // namespace kakoi::ntp
