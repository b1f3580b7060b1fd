// Secrets in protocols made of lines. Each function gets the payload of one packet, knows nothing of
// the packets before it, and keeps only what it recognises as harmless: what may be the rest of a line
// that began in another packet is overwritten.
#pragma once

#include "dissectors/core/observation.h"
#include "sensor/evidence/octets.h"

namespace kakoi::evidence {

// RFC 9112. Kept: the first line without query and user information, names of header fields, values
// of harmless ones. Overwritten: every other value (Authorization, Cookie …), every body, and a
// segment that begins no message.
void blank_http(Octets payload) noexcept;

// RFC 959. Kept of the client: commands known not to hold secrets; of the server: replies.
void blank_ftp(Octets payload, Role speaker) noexcept;

// RFC 854. Kept: negotiation, line ends, and of the server the words by which a log-in is recognised
// (its prompts and its outcome). Overwritten: all that the client types, and all that may be its echo.
void blank_telnet(Octets payload, Role speaker) noexcept;

}  // namespace kakoi::evidence
