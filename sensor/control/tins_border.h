// The only place where exceptions of libtins are caught.
#pragma once

#include <tins/exceptions.h>

#include <exception>

#include "dissectors/core/dissector.h"

namespace kakoi {

// Runs `parse`, which may use libtins. What libtins refuses is malformed: an Anomaly, unless the
// message was cut in capture, for which its sender can't be blamed.
template <typename Parse>
void within_tins_border(const Emit& emit, bool complete, Parse&& parse) noexcept {
  Fault fault = Fault::truncated;  // Tins::malformed_packet: a field runs past the end
  try {
    return parse();
  } catch (const Tins::malformed_option&) {
    fault = Fault::bad_value;
  } catch (const std::exception&) {
  }
  if (complete) emit(Anomaly{fault, 0});
}

}  // namespace kakoi
