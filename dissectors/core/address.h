// One 16-byte value for every kind of address that traffic names: MAC, IPv4 and IPv6.
// IPv4 is held as its IPv4-mapped IPv6 address (RFC 4291 §2.5.5.2), a MAC under a prefix that no
// IPv6 address uses (all ones in the upper half), so that one comparison and one hash serve all.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dissectors/core/bytes.h"

namespace kakoi {

enum class AddressKind : std::uint8_t { none, mac, ipv4, ipv6 };

struct Address {
  std::uint64_t hi = ~std::uint64_t{0};  // the default is no address at all
  std::uint64_t lo = ~std::uint64_t{0};

  static constexpr std::uint64_t kMacPrefix = ~std::uint64_t{0};
  static constexpr std::uint64_t kMappedPrefix = 0x0000'FFFF'0000'0000;

  // Each takes at least 6, 4 or 16 bytes in network order.
  static constexpr Address mac(Bytes b) noexcept { return {kMacPrefix, ByteReader(b.first(6)).be32() * 0x10000ull + ByteReader(b.subspan(4, 2)).be16()}; }
  static constexpr Address ipv4(Bytes b) noexcept { return ipv4(ByteReader(b.first(4)).be32()); }
  static constexpr Address ipv4(std::uint32_t host_order) noexcept { return {0, kMappedPrefix | host_order}; }
  // None for ffff:ffff:ffff:ffff::/64, which is no address that anybody has (scope F, RFC 4291 §2.7).
  static constexpr Address ipv6(Bytes b) noexcept {
    const std::uint64_t prefix = ByteReader(b.first(8)).be64();
    return prefix == kMacPrefix ? Address{} : Address{prefix, ByteReader(b.subspan(8, 8)).be64()};
  }

  constexpr bool is_mac() const noexcept { return hi == kMacPrefix && lo >> 48 == 0; }
  constexpr bool is_ipv4() const noexcept { return hi == 0 && lo >> 32 == 0xFFFF; }
  constexpr bool is_none() const noexcept { return hi == kMacPrefix && lo >> 48 != 0; }
  constexpr AddressKind kind() const noexcept {
    if (is_ipv4()) return AddressKind::ipv4;
    if (is_mac()) return AddressKind::mac;
    return is_none() ? AddressKind::none : AddressKind::ipv6;
  }
  constexpr bool is_ip() const noexcept { return hi != kMacPrefix; }
  // Host byte order; only for IPv4.
  constexpr std::uint32_t v4() const noexcept { return static_cast<std::uint32_t>(lo); }

  // Group bit of a MAC, 224/4 and ff00::/8.
  bool is_multicast() const noexcept;
  // ff:ff:ff:ff:ff:ff and 255.255.255.255 (a directed broadcast depends on the subnet: not here).
  bool is_broadcast() const noexcept;
  // Reachable from the internet by its number alone: not private, shared, link-local, loopback,
  // documentation, multicast or otherwise special (IANA special-purpose registries).
  bool is_global() const noexcept;
  // 10/8, 172.16/12, 192.168/16 (RFC 1918) and fc00::/7 (RFC 4193).
  bool is_private() const noexcept;
  bool is_link_local() const noexcept;  // 169.254/16, fe80::/10
  bool is_loopback() const noexcept;
  // 0.0.0.0 and ::.
  bool is_unspecified() const noexcept;
  // May a network card have it, and be told from others by it? Not: unspecified, group, loopback, link-local.
  bool may_be_of_host() const noexcept;
  // The upper three octets of a MAC as a number.
  constexpr std::uint32_t oui() const noexcept { return static_cast<std::uint32_t>(lo >> 24) & 0xFFFFFF; }

  auto operator<=>(const Address&) const = default;
};

// "00:1d:9c:c8:13:a1", "192.0.2.7", "2001:db8::1" (RFC 5952); "" for none.
std::string to_string(const Address& address);
// The reverse of to_string; also takes '-' between the octets of a MAC.
std::optional<Address> parse_address(std::string_view text);

// Drawn when the process starts. Keys of tables come from hostile traffic: were the hash known, somebody could send
// ten thousand addresses that share one, and each look-up would walk along all of them. What hashed tables hold never
// comes out in their order.
struct HashSecret {
  std::uint64_t left, right;
};
extern const HashSecret hash_secret;

// For tables: both halves of a product whose factors nobody outside knows.
inline std::uint64_t mix(std::uint64_t h, std::uint64_t v) noexcept {
  __extension__ using Product = unsigned __int128;
  const Product product = Product{h ^ hash_secret.left} * (v ^ hash_secret.right);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}
// The same in every process: for what shows in results, such as which shard a conversation goes to.
constexpr std::uint64_t steady_mix(std::uint64_t h, std::uint64_t v) noexcept {
  h ^= v;
  h *= 0x9E37'79B9'7F4A'7C15ull;
  return h ^ h >> 29;
}

struct AddressHash {
  std::size_t operator()(const Address& a) const noexcept { return mix(a.hi, a.lo); }
};

}  // namespace kakoi
