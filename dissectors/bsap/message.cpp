#include "dissectors/bsap/message.h"

#include "dissectors/core/crc16.h"

namespace kakoi::bsap {

bool parse_link(Bytes datagram, LinkFrame& frame) noexcept {
  constexpr std::size_t kEnds = 2, kCrc = 2, kLeast = 3;  // address, serial number, function
  if (datagram.size() < kEnds + kLeast + kEnds + kCrc || datagram[0] != kDle || datagram[1] != kStx) return false;
  const Bytes inside = datagram.subspan(kEnds, datagram.size() - 2 * kEnds - kCrc);
  const Bytes end = datagram.last(kEnds + kCrc);
  if (end[0] != kDle || end[1] != kEtx) return false;
  frame.size = 0;
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (inside[i] == kDle && (++i == inside.size() || inside[i] != kDle)) return false;
    if (frame.size == frame.octets.size()) return false;
    frame.octets[frame.size++] = inside[i];
  }
  // The CRC takes in ETX, and no DLE that was added.
  std::uint16_t crc = crc16::low_first<0x8408>(frame.content(), 0xFFFF);
  crc = crc16::low_first<0x8408>(end.subspan(1, 1), crc);
  frame.checks = crc == ByteReader(end.last(kCrc)).le16();
  return frame.size >= kLeast;
}

namespace {

// Polls, acknowledgements and their like; those that the master sends.
constexpr bool is_link_function(std::uint8_t code) noexcept {
  return code == 0x81 || code == 0x83 || (code >= 0x85 && code <= 0x87) || code == 0x8A || code == 0x8B || code == 0x95;
}
constexpr bool is_masters(std::uint8_t code) noexcept { return code == 0x85 || code == 0x8A || code == 0x8B; }

// Exchanges that a slave's tasks serve; lower numbers are the programs that asked.
constexpr bool is_served(std::uint8_t exchange) noexcept { return exchange >= 0x40; }

}  // namespace

Serial parse_serial(Bytes content) noexcept {
  ByteReader r{content};
  Serial s;
  const std::uint8_t address = r.u8();
  r.skip(1);
  const bool is_global = (address & 0x80) != 0;
  if (!is_global && content.size() >= 3 && is_link_function(content[2])) {
    s.link_function = content[2];
    s.from_master = is_masters(content[2]);
    s.is_whole = true;
    return s;
  }
  if (is_global) r.skip(5);  // destination ×2 | source ×2 | control
  const std::uint8_t to = r.u8();
  s.message.sequence = r.le16();
  const std::uint8_t from = r.u8();
  r.skip(1);  // node status
  if (!r.ok() || (!is_served(to) && !is_served(from))) return s;
  s.from_master = is_served(to);
  s.is_among_tasks = is_served(to) && is_served(from);
  s.is_whole = true;
  s.message.is_answer = !s.from_master;
  if (s.from_master && !s.is_among_tasks && !is_global) s.message.unit = address;
  s.message.exchange = s.from_master ? to : from;
  s.message.body = r.rest();
  return s;
}

IpMessages::IpMessages(Bytes datagram) noexcept : r_(datagram) {
  constexpr std::size_t kLongHeader = 22, kMessageHeader = 9;
  const std::size_t header = r_.le16();
  number_ = r_.le16();
  const std::uint16_t function = r_.le16();
  if (header != kIpHeader && header != kLongHeader) return;
  r_.skip(header - 6);
  switch (function) {
    case 0x00:  // an acknowledgement alone
      ok_ = r_.ok() && number_ == 0 && r_.remaining() == 0;
      return;
    case 0x01:
    case 0x05:
      is_answer_ = true;
      break;
    case 0x06:
    case 0x84:
    case 0x86:
      break;
    default:
      return;
  }
  ByteReader look = r_;
  for (std::uint16_t i = 0; i < number_; ++i) {
    const std::uint32_t length = look.le32();
    if (length < kMessageHeader + 1) return;
    look.skip(length - 4);
  }
  ok_ = number_ != 0 && look.ok() && look.remaining() == 0;
}

bool IpMessages::next(Message& message) noexcept {
  if (!ok_ || r_.remaining() == 0) return false;
  const std::uint32_t length = r_.le32();
  ByteReader m = r_.sub(length - 4);
  message = {};
  message.is_answer = is_answer_;
  m.skip(1);
  message.sequence = m.le32();
  if (!is_answer_) {
    message.exchange = m.u8();
    m.skip(1);
  }
  message.body = m.rest();
  return m.ok();
}

}  // namespace kakoi::bsap
