// Binary encoding (OPC 10000-6, clause 5.2), little-endian, as far as identities need it.
#pragma once

#include "dissectors/core/bytes.h"

namespace kakoi::opcua {

// String and ByteString (5.2.2.4): size ×4, FFFFFFFFh for none.
inline Bytes take_bytes(ByteReader& r) noexcept {
  const std::uint32_t size = r.le32();
  return size == 0xFFFF'FFFF ? Bytes{} : r.take(size);
}
inline std::string_view take_string(ByteReader& r) noexcept { return as_text(take_bytes(r)); }

struct NodeId {  // 5.2.2.9; 5.2.2.10 with namespace URI and server index
  std::uint16_t name_space = 0;
  std::uint32_t number = 0;
  std::string_view text;
  bool is_number = false;
};

inline NodeId take_node_id(ByteReader& r) noexcept {
  const std::uint8_t head = r.u8();
  NodeId id;
  switch (head & 0x0F) {
    case 0:
      id.number = r.u8();
      id.is_number = true;
      break;
    case 1:
      id.name_space = r.u8();
      id.number = r.le16();
      id.is_number = true;
      break;
    case 2:
      id.name_space = r.le16();
      id.number = r.le32();
      id.is_number = true;
      break;
    case 3:
      id.name_space = r.le16();
      id.text = take_string(r);
      break;
    case 4:
      id.name_space = r.le16();
      r.skip(16);
      break;
    case 5:
      id.name_space = r.le16();
      take_bytes(r);
      break;
    default:
      r.skip(r.remaining() + 1);  // no such encoding
      break;
  }
  if ((head & 0x80) != 0) take_bytes(r);
  if ((head & 0x40) != 0) r.skip(4);
  return id;
}

inline std::string_view take_localized_text(ByteReader& r) noexcept {  // 5.2.2.14
  const std::uint8_t mask = r.u8();
  if ((mask & 1) != 0) take_bytes(r);
  return (mask & 2) != 0 ? take_string(r) : std::string_view{};
}

inline NodeId take_extension(ByteReader& r) noexcept {  // 5.2.2.15: the id, the body is skipped
  const NodeId id = take_node_id(r);
  if (r.u8() != 0) take_bytes(r);
  return id;
}

inline void skip_diagnostics(ByteReader& r) noexcept {  // 5.2.2.12
  for (unsigned depth = 0; depth < 8; ++depth) {
    const std::uint8_t mask = r.u8();
    for (const unsigned bit : {0x01u, 0x02u, 0x04u, 0x08u})
      if ((mask & bit) != 0) r.skip(4);
    if ((mask & 0x10) != 0) take_bytes(r);
    if ((mask & 0x20) != 0) r.skip(4);
    if ((mask & 0x40) == 0) return;
  }
  r.skip(r.remaining() + 1);
}

// OPC 10000-4, 7.33 and 7.34.
inline void skip_request_header(ByteReader& r) noexcept {
  take_node_id(r);
  r.skip(8 + 4 + 4);
  take_bytes(r);
  r.skip(4);
  take_extension(r);
}
inline std::uint32_t take_response_header(ByteReader& r) noexcept {  // the service's result
  r.skip(8 + 4);
  const std::uint32_t result = r.le32();
  skip_diagnostics(r);
  const std::uint32_t strings = r.le32();
  for (std::uint32_t i = 0; strings != 0xFFFF'FFFF && i < strings && r.ok(); ++i) take_bytes(r);
  take_extension(r);
  return result;
}
// OPC 10000-4, 7.39.1: the upper two bits tell good, uncertain, bad.
constexpr bool is_bad(std::uint32_t status) noexcept { return status >> 30 >= 2; }

}  // namespace kakoi::opcua
