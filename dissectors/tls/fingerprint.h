// JA4, the fingerprint of a ClientHello that does not depend on the order of its extensions (FoxIO, "JA4: TLS Client
// Fingerprinting"): which software speaks TLS. Equal values mean the same way of speaking, and say no name.
//
//   t13d1516h2_8daaf6152771_e5627efa2ab1
//   transport, version, d: to a name, i: to an address, ciphers, extensions, ALPN _ ciphers _ extensions and signatures
#pragma once

#include <array>
#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi::tls {

using Ja4 = std::array<char, 36>;
// `body`: a whole ClientHello without its handshake header. Empty if it can't be read to its end.
std::string_view ja4(Bytes body, Ja4& out) noexcept;

}  // namespace kakoi::tls
