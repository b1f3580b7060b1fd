// TFTP (RFC 1350): which files are asked for, and which are sent.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::tftp {

extern const Protocol protocol;

}  // namespace kakoi::tftp
