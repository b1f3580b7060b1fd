// An address range, IPv4 or IPv6, as site policies write it: "192.168.10.0/24", "fd00::/8", or one address.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "dissectors/core/address.h"

namespace kakoi {

struct Cidr {
  Address base;
  unsigned bits = 0;  // of the 128 that Address holds: an IPv4 /24 is 120

  bool contains(const Address& address) const noexcept;
  bool overlaps(const Cidr& other) const noexcept;
  auto operator<=>(const Cidr&) const = default;
};

// Nothing if the text is no range. Host bits are cut off: compare with to_string() to learn whether there were any.
std::optional<Cidr> parse_cidr(std::string_view text);
// "192.168.10.0/24"; a single address is written with /32 or /128.
std::string to_string(const Cidr& range);

// The range of `bits4` or `bits6` bits around an IP address.
Cidr range_around(const Address& address, unsigned bits4 = 24, unsigned bits6 = 64) noexcept;

// Many ranges, asked which of them is the narrowest around an address: the work grows with the lengths in use, not
// with the ranges.
class CidrSet {
 public:
  void add(const Cidr& range);
  std::optional<Cidr> narrowest_around(const Address& address) const;

 private:
  std::map<unsigned, std::unordered_set<Address, AddressHash>, std::greater<>> bases_;  // by bits, longest first
};

}  // namespace kakoi
