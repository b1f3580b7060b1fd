// Elements of ASN.1 in BER or DER (X.690 §8.1): single-octet tags, definite lengths.
#pragma once

#include <cstdint>
#include <optional>

#include "dissectors/core/bytes.h"

namespace kakoi::der {

inline constexpr std::uint8_t kInteger = 0x02, kOctetString = 0x04, kOid = 0x06, kEnumerated = 0x0A, kSequence = 0x30,
                              kSet = 0x31;
constexpr std::uint8_t context(unsigned n) noexcept { return static_cast<std::uint8_t>(0xA0 | n); }
constexpr std::uint8_t application(unsigned n) noexcept { return static_cast<std::uint8_t>(0x60 | n); }

struct Element {
  std::uint8_t tag = 0;
  Bytes value;             // cut where the bytes end
  std::size_t length = 0;  // of the value, as encoded
  std::size_t header = 0;  // octets of tag and length
  bool complete() const noexcept { return value.size() == length; }
};

// The element at the head of `bytes`; none where tag and length do not fit, or the length exceeds 16 MiB.
inline std::optional<Element> peek(Bytes bytes) noexcept {
  ByteReader r(bytes);
  Element e;
  e.tag = r.u8();
  if ((e.tag & 0x1F) == 0x1F) return {};
  const std::uint8_t first = r.u8();
  e.length = first;
  if (first >= 0x80) {
    const unsigned octets = first & 0x7Fu;
    if (octets == 0 || octets > 4) return {};  // indefinite, or longer than any message here
    e.length = 0;
    for (const std::uint8_t b : r.take(octets)) e.length = e.length << 8 | b;
    if (e.length > 0xFF'FFFF) return {};
  }
  if (!r.ok()) return {};
  e.header = r.offset();
  e.value = r.take(e.length < r.remaining() ? e.length : r.remaining());
  return e;
}

// Takes the next element off `bytes`.
inline std::optional<Element> next(Bytes& bytes) noexcept {
  const auto e = peek(bytes);
  if (e) bytes = bytes.subspan(e->header + e->value.size());
  return e;
}

// Takes the next element if it has that tag, and else leaves it: for OPTIONAL fields.
inline std::optional<Bytes> take(Bytes& bytes, std::uint8_t tag) noexcept {
  const auto e = peek(bytes);
  if (!e || e->tag != tag) return {};
  bytes = bytes.subspan(e->header + e->value.size());
  return e->value;
}

// What an element of that tag holds, at the head of `bytes`; empty if there is none.
inline Bytes inside(Bytes bytes, std::uint8_t tag) noexcept { return take(bytes, tag).value_or(Bytes{}); }

// Up to four octets, without sign.
inline std::uint32_t number(Bytes value) noexcept {
  std::uint32_t n = 0;
  for (const std::uint8_t b : value) n = n << 8 | b;
  return n;
}

}  // namespace kakoi::der
