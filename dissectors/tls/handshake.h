// The handshake messages that are in clear, as values and views.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi::tls {

// RFC 8446 §5.1, RFC 5246 §6.2.1
enum class Content : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
  heartbeat = 24
};
// RFC 8446 §4, RFC 5246 §7.4
enum class Handshake : std::uint8_t { client_hello = 1, server_hello = 2, certificate = 11 };

inline constexpr std::size_t kRecordHeader = 5;     // type, version ×2, length ×2
inline constexpr std::size_t kHandshakeHeader = 4;  // type, length ×3
// RFC 5246 §6.2.3: a record holds at most 2^14 octets, and encryption may add 2048.
inline constexpr std::size_t kMaxFragment = 16384 + 2048;

struct Hello {
  std::uint16_t version = 0;     // client: the highest offered; server: the chosen one
  std::uint16_t cipher = 0;      // server
  std::string_view server_name;  // client
  std::string_view alpn;         // client: its first choice; server: the chosen one
};

// Bodies without the four octets of handshake header; a body that is cut yields what is in it.
std::optional<Hello> parse_client_hello(Bytes body) noexcept;
std::optional<Hello> parse_server_hello(Bytes body) noexcept;
// The first certificate of a Certificate message of TLS 1.2 and older (RFC 5246 §7.4.2); empty where
// it is not there as a whole.
Bytes leaf_certificate(Bytes body) noexcept;

// SSL 2.0 CLIENT-HELLO, which old clients send to be understood by all (RFC 5246 appendix E.2):
//   80|len  len | 01 | version ×2 | cipher length ×2 | session length ×2 | challenge length ×2 | …
// Its record length; 0 where the bytes, of which eleven are needed, are none.
std::size_t ssl2_hello_length(Bytes bytes) noexcept;
std::uint16_t ssl2_hello_version(Bytes bytes) noexcept;

}  // namespace kakoi::tls
