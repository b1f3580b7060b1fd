// Secrets in control protocols that have passwords in some messages.
#pragma once

#include <string_view>

#include "dissectors/core/observation.h"
#include "sensor/evidence/octets.h"

namespace kakoi::evidence {

// One message of that protocol as one packet holds it, perhaps cut. Overwritten: S7 passwords, SLMP remote passwords, FINS
// protection of programs, passwords for BACnet's DeviceCommunicationControl and ReinitializeDevice, OPC UA log-ins,
// Niagara Fox messages but the greeting, passwords of MMS associations, GE SRTP log-ins, DLMS associations with
// their passwords and keys, C12.22 log-ins, what is written to tables of security, and what procedures are told.
void blank_controller(std::string_view protocol, Octets message) noexcept;

}  // namespace kakoi::evidence
