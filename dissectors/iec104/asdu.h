// The ASDU header and its information objects, in the profile of -104 (§7.1): cause of transmission,
// with originator, and common address two octets each, object address three.
#pragma once

#include <cstdint>

#include "dissectors/core/bytes.h"
#include "dissectors/iec104/asdu_type.h"

namespace kakoi::iec104 {

inline constexpr std::size_t kAsduHeader = 6;

//   type | SQ n | T P/N cause | originator | common address ×2 | objects …
struct Asdu {
  std::uint8_t type = 0;
  bool sequence = false;  // SQ: one object address, the elements follow each other
  std::uint8_t count = 0;
  std::uint8_t cause = 0;
  bool negative = false;
  bool test = false;
  std::uint8_t originator = 0;
  std::uint16_t common_address = 0;
  Bytes objects;
};

// `bytes` has at least kAsduHeader octets.
Asdu parse_asdu(Bytes bytes) noexcept;

// Do number and size of the objects agree with the `size` octets that the APDU's length leaves for them?
bool objects_fit(const Asdu& asdu, const AsduType& type, std::size_t size) noexcept;

// Calls visit(object address, element) for every information object that is whole, at most 127. Answers
// the offset in asdu.objects behind the last of them: it is objects.size() when all fit exactly.
template <typename Visit>
std::size_t walk(const Asdu& asdu, const AsduType& type, Visit visit) {
  if (type.objects == Objects::opaque) return asdu.objects.size();
  ByteReader r{asdu.objects};
  std::uint32_t address = 0;
  std::size_t behind = 0;
  for (unsigned i = 0; i < asdu.count; ++i) {
    if (i == 0 || !asdu.sequence)
      address = r.le24();
    else
      address = (address + 1) & 0xFFFFFF;
    const Bytes element = type.objects == Objects::at_least ? r.rest() : r.take(type.element);
    if (!r.ok() || element.size() < type.element) break;
    visit(address, element);
    behind = r.offset();
  }
  return behind;
}

}  // namespace kakoi::iec104
