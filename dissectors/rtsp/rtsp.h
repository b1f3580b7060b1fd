// RTSP (RFC 2326, RFC 7826): who serves live pictures, to whom, and how one logs in.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::rtsp {

extern const Protocol protocol;

}  // namespace kakoi::rtsp
