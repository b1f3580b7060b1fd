#include "dissectors/iec104/asdu.h"

#include <algorithm>

namespace kakoi::iec104 {

Asdu parse_asdu(Bytes bytes, const FieldSizes& sizes) noexcept {
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
  if (sizes.cause > 1) asdu.originator = r.u8();
  asdu.common_address = sizes.common_address > 1 ? r.le16() : r.u8();
  asdu.objects = r.rest();
  return asdu;
}

bool objects_fit(const Asdu& asdu, const AsduType& type, const FieldSizes& sizes, std::size_t size) noexcept {
  const std::size_t count = asdu.count, element = type.element, address = sizes.object_address;
  switch (type.objects) {
    case Objects::opaque:
      return true;
    case Objects::segment: {
      if (count != 1 || size < address + element) return false;
      // LOS, the length of the segment behind it, is the last octet of the fixed part (§7.3.6.6).
      const std::size_t length_at = address + element - 1;
      return asdu.objects.size() <= length_at || size == address + element + asdu.objects[length_at];
    }
    case Objects::counted:
      break;
  }
  if (count == 0) return false;
  return size == (asdu.sequence ? address + count * element : count * (address + element));
}

ObjectList::ObjectList(const Asdu& asdu, const AsduType& type, const FieldSizes& sizes) noexcept
    : objects_(asdu.objects), width_(sizes.object_address), element_(type.element), sequence_(asdu.sequence) {
  if (type.objects == Objects::opaque) {
    end_ = objects_.size();
    return;
  }
  const std::size_t bytes = objects_.size();
  if (bytes < width_) return;
  const std::size_t room =
      sequence_ ? (element_ == 0 ? asdu.count : (bytes - width_) / element_) : bytes / (width_ + element_);
  size_ = static_cast<unsigned>(std::min<std::size_t>(asdu.count, room));
  if (size_ == 0) return;
  end_ = sequence_ ? width_ + size_ * element_ : size_ * (width_ + element_);
  if (type.objects == Objects::segment) {
    size_ = 1;
    end_ = std::min(bytes, width_ + element_ + objects_[width_ + element_ - 1]);
  }
}

}  // namespace kakoi::iec104
