// The ASDU header and its information objects (-101 §7.1, 7.2). -104 §7.1 fixes the widths of the fields: cause
// of transmission (with originator) and common address two octets each, object address three.
//
//   type | SQ n | T P/N cause [originator] | common address ×1–2 | objects …
//   SQ = 0: (object address ×1–3 | element) × n        SQ = 1: object address ×1–3 | element × n
#pragma once

#include <cstdint>

#include "dissectors/core/bytes.h"
#include "dissectors/iec104/asdu_type.h"

namespace kakoi::iec104 {

// Octets of the fields whose width a system's -101 parameters choose.
struct FieldSizes {
  std::uint8_t cause = 2, common_address = 2, object_address = 3;
  constexpr std::size_t header() const noexcept { return 2u + cause + common_address; }
  bool operator==(const FieldSizes&) const = default;
};
inline constexpr FieldSizes kStandardSizes{};

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

// `bytes` has at least sizes.header() octets.
Asdu parse_asdu(Bytes bytes, const FieldSizes& sizes = kStandardSizes) noexcept;

// Do number and size of the objects agree with the `size` octets that the APDU's length leaves for them? `objects`
// are those octets, maybe cut: a file segment tells its own length.
bool objects_fit(const Asdu& asdu, const AsduType& type, const FieldSizes& sizes, std::size_t size) noexcept;

// The information objects of an ASDU that are whole, at most 127. They share the octets of `asdu`.
class ObjectList {
 public:
  ObjectList(const Asdu& asdu, const AsduType& type, const FieldSizes& sizes) noexcept;

  unsigned size() const noexcept { return size_; }
  bool is_run() const noexcept { return sequence_; }  // addresses count up from address(0)
  std::size_t end() const noexcept { return end_; }   // offset in asdu.objects behind the last of them
  std::uint32_t last_address() const noexcept { return (1u << 8 * width_) - 1; }

  std::uint32_t address(unsigned i) const noexcept {
    return sequence_ ? (read(0) + i) & last_address() : read(i * (width_ + element_));
  }
  Bytes element(unsigned i) const noexcept {
    return objects_.subspan(sequence_ ? width_ + i * element_ : i * (width_ + element_) + width_, element_);
  }

 private:
  std::uint32_t read(std::size_t at) const noexcept {
    std::uint32_t value = objects_[at];
    if (width_ > 1) value |= std::uint32_t{objects_[at + 1]} << 8;
    if (width_ > 2) value |= std::uint32_t{objects_[at + 2]} << 16;
    return value;
  }

  Bytes objects_;
  std::size_t width_, element_, end_ = 0;
  unsigned size_ = 0;
  bool sequence_;
};

}  // namespace kakoi::iec104
