#include "dissectors/iec104/asdu.h"

namespace kakoi::iec104 {

Asdu parse_asdu(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Asdu asdu;
  asdu.type = r.u8();
  const std::uint8_t qualifier = r.u8();
  const std::uint8_t cause = r.u8();
  asdu.sequence = (qualifier & 0x80) != 0;
  asdu.count = qualifier & 0x7F;
  asdu.test = (cause & 0x80) != 0;
  asdu.negative = (cause & 0x40) != 0;
  asdu.cause = cause & 0x3F;
  asdu.originator = r.u8();
  asdu.common_address = r.le16();
  asdu.objects = r.rest();
  return asdu;
}

bool objects_fit(const Asdu& asdu, const AsduType& type, std::size_t size) noexcept {
  constexpr std::size_t kAddress = 3;
  const std::size_t count = asdu.count, element = type.element;
  switch (type.objects) {
    case Objects::opaque:
      return true;
    case Objects::at_least:
      return count == 1 && size >= kAddress + element;
    case Objects::counted:
      break;
  }
  if (count == 0) return false;
  return size == (asdu.sequence ? kAddress + count * element : count * (kAddress + element));
}

}  // namespace kakoi::iec104
