#include "sensor/cli/signature.h"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <new>

#include "sensor/cli/judge.h"

namespace kakoi::cli {
namespace {

using Context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using Read = EVP_PKEY* (*)(BIO*, EVP_PKEY**, pem_password_cb*, void*);

const unsigned char* octets(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

SignatureKey read_key(const std::filesystem::path& path, Read read, const char* kind) {
  const std::string text = read_file(path);
  const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                      BIO_free);
  const auto no_password = [](char*, int, int, void*) { return 0; };  // nobody may be there to be asked
  SignatureKey key(bio ? read(bio.get(), nullptr, no_password, nullptr) : nullptr, EVP_PKEY_free);
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
    throw InputError(path.string() + ": no unencrypted Ed25519 " + kind + " key in PEM");
  return key;
}

}  // namespace

SignatureKey read_private_key(const std::filesystem::path& path) {
  return read_key(path, PEM_read_bio_PrivateKey, "private");
}
SignatureKey read_public_key(const std::filesystem::path& path) {
  return read_key(path, PEM_read_bio_PUBKEY, "public");
}

std::string sign(const SignatureKey& key, std::string_view text) {
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(text),
                     text.size()) != 1)
    throw std::bad_alloc();
  return signature;
}

bool is_signed(const SignatureKey& key, std::string_view text, std::string_view signature) {
  const Context context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return context && EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(text), text.size()) == 1;
}

}  // namespace kakoi::cli
