// What frames of GOOSE and sampled values have in common (IEC 61850-8-1 annex C, 61850-9-2 annex C): a header, and one PDU.
#pragma once

#include <optional>

#include "dissectors/core/der.h"
#include "sensor/control/control.h"

namespace kakoi {

struct Iec61850Frame {
  bool is_cut = false;         // by the snap length
  bool is_simulation = false;  // bit S of the header
  der::Element pdu;
};

// `tag`: of the PDU that is expected. What is damaged is told as an anomaly; nothing where there is no such PDU.
std::optional<Iec61850Frame> read_iec61850_frame(const Decoded& packet, Bytes payload, std::uint8_t tag,
                                                 const Emit& emit) noexcept;

}  // namespace kakoi
