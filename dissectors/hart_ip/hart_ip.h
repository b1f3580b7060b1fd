// HART-IP over UDP and TCP (port 5094): IEC 62591 annex, FieldComm TS20085; HART commands of TS20127 (universal commands).
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::hart_ip {

extern const Protocol protocol;

}  // namespace kakoi::hart_ip
