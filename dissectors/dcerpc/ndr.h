// Transfer syntax NDR, little-endian (C706 §14): texts.
#pragma once

#include "dissectors/core/bytes.h"

namespace kakoi::dcerpc {

// `r` begins where numbers of four octets are aligned.
inline void align(ByteReader& r) noexcept { r.skip((4 - r.offset() % 4) % 4); }

// §14.3.4.2: maximum ×4, offset ×4, characters ×4, UTF-16LE. What does not hold together fails the reader.
inline Bytes take_string(ByteReader& r) noexcept {
  align(r);
  const std::uint32_t most = r.le32(), offset = r.le32(), characters = r.le32();
  return r.take(characters <= most && offset == 0 ? 2 * std::size_t{characters} : r.remaining() + 1);
}

}  // namespace kakoi::dcerpc
