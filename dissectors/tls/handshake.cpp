#include "dissectors/tls/handshake.h"

#include <algorithm>

namespace kakoi::tls {

namespace {

enum class Extension : std::uint16_t { server_name = 0, alpn = 16, supported_versions = 43 };

// RFC 8701: values 0x0A0A, 0x1A1A … are sent to keep servers tolerant, and mean nothing.
constexpr bool is_grease(std::uint16_t v) noexcept { return (v & 0x0F0F) == 0x0A0A && v >> 8 == (v & 0xFF); }
// Drafts of TLS 1.3 (0x7Fxx, and Facebook's 0xFBxx) are neither above nor below the versions here.
constexpr bool is_published(std::uint16_t v) noexcept { return v >= 0x0300 && v <= 0x0304; }

// RFC 6066 §3: list of (type, name); 0 is host_name.
std::string_view host_name(ByteReader r) noexcept {
  r.skip(2);
  while (r.remaining() >= 3) {
    const std::uint8_t type = r.u8();
    const Bytes name = r.take(r.be16());
    if (type == 0 && r.ok()) return as_text(name);
  }
  return {};
}

// RFC 7301 §3.1: list of length-prefixed names.
std::string_view first_protocol(ByteReader r) noexcept {
  r.skip(2);
  return as_text(r.take(r.u8()));
}

template <typename Each>
void for_each_extension(ByteReader& r, Each each) noexcept {
  r.skip(2);  // length of all: what is there counts, since the message may be cut
  while (r.remaining() >= 4) {
    const std::uint16_t type = r.be16();
    const Bytes data = r.take(r.be16());
    if (!r.ok()) return;
    each(static_cast<Extension>(type), data);
  }
}

}  // namespace

std::optional<Hello> parse_client_hello(Bytes body) noexcept {
  ByteReader r(body);
  Hello hello;
  hello.version = r.be16();
  r.skip(32);  // random
  if (!r.ok() || hello.version >> 8 != 3) return {};
  r.skip(r.u8());    // session id
  r.skip(r.be16());  // cipher suites
  r.skip(r.u8());    // compression methods
  for_each_extension(r, [&hello](Extension type, Bytes data) {
    ByteReader e(data);
    if (type == Extension::server_name) hello.server_name = host_name(e);
    if (type == Extension::alpn) hello.alpn = first_protocol(e);
    if (type == Extension::supported_versions) {  // RFC 8446 §4.2.1: overrides the older field
      std::uint16_t highest = 0;
      for (ByteReader versions = e.sub(e.u8()); versions.remaining() >= 2;)
        if (const std::uint16_t v = versions.be16(); is_published(v) && !is_grease(v)) highest = std::max(highest, v);
      if (highest != 0) hello.version = highest;
    }
  });
  return hello;
}

std::optional<Hello> parse_server_hello(Bytes body) noexcept {
  ByteReader r(body);
  Hello hello;
  hello.version = r.be16();
  r.skip(32);      // random
  r.skip(r.u8());  // session id
  hello.cipher = r.be16();
  r.skip(1);  // compression method
  if (!r.ok() || hello.version >> 8 != 3) return {};
  for_each_extension(r, [&hello](Extension type, Bytes data) {
    ByteReader e(data);
    if (type == Extension::alpn) hello.alpn = first_protocol(e);
    if (type == Extension::supported_versions && data.size() == 2) hello.version = e.be16();
  });
  return hello;
}

Bytes leaf_certificate(Bytes body) noexcept {
  ByteReader r(body);
  r.skip(3);  // length of the chain
  return r.take(r.be24());
}

std::size_t ssl2_hello_length(Bytes bytes) noexcept {
  ByteReader r(bytes);
  const std::uint16_t head = r.be16();
  const std::size_t length = head & 0x7FFF;
  const std::uint8_t type = r.u8();
  const std::uint16_t version = r.be16();
  const std::size_t ciphers = r.be16(), session = r.be16(), challenge = r.be16();
  if (!r.ok() || (head & 0x8000) == 0 || type != 1) return 0;
  if (version != 0x0002 && !is_published(version)) return 0;
  const bool fits = ciphers > 0 && ciphers % 3 == 0 && (session == 0 || session == 16) && challenge >= 16 &&
                    challenge <= 32 && length == 9 + ciphers + session + challenge;
  return fits ? 2 + length : 0;
}

std::uint16_t ssl2_hello_version(Bytes bytes) noexcept {
  ByteReader r(bytes);
  r.skip(3);
  return r.be16();
}

}  // namespace kakoi::tls
