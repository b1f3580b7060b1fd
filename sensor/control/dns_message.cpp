#include "sensor/control/dns_message.h"

#include <algorithm>

namespace kakoi::dns {

std::optional<Header> read_header(Bytes message) noexcept {
  ByteReader r(message);
  Header h{};
  h.id = r.be16();
  h.flags = r.be16();
  h.questions = r.be16();
  h.answers = r.be16();
  h.authorities = r.be16();
  h.additionals = r.be16();
  return r.ok() ? std::optional(h) : std::nullopt;
}

bool Name::append(Bytes label) noexcept {
  const std::size_t dot = size_ == 0 ? 0 : 1;
  if (size_ + dot + label.size() > 253) return false;
  if (dot != 0) text_[size_++] = '.';
  for (const std::uint8_t c : label) text_[size_++] = static_cast<char>(c);
  return true;
}

Address Record::address() const noexcept {
  if (type == kA && data.size() == 4) return Address::ipv4(data);
  if (type == kAaaa && data.size() == 16) return Address::ipv6(data);
  return {};
}

bool Walker::fail(Fault fault) noexcept {
  if (!fault_) fault_ = Anomaly{fault, static_cast<std::uint32_t>(at_)};
  return false;
}
bool Walker::need(std::size_t n) noexcept {
  if (fault_) return false;
  return n <= message_.size() - at_ || fail(Fault::truncated);
}
std::uint16_t Walker::be16() noexcept {
  at_ += 2;
  return static_cast<std::uint16_t>(message_[at_ - 2] << 8 | message_[at_ - 1]);
}

bool Walker::read_name(Name& name) noexcept {
  name.clear();
  if (fault_) return false;
  std::size_t at = at_;        // where we read
  std::size_t earliest = at_;  // where the present run of labels began
  bool jumped = false;
  // 255 octets hold at most 127 labels (RFC 1035 §2.3.4); a pointer that leads to none of them shortens nothing.
  unsigned jumps_left = 127;
  for (;;) {
    if (at >= message_.size()) return fail(Fault::truncated);
    const std::uint8_t length = message_[at];
    if (length >= 0xC0) {
      if (at + 2 > message_.size()) return fail(Fault::truncated);
      const std::size_t target = static_cast<std::size_t>(length & 0x3F) << 8 | message_[at + 1];
      if (!jumped) at_ = at + 2;
      jumped = true;
      // Only back ("a prior occurrence", RFC 1035 §4.1.4), never into the header: so it ends.
      if (target < 12 || target >= earliest || jumps_left-- == 0) return fail(Fault::bad_value);
      at = earliest = target;
    } else if (length > 63) {
      return fail(Fault::bad_value);  // 01 and 10 are reserved
    } else if (length == 0) {
      if (!jumped) at_ = at + 1;
      return true;
    } else {
      if (length + 1u > message_.size() - at) return fail(Fault::truncated);
      if (!name.append(message_.subspan(at + 1, length))) return fail(Fault::bad_length);
      at += length + 1u;
    }
  }
}

bool Walker::next(Question& q) noexcept {
  if (!read_name(q.name) || !need(4)) return false;
  q.type = be16();
  q.cls = be16();
  return true;
}

bool Walker::next(Record& r) noexcept {
  if (!read_name(r.name) || !need(10)) return false;
  r.type = be16();
  r.cls = be16();
  at_ += 4;  // time to live
  const std::size_t size = be16();
  if (!need(size)) return false;
  r.data = message_.subspan(at_, size);
  at_ += size;
  return true;
}

bool Walker::data_name(const Record& r, Name& name) const noexcept {
  Walker inner(message_.first(at_));
  inner.at_ = at_ - r.data.size();
  return inner.read_name(name) && inner.at_ == at_;
}

std::size_t skip_plain_name(Bytes message, std::size_t at) noexcept {
  const std::size_t start = at;
  while (at < message.size()) {
    const std::size_t length = message[at++];
    if (length == 0) return at - start <= 255 ? at : 0;
    if (length > 63 || length > message.size() - at || at - start > 255) return 0;
    const Bytes label = message.subspan(at, length);
    if (std::any_of(label.begin(), label.end(), [](std::uint8_t c) { return c < ' ' || c == 0x7F; })) return 0;
    at += length;
  }
  return 0;
}

bool is_netbios_name(Bytes message, std::size_t at) noexcept {
  if (message.size() < at + 34 || message[at] != 32) return false;
  const Bytes label = message.subspan(at + 1, 32);
  return std::all_of(label.begin(), label.end(), [](std::uint8_t c) { return c >= 'A' && c <= 'P'; });
}

bool looks_like_message(Bytes head, std::size_t size) noexcept {
  const auto h = read_header(head);
  if (!h) return false;
  const std::size_t records = std::size_t{h->answers} + h->authorities + h->additionals;
  // The first item, be it a question or a record, begins with name, type and class.
  if (h->questions == 0 && records == 0) return size == 12;
  const std::size_t name_end = skip_plain_name(head, 12);
  if (name_end == 0) return false;
  ByteReader r(head.subspan(name_end));
  const std::uint16_t type = r.be16();
  // The top bit is mDNS's: unicast answer wanted, cache flush (RFC 6762 §5.4, §10.2).
  const unsigned cls = r.be16() & 0x7FFFu;
  if (!r.ok() || type == 0 || ((type == kNb || type == kNbstat) && is_netbios_name(head, 12))) return false;
  const bool plausible_class = cls == 1 || cls == 3 || cls == 4 || cls == 254 || cls == 255;  // IN CH HS NONE ANY
  if (!plausible_class) return false;
  std::size_t at = name_end + 4;
  if (h->questions == 0) {
    r.skip(4);
    const std::size_t data = r.be16();
    at += 6 + data;
    if (!r.ok() || at > size) return false;
  }
  // Of those that follow, a question takes 5 octets at least, a record 11.
  const std::size_t questions_left = h->questions == 0 ? 0 : h->questions - 1u;
  const std::size_t records_left = h->questions == 0 ? records - 1 : records;
  if (at > size || questions_left * 5 + records_left * 11 > size - at) return false;
  if (questions_left != 0 || records_left != 0) return true;
  // Nothing may follow the last item but the zeros with which some home routers fill their buffer.
  const Bytes rest = head.subspan(std::min(at, head.size()));
  return std::all_of(rest.begin(), rest.end(), [](std::uint8_t c) { return c == 0; });
}

}  // namespace kakoi::dns
