// Secrets in binary protocols. Each function gets one message as one packet holds it, perhaps cut.
#pragma once

#include "dissectors/core/observation.h"
#include "sensor/evidence/octets.h"

namespace kakoi::evidence {

// RFC 1157, 3416, 3412. Overwritten: the community, wherever it stands; of version 3 what authenticates and
// the encrypted part's salt; values of octet strings outside the group `system`. All, where it can't be read.
void blank_snmp(Octets message) noexcept;

// IEEE 1815, one link frame: the objects of a log-in to a file (function 29, g70v2), a file's contents (g70v5),
// and frames that go on with an earlier one. Block CRCs are made anew.
void blank_dnp3(Octets frame) noexcept;
void blank_iec104(Octets apdu) noexcept;  // IEC 60870-5-104: segments of files (type 125)
// `function`: where the function code stands. UMAS (function 90): blocks of programs and memory, what reserves a
// controller, and all answers, which do not tell what they answer.
void blank_modbus(Octets message, std::size_t function, Role speaker) noexcept;

// Options of a maker's own, which provision devices, and those that authenticate; what follows the last option.
void blank_dhcp(Octets message) noexcept;    // RFC 2132 §8.4, RFC 3118, RFC 3925
void blank_dhcpv6(Octets message) noexcept;  // RFC 8415 §21.11, §21.17; all that is relayed

void blank_ntp(Octets message) noexcept;   // control and private messages (modes 6, 7), authenticators
void blank_rip(Octets message) noexcept;   // RFC 2453 §4.1: authentication entries
void blank_hsrp(Octets message) noexcept;  // RFC 2281 §5: authentication data; version 2: its TLV

// Payloads of IP. These say where a checksum stands that covers the message, or kNoChecksum.
inline constexpr std::size_t kNoChecksum = ~std::size_t{0};
std::size_t blank_icmp(Octets message) noexcept;    // echo data, and of a quoted packet all but 8 octets of payload
std::size_t blank_icmpv6(Octets message) noexcept;  // the same
std::size_t blank_ospf(Octets message) noexcept;  // RFC 2328 §D.3: the simple password, which its checksum leaves out
std::size_t blank_vrrp(Octets message) noexcept;  // RFC 2338 §5.3.10: authentication data of version 2

}  // namespace kakoi::evidence
