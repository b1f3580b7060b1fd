// SSH: the identification lines, in clear before everything else (RFC 4253 §4.2).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ssh {

extern const Protocol protocol;

}  // namespace kakoi::ssh
