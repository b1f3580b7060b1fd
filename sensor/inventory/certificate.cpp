#include "sensor/inventory/certificate.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <memory>

#include "sensor/inventory/hash.h"
#include "sensor/inventory/text.h"

namespace kakoi {

namespace {

// A TLS certificate_list entry is below 2^24 bytes (RFC 8446 §4.4.2); honest leaves are below 10 kB.
constexpr std::size_t kMaxDer = 1 << 20;
constexpr std::size_t kMaxName = 512;  // bytes of a shown name

std::string one_line(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  // RFC 2253, but characters above ASCII as UTF-8 instead of \XX
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return {};
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? to_utf8({data, static_cast<std::size_t>(size)}, kMaxName) : std::string();
}

std::int64_t seconds(const ASN1_TIME* time) {
  std::tm parts{};
  if (!time || ASN1_TIME_to_tm(time, &parts) != 1) return 0;
  return timegm(&parts);
}

std::vector<Address> addresses_of(const X509* x509) {
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(x509, NID_subject_alt_name, nullptr, nullptr)), GENERAL_NAMES_free);
  std::vector<Address> found;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_IPADD) continue;
    const Bytes octets(ASN1_STRING_get0_data(name->d.iPAddress),
                       static_cast<std::size_t>(ASN1_STRING_length(name->d.iPAddress)));
    if (octets.size() == 4) found.push_back(Address::ipv4(octets));
    if (octets.size() == 16) found.push_back(Address::ipv6(octets));
    if (found.size() > Certificate::kMostAddresses) return {};
  }
  return found;
}

}  // namespace

std::vector<Address> own_addresses(const Certificate& certificate, const Address& shown_by) {
  const std::vector<Address>& named = certificate.addresses;
  if (!certificate.self_signed || std::find(named.begin(), named.end(), shown_by) == named.end()) return {};
  std::vector<Address> own;
  for (const Address& address : named)
    if (address != shown_by && address.is_private()) own.push_back(address);
  return own;
}

std::optional<Certificate> read_certificate(Bytes der) {
  if (der.empty() || der.size() > kMaxDer) return std::nullopt;
  const unsigned char* at = der.data();
  const std::unique_ptr<X509, decltype(&X509_free)> x509(d2i_X509(nullptr, &at, static_cast<long>(der.size())),
                                                         X509_free);
  std::optional<Certificate> found;
  if (x509) {
    found.emplace();
    found->subject = one_line(X509_get_subject_name(x509.get()));
    found->issuer = one_line(X509_get_issuer_name(x509.get()));
    found->fingerprint = to_hex(Sha256().of(der.first(static_cast<std::size_t>(at - der.data()))));
    found->not_before = seconds(X509_get0_notBefore(x509.get()));
    found->not_after = seconds(X509_get0_notAfter(x509.get()));
    found->self_signed = X509_NAME_cmp(X509_get_subject_name(x509.get()), X509_get_issuer_name(x509.get())) == 0 &&
                         X509_self_signed(x509.get(), 0) != 0;
    found->addresses = addresses_of(x509.get());
  }
  ERR_clear_error();  // OpenSSL queues its complaints per thread
  return found;
}

}  // namespace kakoi
