// DNP3 (IEEE 1815-2012) over TCP and UDP (clause 13): link frames, transport segments, application
// fragments and their object headers.
// Not here: point values, and the cryptography of Secure Authentication (its messages are told by name).
//
//   05 64 | length | control | destination ×2 | source ×2 | CRC ×2 | block ≤16, CRC ×2 | …
//                    '------------ counted by length, CRCs excepted, user data included ---->
//   user data = transport octet (FIN FIR sequence) | part of an application fragment
//   fragment  = application control | function code | IIN ×2 (responses) | object headers and objects
//
// A PDU of the sensor is one link frame. All multi-octet fields are little-endian.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::dnp3 {

extern const Protocol protocol;

}  // namespace kakoi::dnp3
