// Tagged values (clause 20.2): tag number and class | length | octets; opening and closing tags around lists.
#pragma once

#include <optional>

#include "dissectors/core/bytes.h"

namespace kakoi::bacnet {

struct Tag {
  std::uint8_t number = 0;
  bool is_context = false, opens = false, closes = false;
  Bytes value;
};

// Application tags (clause 20.2.1.4).
inline constexpr std::uint8_t kUnsigned = 2, kCharacterString = 7, kEnumerated = 9, kObjectIdentifier = 12;

inline std::optional<Tag> next_tag(ByteReader& r) noexcept {
  const std::uint8_t head = r.u8();
  Tag t;
  t.number = head >> 4;
  t.is_context = (head & 8) != 0;
  if (t.number == 15) t.number = r.u8();
  std::uint32_t length = head & 7u;
  if (t.is_context && length == 6) {
    t.opens = true;
  } else if (t.is_context && length == 7) {
    t.closes = true;
  } else {
    if (!t.is_context && t.number == 1) length = 0;  // Boolean: the value is in the tag
    if (length == 5) {
      length = r.u8();
      if (length == 254)
        length = r.be16();
      else if (length == 255)
        length = r.be32();
    }
    t.value = r.take(length);
  }
  return r.ok() ? std::optional(t) : std::nullopt;
}

inline std::uint32_t number(Bytes value) noexcept {  // of four octets at most
  std::uint32_t n = 0;
  for (const std::uint8_t b : value.first(value.size() < 4 ? value.size() : 4)) n = n << 8 | b;
  return n;
}

// 10 bits of object type, 22 of instance (clause 20.2.14).
struct ObjectId {
  std::uint32_t type = 0, instance = 0;
};
inline constexpr std::uint32_t kDeviceObject = 8, kAnyInstance = 0x3F'FFFF;
inline ObjectId object_id(Bytes value) noexcept {
  const std::uint32_t n = number(value);
  return {n >> 22, n & kAnyInstance};
}

}  // namespace kakoi::bacnet
