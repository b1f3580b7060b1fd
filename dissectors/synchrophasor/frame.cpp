#include "dissectors/synchrophasor/frame.h"

#include "dissectors/core/crc16.h"

namespace kakoi::synchrophasor {

namespace {

constexpr std::size_t kSizeEnd = 4;  // SYNC and FRAMESIZE

// SYNC's second octet: the high bit is reserved, versions count from 1.
constexpr bool is_kind(std::uint8_t octet) noexcept {
  return octet >> 4 <= static_cast<unsigned>(Type::configuration_3) && (octet & 0x0F) != 0;
}

// Tables 5, 8, 10, 13 and 14: with one PMU that sends no phasor, and no configuration of none.
constexpr std::size_t least_size(Type type) noexcept {
  constexpr std::size_t kCommon = kPrefixSize + kCheckSize;
  switch (type) {
    case Type::data:
      return kCommon + 2;  // STAT; a data concentrator may send nothing more
    case Type::configuration_1:
    case Type::configuration_2:
      return kCommon + 8;  // TIME_BASE, NUM_PMU, DATA_RATE
    case Type::configuration_3:
      return kCommon + 2;  // CONT_IDX
    case Type::command:
      return kCommon + 2;  // CMD
    case Type::header:
      break;
  }
  return kCommon;  // some PMUs answer with an empty text
}

// 0: no frame starts like this. `bytes` are kSizeEnd or more.
std::size_t size_of(Bytes bytes) noexcept {
  if (bytes[0] != 0xAA || !is_kind(bytes[1])) return 0;
  const auto size = static_cast<std::size_t>(bytes[2] << 8 | bytes[3]);
  return size >= least_size(type_of(bytes[1])) ? size : 0;
}

}  // namespace

// A frame whose check word fails is the receiver's to throw away, and no reason to lose the next: on_pdu asks for it.
Frame frame(Bytes bytes, Role) noexcept {
  if (bytes.size() >= kSizeEnd) {
    const std::size_t size = size_of(bytes);
    return size != 0 ? Frame::whole(size) : Frame::foreign();
  }
  const bool may_start = (bytes.empty() || bytes[0] == 0xAA) && (bytes.size() < 2 || is_kind(bytes[1]));
  return may_start ? Frame::more(kSizeEnd) : Frame::foreign();
}

bool probe(Bytes bytes, Role) noexcept {
  if (bytes.size() < kSizeEnd) return false;
  const std::size_t size = size_of(bytes);
  return size != 0 && size <= bytes.size() && checks(bytes.first(size));
}

bool checks(Bytes frame) noexcept {
  if (frame.size() < kPrefixSize + kCheckSize) return false;
  // CHK (clause 6.2, table 2): CRC-CCITT from FFFF, not inverted.
  const std::uint16_t sum = crc16::high_first<0x1021>(frame.first(frame.size() - kCheckSize), 0xFFFF);
  return sum == ByteReader(frame.last(kCheckSize)).be16();
}

}  // namespace kakoi::synchrophasor
