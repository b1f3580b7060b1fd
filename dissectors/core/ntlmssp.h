// NTLMSSP messages (MS-NLMP §2.2.1), which SMB, HTTP, LDAP, RPC and others carry: what a server says of itself in
// its challenge, and who logs in how. Responses (hashes) are measured, never stated.
//
//   "NTLMSSP\0" | type le32 | … fields { length le16, maximum le16, offset le32 } … | flags | version ×8 | payload
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ntlm {

enum class Message : std::uint8_t { none = 0, negotiate = 1, challenge = 2, authenticate = 3 };
// Of an authenticate message. ntlm_v1: also with extended session security ("NTLM2").
enum class LogOn : std::uint8_t { unknown, anonymous, lm, ntlm_v1, ntlm_v2 };

struct Seen {
  Message message = Message::none;
  LogOn log_on = LogOn::unknown;
};

// Reads the first NTLMSSP message within `token` (SPNEGO may be around it) and states its identities: of a challenge
// the speaker's names, domain and version; of an authenticate message the workstation and the account.
Seen observe(Bytes token, const Emit& emit);

// "log-in by NTLMv1": the name of the operation for a LogOn; "" for other numbers.
std::string_view log_on_name(std::uint32_t log_on) noexcept;

// "Windows NT 6.1 build 7601" into `out` (32 octets are enough).
std::string_view windows_version(unsigned major, unsigned minor, unsigned build, std::span<char> out) noexcept;

}  // namespace kakoi::ntlm
