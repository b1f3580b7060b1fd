#include "sensor/decode/checksums.h"

#include <bit>
#include <cstring>

namespace kakoi::decode {
namespace {

__extension__ using Wide = unsigned __int128;

constexpr std::uint8_t kIcmp = 1, kTcp = 6, kUdp = 17, kIcmpv6 = 58;
constexpr std::size_t kLongestOnTheWire = 1500;  // IP packet, jumbo frames left aside

// The one's complement sum is the same in either byte order, but for that of its result (RFC 1071 §2 (B)): words are
// added as they lie in memory. Carries gather in the upper half.
Wide add(Wide sum, const std::uint8_t* at, std::size_t size) noexcept {
  for (; size >= 8; at += 8, size -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    sum += word;
  }
  std::uint64_t rest = 0;
  if (size != 0) std::memcpy(&rest, at, size);
  return sum + rest;
}
std::uint16_t folded(Wide sum) noexcept {
  // A number's remainder by 2^16 − 1 is that of the sum of its digits to the base 2^32.
  std::uint64_t low = 0;
  for (int i = 0; i < 4; ++i) low += static_cast<std::uint32_t>(sum >> 32 * i);
  while (low >> 16 != 0) low = (low & 0xFFFF) + (low >> 16);
  return static_cast<std::uint16_t>(low);
}
// A number as a packet holds it, as it lies in memory.
constexpr std::uint64_t stored(std::uint64_t value) noexcept {
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}
// An IPv4 address as a mapped one adds FFFF, which changes no such sum.
Wide sum_of(const Address& a) noexcept { return Wide{stored(a.hi)} + stored(a.lo); }
std::uint16_t field_at(const std::uint8_t* at) noexcept {
  std::uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

Checksum checksum_of_ipv4(Bytes header) noexcept {
  std::uint64_t sum = 0;  // of at most 15 words
  for (std::size_t at = 0; at + 4 <= header.size(); at += 4) {
    std::uint32_t word;
    std::memcpy(&word, header.data() + at, sizeof word);
    sum += word;
  }
  for (int i = 0; i < 3; ++i) sum = (sum & 0xFFFF) + (sum >> 16);
  if (sum == 0xFFFF) return Checksum::right;
  return field_at(header.data() + 10) == 0 ? Checksum::deferred : Checksum::wrong;
}

Checksum checksum_of_transport(const Decoded& p) noexcept {
  if (p.transport_header == Decoded::kUnchecked || p.is_fragment || p.malformed || p.payload.size() != p.payload_length)
    return Checksum::none;
  const bool v4 = p.network == NetworkLayer::ipv4;
  std::size_t field = 0;  // where the checksum stands
  switch (p.protocol) {
    case kTcp:
      field = 16;
      break;
    case kUdp:
      field = 6;
      break;
    case kIcmp:
      if (!v4) return Checksum::none;
      field = 2;
      break;
    case kIcmpv6:
      if (v4) return Checksum::none;
      field = 2;
      break;
    default:
      return Checksum::none;
  }
  const std::size_t length = p.transport_header + p.payload.size();
  if (!p.payload.data() || length < field + 2) return Checksum::none;
  const std::uint8_t* const segment = p.payload.data() - p.transport_header;
  const std::uint16_t told = field_at(segment + field);
  if (told == 0 && p.protocol == kUdp) return Checksum::none;
  Wide pseudo = 0, whole = 0;  // addresses, protocol; length (RFC 9293 §3.1, RFC 8200 §8.1); none for ICMP (RFC 792)
  if (p.protocol != kIcmp) {
    pseudo = sum_of(p.source) + sum_of(p.destination) + stored(p.protocol);
    whole = pseudo + stored(length);
  }
  if (folded(add(whole, segment, length)) == 0xFFFF) return Checksum::right;
  const bool deferred = told == 0 || (p.protocol != kIcmp && (told == folded(whole) || told == folded(pseudo)));
  return deferred || p.datagram.size() > kLongestOnTheWire ? Checksum::deferred : Checksum::wrong;
}

}  // namespace kakoi::decode
