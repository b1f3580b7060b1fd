// Tokens of GSS-API (RFC 2743 §3.1), which SMB, RPC and others carry.
#pragma once

#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi::gssapi {

// A log-in by Kerberos: the mechanism, then the token's own two octets, 01 00 for AP-REQ (RFC 4121 §4.1).
inline bool holds_kerberos_request(Bytes token) noexcept {
  constexpr std::string_view kMechanism("\x2A\x86\x48\x86\xF7\x12\x01\x02\x02\x01\x00", 11);
  return as_text(token).find(kMechanism) != std::string_view::npos;
}

}  // namespace kakoi::gssapi
