// Detached Ed25519 signatures (RFC 8032): 64 octets over a file's bytes. OpenSSL checks the same:
//   openssl pkeyutl -verify -rawin -pubin -inkey public.pem -in manifest.json -sigfile manifest.json.sig
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct evp_pkey_st;

namespace kakoi::cli {

using SignatureKey = std::shared_ptr<evp_pkey_st>;

// PEM (PKCS #8, SubjectPublicKeyInfo), not encrypted. Throw InputError.
SignatureKey read_private_key(const std::filesystem::path& path);
SignatureKey read_public_key(const std::filesystem::path& path);

std::string sign(const SignatureKey& key, std::string_view text);  // throws std::bad_alloc if OpenSSL fails
bool is_signed(const SignatureKey& key, std::string_view text, std::string_view signature);

}  // namespace kakoi::cli
