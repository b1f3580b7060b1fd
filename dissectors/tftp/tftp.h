// TFTP (RFC 1350): which files are asked for, and which are sent.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::tftp {

extern const Protocol protocol;

}  // namespace kakoi::tftp

// The transfer, between the port that asked and one that the server chose (§4).
namespace kakoi::tftp_data {

extern const Protocol protocol;

}  // namespace kakoi::tftp_data
