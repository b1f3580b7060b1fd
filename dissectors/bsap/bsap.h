// BSAP (Bristol Standard Asynchronous/Synchronous Protocol; Bristol Babcock, now Emerson; manual D4052): ControlWave and
// other RTUs of water, gas and oil. Over UDP as datagrams of its own, or as the serial line's frames.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::bsap {

extern const Protocol protocol;

}  // namespace kakoi::bsap
