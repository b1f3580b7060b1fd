#include "dissectors/dlms/frame.h"

#include "dissectors/core/crc16.h"
#include "dissectors/dlms/apdu.h"

namespace kakoi::dlms {

namespace {

// HCS and FCS (IEC 62056-46, clause 6.4.5, as ISO/IEC 13239), inverted and low octet first: over octets with their check
// word behind them the register always ends in the same number.
constexpr bool checks(Bytes bytes) noexcept { return crc16::low_first<0x8408>(bytes, 0xFFFF) == 0xF0B8; }

constexpr std::uint8_t kFlag = 0x7E;
constexpr std::size_t kFlags = 2, kCheck = 2;
constexpr std::size_t kLeastHdlc = 9;  // flags, format, addresses of one octet, control, FCS
constexpr std::size_t kWrapper = 8, kLeastWrapped = kWrapper + 2;
// 62056-47, tables of reserved wPorts: of clients up to 00FF, of servers up to 007F.
constexpr unsigned kMostPort = 0xFF;

constexpr std::size_t hdlc_size(Bytes bytes) noexcept {
  return static_cast<std::size_t>((bytes[1] & 7) << 8 | bytes[2]) + kFlags;
}

// An address ends with the octet whose lowest bit is set; 1, 2 or 4 octets (clause 6.4.2).
std::optional<std::uint32_t> address(ByteReader& r) noexcept {
  std::uint8_t octets[4]{};
  std::size_t n = 0;
  do {
    if (n == std::size(octets)) return {};
    octets[n++] = r.u8();
  } while (r.ok() && (octets[n - 1] & 1) == 0);
  if (!r.ok() || n == 3) return {};
  const auto part = [&](std::size_t i) { return static_cast<std::uint32_t>(octets[i] >> 1); };
  switch (n) {
    case 1:
      return part(0);
    case 2:
      return part(0) | part(1) << 16;
    default:
      return part(0) << 7 | part(1) | (part(2) << 7 | part(3)) << 16;
  }
}

std::optional<Message> parse_hdlc(const Pdu& pdu) noexcept {
  ByteReader r{pdu.bytes};
  r.skip(1);
  Message m;
  m.is_hdlc = true;
  m.is_segment = (r.u8() & 8) != 0;
  r.skip(1);
  const auto destination = address(r);
  const auto source = destination ? address(r) : destination;
  m.control = r.u8();
  if (!r.ok() || !source) return {};
  m.destination = *destination;
  m.source = *source;
  const bool whole = pdu.complete() && pdu.bytes.size() >= kLeastHdlc;
  const std::size_t behind = whole ? kCheck + 1 : 0;
  if (whole) {
    const Bytes inner = pdu.bytes.subspan(1, pdu.bytes.size() - kFlags);
    m.checks = pdu.bytes.back() == kFlag && checks(inner);
    // With an information field, the header has a check word of its own.
    if (r.remaining() > behind)
      m.checks = m.checks && r.remaining() >= behind + kCheck && checks(pdu.bytes.subspan(1, r.offset() - 1 + kCheck));
  }
  if (r.remaining() > behind + kCheck) {
    r.skip(kCheck);
    m.content = r.take(r.remaining() - behind);
  }
  return m;
}

}  // namespace

Frame frame(Bytes bytes, Role) noexcept {
  if (bytes.empty()) return Frame::more(kLeastHdlc);
  if (bytes[0] == kFlag) {
    if (bytes.size() > 1 && bytes[1] >> 4 != 0xA) return Frame::foreign();
    if (bytes.size() < kLeastHdlc) return Frame::more(kLeastHdlc);
    ByteReader r{bytes.subspan(3)};
    const std::size_t size = hdlc_size(bytes);
    return size >= kLeastHdlc && address(r) ? Frame::whole(size) : Frame::foreign();
  }
  if (bytes[0] != 0 || (bytes.size() > 1 && bytes[1] != 1)) return Frame::foreign();
  if (bytes.size() < kLeastWrapped) return Frame::more(kLeastWrapped);
  ByteReader r{bytes};
  r.skip(2);
  const std::uint16_t source = r.be16(), destination = r.be16(), length = r.be16();
  if (source > kMostPort || destination > kMostPort || !may_begin(bytes.subspan(kWrapper, 2), length))
    return Frame::foreign();
  return Frame::whole(kWrapper + length);
}

bool probe(Bytes bytes, Role speaker) noexcept {
  const Frame f = frame(bytes, speaker);
  if (f.kind != Frame::Kind::whole || f.size > bytes.size()) return false;
  const auto m = parse({speaker, bytes.first(f.size), f.size});
  if (!m || !m->checks) return false;
  if (!m->is_hdlc) return holds_together(m->content);
  // Segments but the first, parameters of SNRM and UA: the check words have to do.
  return !has_llc(m->content) || m->is_segment || holds_together(m->content.subspan(kLlc));
}

std::optional<Message> parse(const Pdu& pdu) noexcept {
  if (!pdu.bytes.empty() && pdu.bytes[0] == kFlag) return parse_hdlc(pdu);
  ByteReader r{pdu.bytes};
  r.skip(2);
  Message m;
  m.source = r.be16();
  m.destination = r.be16();
  r.skip(2);
  if (!r.ok()) return {};
  m.content = r.rest();
  return m;
}

}  // namespace kakoi::dlms
