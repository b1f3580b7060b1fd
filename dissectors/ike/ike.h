// IKE and ISAKMP: who negotiates IPsec with whom.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ike {

extern const Protocol protocol;

}  // namespace kakoi::ike
