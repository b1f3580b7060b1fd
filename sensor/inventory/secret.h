// What is kept of a secret that passed in clear: that it was there, and a keyed fingerprint by which
// equal secrets can be told equal. The secret itself is never stored.
#pragma once

#include <string>
#include <string_view>

namespace kakoi {

// Used where the operator sets none. It is public, so fingerprints made with it hide a secret from
// the reader of a report, but not from somebody who tries likely passwords; a site that hands
// its database around sets its own key. Databases can be compared and merged if their keys agree.
inline constexpr std::string_view kDefaultSecretKey = "kakoi/secret-fingerprint/v1";

class SecretKeeper {
 public:
  explicit SecretKeeper(std::string key = std::string(kDefaultSecretKey)) : key_(std::move(key)) {}

  // The first 16 hex digits of HMAC-SHA-256(key, secret) (RFC 2104, FIPS 180-4); "" for "".
  // The same key and secret give the same fingerprint, in every run and on every machine.
  std::string fingerprint(std::string_view secret) const;

 private:
  std::string key_;
};

// "********" whatever the secret, so that not even its length shows; "" for "".
std::string mask(std::string_view secret);

}  // namespace kakoi
