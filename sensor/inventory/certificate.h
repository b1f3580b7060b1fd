// What a leaf certificate of a handshake says about itself (RFC 5280). Nothing is verified: a
// listener has no trust anchors and no idea what the peers accept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dissectors/core/bytes.h"

namespace kakoi {

struct Certificate {
  std::string subject, issuer;  // one line each, most specific part first ("CN=plc,O=Works"): RFC 2253, UTF-8
  std::string fingerprint;      // SHA-256 over the DER, hex
  std::int64_t not_before = 0, not_after = 0;  // seconds since the epoch
  bool self_signed = false;                    // names itself as issuer (its signature is not checked)
};

// From the DER of one certificate, at the head of `der`; nothing if it is none. Safe on any bytes.
std::optional<Certificate> read_certificate(Bytes der);

}  // namespace kakoi
