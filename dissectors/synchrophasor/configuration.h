// What a configuration frame tells of a stream and of the PMUs in it (C37.118.2-2011, clause 6.4).
#pragma once

#include <cstdint>

#include "dissectors/synchrophasor/frame.h"

namespace kakoi::synchrophasor {

struct Configuration {
  Type type = Type::configuration_2;
  std::uint8_t version = 1;
  std::uint16_t stream = 0;  // IDCODE of the frame
  Bytes content;             // between FRACSEC and CHK
  bool cut = false;          // by the snap length
};

// False: what it counts does not fill it. Then nothing is stated.
bool state_configuration(const Configuration& configuration, const Emit& emit);

}  // namespace kakoi::synchrophasor
