#include "dissectors/core/address.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <random>

namespace kakoi {

namespace {
HashSecret drawn() {
  std::random_device device;
  const auto word = [&] { return std::uint64_t{device()} << 32 | device(); };
  return {word(), word()};
}
}  // namespace
// before any table is made, also of those that live as long as the program
__attribute__((init_priority(101))) const HashSecret hash_secret = drawn();

namespace {
struct Range4 {
  std::uint32_t base;
  unsigned bits;
};
constexpr bool in(std::uint32_t ip, Range4 r) noexcept { return ((ip ^ r.base) >> (32 - r.bits)) == 0; }

// IANA IPv4 Special-Purpose Address Registry (RFC 6890 and updates), "Globally Reachable: False",
// plus multicast and the former class E. 0/8 holds 0.0.0.0.
constexpr Range4 kSpecial4[] = {
    {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16}, {0xAC100000, 12},
    {0xC0000000, 24}, {0xC0000200, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xC6336400, 24}, {0xCB007100, 24},
    {0xE0000000, 4},  {0xF0000000, 4},
};
}  // namespace

bool Address::is_multicast() const noexcept {
  if (is_mac()) return (lo >> 40 & 1) != 0 && !is_broadcast();
  if (is_ipv4()) return in(v4(), {0xE0000000, 4});
  return hi >> 56 == 0xFF && hi != kMacPrefix;
}
bool Address::is_broadcast() const noexcept {
  return is_mac() ? lo == 0xFFFF'FFFF'FFFF : is_ipv4() && v4() == 0xFFFF'FFFF;
}
bool Address::is_global() const noexcept {
  if (is_ipv4()) {
    for (const Range4 r : kSpecial4)
      if (in(v4(), r)) return false;
    return true;
  }
  if (!is_ip()) return false;
  // Global unicast is 2000::/3 (RFC 4291 §2.4) less documentation, Teredo's and ORCHID's own use.
  if (hi >> 61 != 1) return false;
  const auto top32 = static_cast<std::uint32_t>(hi >> 32);
  if (top32 == 0x20010DB8) return false;           // 2001:db8::/32 documentation (RFC 3849)
  if (hi >> 44 == 0x3FFF0) return false;           // 3fff::/20 documentation (RFC 9637)
  if (top32 >> 9 == 0x20010000 >> 9 && top32 != 0x20010000) return false;  // 2001::/23 protocol assignments but Teredo
  return true;
}
bool Address::is_private() const noexcept {
  if (is_ipv4()) return in(v4(), {0x0A000000, 8}) || in(v4(), {0xAC100000, 12}) || in(v4(), {0xC0A80000, 16});
  return is_ip() && hi >> 57 == 0xFC >> 1;
}
bool Address::is_link_local() const noexcept {
  return is_ipv4() ? in(v4(), {0xA9FE0000, 16}) : is_ip() && hi >> 54 == 0xFE80 >> 6;
}
bool Address::is_loopback() const noexcept { return is_ipv4() ? in(v4(), {0x7F000000, 8}) : hi == 0 && lo == 1; }
bool Address::is_unspecified() const noexcept { return is_ipv4() ? v4() == 0 : hi == 0 && lo == 0; }
bool Address::may_be_of_host() const noexcept {
  return is_ip() && !is_unspecified() && !is_multicast() && !is_broadcast() && !is_link_local() && !is_loopback();
}

std::string to_string(const Address& a) {
  char text[INET6_ADDRSTRLEN] = "";
  switch (a.kind()) {
    case AddressKind::none: break;
    case AddressKind::mac:
      std::snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", static_cast<unsigned>(a.lo >> 40 & 255),
                    static_cast<unsigned>(a.lo >> 32 & 255), static_cast<unsigned>(a.lo >> 24 & 255),
                    static_cast<unsigned>(a.lo >> 16 & 255), static_cast<unsigned>(a.lo >> 8 & 255),
                    static_cast<unsigned>(a.lo & 255));
      break;
    case AddressKind::ipv4:
      std::snprintf(text, sizeof text, "%u.%u.%u.%u", a.v4() >> 24, a.v4() >> 16 & 255, a.v4() >> 8 & 255, a.v4() & 255);
      break;
    case AddressKind::ipv6: {
      std::uint8_t raw[16];
      for (unsigned i = 0; i < 8; ++i) {
        raw[i] = static_cast<std::uint8_t>(a.hi >> (56 - 8 * i));
        raw[8 + i] = static_cast<std::uint8_t>(a.lo >> (56 - 8 * i));
      }
      inet_ntop(AF_INET6, raw, text, sizeof text);
      break;
    }
  }
  return text;
}

// Six times two digits, with ':' or '-' between.
static std::optional<Address> parse_mac(std::string_view text) {
  if (text.size() != 17 || (text[2] != ':' && text[2] != '-')) return std::nullopt;
  std::uint8_t mac[6];
  for (std::size_t i = 0; i < 6; ++i) {
    if (i != 5 && text[3 * i + 2] != text[2]) return std::nullopt;
    const char* const digits = text.data() + 3 * i;
    const auto [end, error] = std::from_chars(digits, digits + 2, mac[i], 16);
    if (error != std::errc() || end != digits + 2) return std::nullopt;
  }
  return Address::mac(Bytes(mac));
}

std::optional<Address> parse_address(std::string_view text) {
  char copy[64];
  if (text.empty() || text.size() >= sizeof copy) return std::nullopt;
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  std::uint8_t raw[16];
  if (inet_pton(AF_INET, copy, raw) == 1) return Address::ipv4(Bytes(raw));
  if (inet_pton(AF_INET6, copy, raw) == 1) {
    const Address address = Address::ipv6(Bytes(raw));
    return address.is_none() ? std::nullopt : std::optional(address);
  }
  return parse_mac(text);
}

}  // namespace kakoi
