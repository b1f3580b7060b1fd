#include "sensor/control/ethercat_mailbox.h"

#include <algorithm>

#include "sensor/control/text.h"

namespace kakoi::ethercat {

namespace {

Mailbox parse_coe(ByteReader r) noexcept {
  Mailbox m;
  const std::uint16_t head = r.le16();
  const unsigned service = head >> 12;
  constexpr unsigned kSdoRequest = 2, kSdoResponse = 3, kMostServices = 8;
  if (!r.ok() || (head & 0x0E00) != 0 || service == 0 || service > kMostServices) return m;
  m.content = coe;
  if (service != kSdoRequest && service != kSdoResponse) return m;
  const std::uint8_t command = r.u8();
  const std::uint16_t index = r.le16();
  const std::uint8_t subindex = r.u8();
  if (!r.ok()) return m;
  const Bytes data = r.take(std::min<std::size_t>(r.remaining(), 4));  // slaves leave it away from what they accept
  enum { segment_down, down, up, segment_up, abort };                  // of a request; answers: 3 to down, 2 to up
  const unsigned specifier = command >> 5;
  m.point = std::uint32_t{index} << 8 | subindex;
  m.answers = service == kSdoResponse;
  if (specifier == abort) {
    m.content = sdo_download;  // or of an upload: who waits for it tells
    m.answers = m.refuses = true;
  } else if (m.answers ? specifier == 3 : specifier == down) {
    m.content = sdo_download;
  } else if (specifier == up) {
    m.content = sdo_upload;
  }
  const bool is_expedited = (command & 2) != 0, tells_size = (command & 1) != 0;
  if (m.content == sdo_download && !m.answers && is_expedited && data.size() == 4) {
    const std::size_t size = tells_size ? 4u - (command >> 2 & 3) : 4u;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= std::uint64_t{data[i]} << 8 * i;
    m.value << value;
  }
  if (m.content == sdo_upload && m.answers && is_expedited && data.size() == 4) m.number = ByteReader(data).le32();
  return m;
}

Mailbox parse_foe(ByteReader r) noexcept {
  Mailbox m;
  const std::uint8_t code = r.u8(), reserved = r.u8();
  r.skip(4);
  enum { read = 1, write = 2, error = 5, busy = 6 };
  if (!r.ok() || reserved != 0 || code < read || code > busy) return m;
  m.content = code == read ? foe_read : code == write || code == error ? foe_write : foe;
  m.answers = m.refuses = code == error;  // or of a read: who waits for it tells
  if (code == read || code == write) m.value << trimmed(r.rest());
  return m;
}

Mailbox parse_soe(ByteReader r) noexcept {
  Mailbox m;
  const std::uint8_t head = r.u8();
  r.skip(1);
  const std::uint16_t idn = r.le16();
  if (!r.ok()) return m;
  enum { read_request = 1, read_response, write_request, write_response };
  const unsigned code = head & 7;
  m.content = code == read_request || code == read_response     ? soe_read
              : code == write_request || code == write_response ? soe_write
                                                                : soe;
  m.answers = code == read_response || code == write_response;
  m.refuses = m.answers && (head & 0x10) != 0;
  m.point = idn;
  return m;
}

}  // namespace

Mailbox parse_mailbox(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::size_t length = r.le16();
  r.skip(3);
  const std::uint8_t type = r.u8();
  const ByteReader content = r.sub(length);
  if (!r.ok() || length == 0 || (type & 0x80) != 0) return {};
  Mailbox m;
  switch (type & 0xF) {
    case 0:
      if (length == 4) m.content = mailbox_error;
      return m;
    case 1:
      m.content = aoe;
      return m;
    case 2:
      m.content = eoe;
      return m;
    case 3:
      return parse_coe(content);
    case 4:
      return parse_foe(content);
    case 5:
      return parse_soe(content);
    case 15:
      m.content = voe;
      return m;
    default:
      return {};
  }
}

}  // namespace kakoi::ethercat
