#include "sensor/inventory/secret.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <new>

#include "sensor/inventory/hash.h"

namespace kakoi {

std::string SecretKeeper::fingerprint(std::string_view secret) const {
  if (secret.empty()) return {};
  std::uint8_t code[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const Bytes bytes = as_bytes(secret);
  if (!HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()), bytes.data(), bytes.size(), code, &size))
    throw std::bad_alloc();
  return to_hex(Bytes(code, 8));
}

std::string mask(std::string_view secret) { return secret.empty() ? "" : "********"; }

}  // namespace kakoi
