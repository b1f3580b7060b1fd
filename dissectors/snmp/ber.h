// The subset of BER (X.690) that SNMP uses (RFC 3417 §8): single-octet tags, definite lengths.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "dissectors/core/bytes.h"

namespace kakoi::snmp {

inline constexpr std::uint8_t kInteger = 0x02, kOctetString = 0x04, kOid = 0x06, kSequence = 0x30;

struct Tlv {
  std::uint8_t tag = 0;
  Bytes value;             // cut where the capture is
  std::size_t length = 0;  // of the value, as encoded
  bool complete() const noexcept { return value.size() == length; }
};

// Takes one element off `bytes`; none where tag and length do not fit, or the length exceeds 16 MiB.
inline std::optional<Tlv> next_tlv(Bytes& bytes) noexcept {
  ByteReader r(bytes);
  Tlv tlv;
  tlv.tag = r.u8();
  if ((tlv.tag & 0x1F) == 0x1F) return {};  // long tags are not for SNMP
  const std::uint8_t first = r.u8();
  if (first < 0x80) {
    tlv.length = first;
  } else {
    const unsigned octets = first & 0x7Fu;
    if (octets == 0 || octets > 4) return {};  // §8.1.3.6 indefinite form: excluded
    for (const std::uint8_t b : r.take(octets)) tlv.length = tlv.length << 8 | b;
    if (tlv.length > 0xFF'FFFF) return {};
  }
  if (!r.ok()) return {};
  tlv.value = r.take(tlv.length < r.remaining() ? tlv.length : r.remaining());
  bytes = r.rest();
  return tlv;
}

// A whole element of that tag.
inline std::optional<Bytes> take(Bytes& bytes, std::uint8_t tag) noexcept {
  const auto tlv = next_tlv(bytes);
  if (!tlv || tlv->tag != tag || !tlv->complete()) return {};
  return tlv->value;
}

// A non-negative INTEGER; the 64 bits hold every one that SNMP has.
inline std::optional<std::uint64_t> take_unsigned(Bytes& bytes) noexcept {
  const auto value = take(bytes, kInteger);
  if (!value || value->empty() || value->size() > 8 || ((*value)[0] & 0x80) != 0) return {};
  std::uint64_t number = 0;
  for (const std::uint8_t b : *value) number = number << 8 | b;
  return number;
}

}  // namespace kakoi::snmp
