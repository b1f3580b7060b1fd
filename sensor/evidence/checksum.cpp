#include "sensor/evidence/checksum.h"

#include <boost/crc.hpp>

namespace kakoi::evidence {

void mend(const Covered& covered, Bytes before, Octets after) noexcept {
  if (covered.end > after.size() || covered.checksum + 2 > covered.end || covered.begin > covered.checksum) return;
  const auto word = [&](const auto& bytes, std::size_t at) {
    return static_cast<std::uint32_t>(bytes[at] << 8 | (at + 1 < covered.end ? bytes[at + 1] : 0));
  };
  const std::uint32_t old = word(before, covered.checksum);
  if (covered.may_be_absent && old == 0) return;
  std::uint64_t sum = ~old & 0xFFFF;
  for (std::size_t at = covered.begin; at < covered.end; at += 2) {
    if (at == covered.checksum) continue;
    const std::uint32_t was = word(before, at), is = word(after, at);
    if (was != is) sum += (~was & 0xFFFF) + is;
  }
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  auto fresh = static_cast<std::uint16_t>(~sum);
  if (covered.may_be_absent && fresh == 0) fresh = 0xFFFF;  // RFC 768
  after[covered.checksum] = static_cast<std::uint8_t>(fresh >> 8);
  after[covered.checksum + 1] = static_cast<std::uint8_t>(fresh);
}

void mend_frame_check(Bytes before, Octets after) noexcept {
  if (after.size() < 4 || before.size() != after.size()) return;
  const std::size_t end = after.size() - 4;
  const auto octet = [end](Bytes frame, std::size_t i) {
    boost::crc_32_type crc;
    crc.process_bytes(frame.data(), end);
    return static_cast<std::uint8_t>(crc.checksum() >> 8 * i);
  };
  for (std::size_t i = 0; i < 4; ++i)
    if (before[end + i] != octet(before, i)) return;
  for (std::size_t i = 0; i < 4; ++i) after[end + i] = octet(after, i);
}

}  // namespace kakoi::evidence
