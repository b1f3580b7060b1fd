#include "sensor/inventory/local_mac.h"

#include <cstdint>

namespace kakoi {

namespace {

struct Scheme {
  std::uint64_t prefix;
  unsigned bits;
  std::string_view name;
};
// Prefixes that are none of the IEEE's, from the sources and manuals of what uses them.
constexpr Scheme kSchemes[] = {
    {0x525400, 24, "QEMU"},        {0xFE5400, 24, "QEMU"},  // the host's end of a guest's interface (libvirt)
    {0xFA163E, 24, "OpenStack"},   {0x0242, 16, "Docker"},
    {0x0A0027, 24, "VirtualBox"},  {0x4201, 16, "Google Compute Engine"},
    {0x02BF, 16, "Microsoft NLB"}, {0x02004C4F4F50, 48, "Windows loopback adapter"},
    {0xAA000400, 32, "DECnet"},    {0xEEEEEEEEEEEE, 48, "Calico"},
};

constexpr std::uint8_t octet(std::uint64_t mac, int at) noexcept { return static_cast<std::uint8_t>(mac >> 8 * at); }

// Of a random address, the last five octets hold two zeros in one of 6,500, and an even step in one of 16 million.
constexpr bool is_made_up(std::uint64_t mac) noexcept {
  int zeros = 0;
  bool even = true;
  const auto step = static_cast<std::uint8_t>(octet(mac, 0) - octet(mac, 1));
  for (int at = 0; at < 5; ++at) {
    zeros += octet(mac, at) == 0;
    if (at < 4) even = even && static_cast<std::uint8_t>(octet(mac, at) - octet(mac, at + 1)) == step;
  }
  return zeros >= 2 || even;
}

}  // namespace

std::string_view local_mac_kind(const Address& mac) noexcept {
  constexpr std::uint64_t kGroup = 1ull << 40, kLocal = 2ull << 40;
  if (!mac.is_mac() || (mac.lo & (kGroup | kLocal)) != kLocal) return {};
  for (const Scheme& s : kSchemes)
    if (mac.lo >> (48 - s.bits) == s.prefix) return s.name;
  return is_made_up(mac.lo) ? "assigned" : "random";
}

}  // namespace kakoi
