// The addresses that a Windows host tells whoever asks where its objects are: a DUALSTRINGARRAY (MS-DCOM §2.2.19.1).
//
//   maximum le32 | entries le16 | security offset le16 | string bindings … 00 00 | security bindings … 00 00
//   string binding   tower le16 | address, UTF-16LE … 00 00     "SCADA1", "192.168.10.5", "10.0.0.5[49664]"
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::dcerpc {

// The first such array in an answer's octets, little-endian, from its maximum to its end; empty: there is none. What does
// not hold together in every octet is none.
Bytes find_string_bindings(Bytes stub) noexcept;
// States what it says of TCP: the speaker's addresses (but loopback and link-local ones) and its name.
void state_string_bindings(Bytes stub, const Emit& emit);

}  // namespace kakoi::dcerpc
