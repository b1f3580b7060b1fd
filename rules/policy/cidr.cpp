#include "rules/policy/cidr.h"

#include <algorithm>
#include <charconv>

namespace kakoi {

namespace {

constexpr unsigned kMappedBits = 96;  // before the four octets of an IPv4 address in its mapped form

std::uint64_t mask(unsigned bits) noexcept {
  return bits == 0 ? 0 : bits >= 64 ? ~std::uint64_t{0} : ~std::uint64_t{0} << (64 - bits);
}

Address cut(const Address& a, unsigned bits) noexcept {
  return {a.hi & mask(std::min(bits, 64u)), a.lo & mask(bits > 64 ? bits - 64 : 0)};
}

}  // namespace

bool Cidr::contains(const Address& address) const noexcept {
  return address.is_ip() && address.is_ipv4() == base.is_ipv4() && cut(address, bits) == base;
}

bool Cidr::overlaps(const Cidr& other) const noexcept {
  return bits <= other.bits ? contains(other.base) : other.contains(base);
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::optional<Address> address = parse_address(text.substr(0, slash));
  if (!address || !address->is_ip()) return std::nullopt;
  const unsigned prefix = address->is_ipv4() ? kMappedBits : 0;
  unsigned bits = 128 - prefix;
  if (slash != std::string_view::npos) {
    const std::string_view tail = text.substr(slash + 1);
    unsigned given = 0;
    const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), given);
    if (error != std::errc() || end != tail.data() + tail.size() || given > bits) return std::nullopt;
    bits = given;
  }
  return Cidr{cut(*address, prefix + bits), prefix + bits};
}

std::string to_string(const Cidr& range) {
  return to_string(range.base) + '/' + std::to_string(range.base.is_ipv4() ? range.bits - kMappedBits : range.bits);
}

Cidr range_around(const Address& address, unsigned bits4, unsigned bits6) noexcept {
  const unsigned bits = address.is_ipv4() ? kMappedBits + bits4 : bits6;
  return {cut(address, bits), bits};
}

void CidrSet::add(const Cidr& range) { bases_[range.bits].insert(range.base); }

std::optional<Cidr> CidrSet::narrowest_around(const Address& address) const {
  for (const auto& [bits, bases] : bases_)
    if (const auto base = bases.find(cut(address, bits)); base != bases.end())
      if (const Cidr range{*base, bits}; range.contains(address)) return range;
  return std::nullopt;
}

}  // namespace kakoi
