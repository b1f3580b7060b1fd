// WS-Discovery (OASIS 1.1, and the drafts of 2005 that devices speak): who announces itself as what.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::wsd {

extern const Protocol protocol;

}  // namespace kakoi::wsd
