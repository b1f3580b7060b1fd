// Secrets in protocols of office networks: file sharing, remote access, directories, mail, messaging. Each function
// gets the payload of one packet; only what is known to hold no secret is kept, so that hashes of passwords, tickets,
// keystrokes, mail and logs never leave.
#pragma once

#include <string_view>

#include "dissectors/core/observation.h"
#include "sensor/evidence/octets.h"

namespace kakoi::evidence {

// False where `protocol` is none of these.
bool blank_office(std::string_view protocol, Octets payload, Role speaker) noexcept;

}  // namespace kakoi::evidence
