#include "dissectors/tls/fingerprint.h"

#include <algorithm>

#include "dissectors/core/digest.h"

namespace kakoi::tls {

namespace {

constexpr std::uint16_t kServerName = 0, kSignatures = 13, kAlpn = 16, kVersions = 43;
constexpr std::string_view kDigits = "0123456789abcdef";

constexpr bool is_grease(std::uint16_t v) noexcept { return (v & 0x0F0F) == 0x0A0A && v >> 8 == (v & 0xFF); }

// Bounded: a hello with more of anything is like no software's.
struct List {
  std::array<std::uint16_t, 160> values{};
  std::size_t size = 0;
  bool overflow = false;
  void add(std::uint16_t v) noexcept {
    if (is_grease(v)) return;
    overflow = overflow || size == values.size();
    if (!overflow) values[size++] = v;
  }
  void add_all(ByteReader r) noexcept {
    while (r.remaining() >= 2) add(r.be16());
  }
  void sort() noexcept { std::sort(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(size)); }
};

// "002f,0035,…"
void digest(Sha256& sha, const List& list, auto&& leaves_out) noexcept {
  bool first = true;
  for (std::size_t i = 0; i < list.size; ++i) {
    const std::uint16_t v = list.values[i];
    if (leaves_out(v)) continue;
    const std::array<char, 5> text = {',', kDigits[v >> 12], kDigits[v >> 8 & 15], kDigits[v >> 4 & 15],
                                      kDigits[v & 15]};
    sha.add(std::string_view(text.data() + (first ? 1 : 0), first ? 4 : 5));
    first = false;
  }
}

void put_digest(Sha256& sha, bool empty, char* at) noexcept {
  if (empty) {
    std::fill_n(at, 12, '0');
    return;
  }
  const HexText<32> hex(sha.finish());
  std::copy_n(hex.text.begin(), 12, at);
}

void put_number(std::size_t n, char* at) noexcept {
  n = std::min<std::size_t>(n, 99);
  at[0] = static_cast<char>('0' + n / 10);
  at[1] = static_cast<char>('0' + n % 10);
}

std::string_view version_text(std::uint16_t version) noexcept {
  switch (version) {
    case 0x0304:
      return "13";
    case 0x0303:
      return "12";
    case 0x0302:
      return "11";
    case 0x0301:
      return "10";
    case 0x0300:
      return "s3";
    default:
      return "00";
  }
}

// The first and the last character of the first protocol, or of its octets' digits where they are not alphanumeric.
void put_alpn(Bytes extension, char* at) noexcept {
  ByteReader r(extension);
  r.skip(2);
  const Bytes name = r.take(r.u8());
  at[0] = at[1] = '0';
  if (!r.ok() || name.empty()) return;
  const auto is_alphanumeric = [](std::uint8_t c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  };
  const bool plain = is_alphanumeric(name.front()) && is_alphanumeric(name.back());
  at[0] = plain ? static_cast<char>(name.front()) : kDigits[name.front() >> 4];
  at[1] = plain ? static_cast<char>(name.back()) : kDigits[name.back() & 15];
}

}  // namespace

std::string_view ja4(Bytes body, Ja4& out) noexcept {
  ByteReader r(body);
  std::uint16_t version = r.be16();
  r.skip(32);
  r.skip(r.u8());
  List ciphers, extensions, signatures;
  ciphers.add_all(r.sub(r.be16()));
  r.skip(r.u8());
  bool named = false;
  Bytes alpn;
  if (r.ok() && r.remaining() > 0) {
    for (ByteReader list = r.sub(r.be16()); list.remaining() > 0;) {
      const std::uint16_t type = list.be16();
      const Bytes data = list.take(list.be16());
      if (!list.ok()) return {};
      extensions.add(type);
      ByteReader e(data);
      if (type == kServerName) named = true;
      if (type == kAlpn) alpn = data;
      if (type == kSignatures) signatures.add_all(e.sub(e.be16()));
      if (type == kVersions) {
        std::uint16_t highest = 0;
        for (ByteReader v = e.sub(e.u8()); v.remaining() >= 2;)
          if (const std::uint16_t offered = v.be16(); !is_grease(offered)) highest = std::max(highest, offered);
        if (highest != 0) version = highest;
      }
    }
  }
  if (!r.ok() || ciphers.overflow || extensions.overflow || signatures.overflow) return {};

  char* at = out.data();
  *at++ = 't';
  at = std::copy_n(version_text(version).begin(), 2, at);
  *at++ = named ? 'd' : 'i';
  put_number(ciphers.size, at);
  put_number(extensions.size, at + 2);
  put_alpn(alpn, at + 4);
  at[6] = at[19] = '_';
  Sha256 cipher_digest, extension_digest;
  ciphers.sort();
  digest(cipher_digest, ciphers, [](std::uint16_t) { return false; });
  put_digest(cipher_digest, ciphers.size == 0, at + 7);
  extensions.sort();
  digest(extension_digest, extensions, [](std::uint16_t v) { return v == kServerName || v == kAlpn; });
  if (signatures.size != 0) {
    extension_digest.add(std::string_view("_"));
    digest(extension_digest, signatures, [](std::uint16_t) { return false; });
  }
  put_digest(extension_digest, extensions.size == 0, at + 20);
  return {out.data(), out.size()};
}

}  // namespace kakoi::tls
