// What a leaf certificate of a handshake says about itself (RFC 5280). Nothing is verified: a
// listener has no trust anchors and no idea what the peers accept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dissectors/core/address.h"

namespace kakoi {

struct Certificate {
  std::string subject, issuer;  // one line each, most specific part first ("CN=plc,O=Works"): RFC 2253, UTF-8
  std::string fingerprint;      // SHA-256 over the DER, hex
  std::int64_t not_before = 0, not_after = 0;  // seconds since the epoch
  bool self_signed = false;                    // names itself as issuer (its signature is not checked)
  std::vector<Address> addresses;              // iPAddress of subjectAltName (§4.2.1.6), at most kMostAddresses

  static constexpr std::size_t kMostAddresses =
      16;  // of one host; a certificate with more is many hosts', and has none here
};

// Private addresses that the host at `shown_by` says are its own: those beside `shown_by` in a certificate that it signed
// itself. What others sign is at times made for several hosts.
std::vector<Address> own_addresses(const Certificate& certificate, const Address& shown_by);

// From the DER of one certificate, at the head of `der`; nothing if it is none. Safe on any bytes.
std::optional<Certificate> read_certificate(Bytes der);

}  // namespace kakoi
