#include "dissectors/c1222/message.h"

#include "dissectors/core/der.h"

namespace kakoi::c1222 {

namespace {

enum Field : std::uint8_t {
  aso_context = 0xA1,
  called_title = 0xA2,
  called_invocation = 0xA4,
  calling_title = 0xA6,
  calling_qualifier = 0xA7,
  calling_invocation = 0xA8,
  mechanism = 0x8B,
  authentication = 0xAC,
  user_information = 0xBE,
};
constexpr std::uint8_t kMessage = 0x60, kExternal = 0x28, kOctetAligned = 0x81, kRelative = 0x80;
constexpr std::size_t kHead = 8, kLeast = 16, kCode = 4, kDeviceClass = 4;
// EPSEM's flags (clause 5.3.3).
constexpr std::uint8_t kReserved = 0x80, kClassIncluded = 0x10, kResponseControl = 0x03;
constexpr std::uint8_t kNotification = 4;  // calling-AE-qualifier (clause 5.3.4.6)

constexpr bool is_field(std::uint8_t tag) noexcept {
  switch (tag) {
    case aso_context:
    case called_title:
    case called_invocation:
    case calling_title:
    case calling_qualifier:
    case calling_invocation:
    case mechanism:
    case authentication:
    case user_information:
      return true;
    default:
      return false;
  }
}

bool is_title(Bytes value) noexcept {
  const auto e = der::peek(value);
  return e && (e->tag == der::kOid || e->tag == kRelative) && e->length != 0;
}

// The EPSEM in the user information; empty where there is none.
Bytes epsem_of(Bytes information) noexcept {
  const auto external = der::peek(information);
  if (!external || external->tag != kExternal) return {};
  Bytes inner = external->value;
  der::take(inner, der::kInteger);
  return der::inside(inner, kOctetAligned);
}

// Elements up to the user information; the reason why `probe` may be sure.
struct Walked {
  Message message;
  Bytes epsem;
  bool has_id = false, is_whole = false;
};
std::optional<Walked> walk(Bytes bytes) noexcept {
  const auto whole = der::peek(bytes);
  if (!whole || whole->tag != kMessage) return {};
  Walked w;
  Message& m = w.message;
  for (Bytes fields = whole->value; !fields.empty();) {
    const auto e = der::next(fields);
    if (!e || !is_field(e->tag)) return {};
    switch (e->tag) {
      case called_title:
      case calling_title: {
        if (!is_title(e->value)) return {};
        if (e->tag == called_title) break;
        ByteReader r{e->value};
        m.calling = read_title(r).value_or(Title{});
        break;
      }
      case called_invocation:
        m.answers = der::number(der::inside(e->value, der::kInteger));
        m.is_answer = true;
        break;
      case calling_qualifier:
        m.is_notification = (der::number(der::inside(e->value, der::kInteger)) & kNotification) != 0;
        break;
      case calling_invocation:
        if (e->value.empty() || e->value[0] != der::kInteger) return {};
        m.id = der::number(der::inside(e->value, der::kInteger));
        w.has_id = true;
        break;
      case user_information:
        w.epsem = epsem_of(e->value);
        w.is_whole = whole->complete() && e->complete() && fields.empty();
        return w;
      default:
        break;
    }
  }
  return w;
}

}  // namespace

Frame frame(Bytes bytes, Role) noexcept {
  if (bytes.empty()) return Frame::more(kHead);
  if (bytes[0] != kMessage) return Frame::foreign();
  if (bytes.size() < kHead) return Frame::more(kHead);
  const auto e = der::peek(bytes);
  if (!e || e->value.empty()) return Frame::foreign();
  const std::size_t size = e->header + e->length;
  const bool may_be = size >= kLeast && size <= 0xFFFF && is_field(e->value[0]) && e->value[0] != mechanism &&
                      e->value[0] != authentication && e->value[0] != user_information;
  return may_be ? Frame::whole(size) : Frame::foreign();
}

bool probe(Bytes bytes, Role speaker) noexcept {
  const Frame f = frame(bytes, speaker);
  if (f.kind != Frame::Kind::whole || f.size > bytes.size()) return false;
  const auto w = walk(bytes.first(f.size));
  if (!w || !w->is_whole || !w->has_id || w->epsem.size() < 2) return false;
  const auto m = parse(bytes.first(f.size));
  if ((w->epsem[0] & kReserved) == 0 || !m || m->mode == Mode::reserved) return false;
  if (m->mode == Mode::ciphered) return w->epsem.size() > 1 + kCode;
  // In clear, the lengths of services must fit; zeros may fill up.
  Bytes services = m->services;
  bool any = false;
  while (!next_service(services).empty()) any = true;
  for (const std::uint8_t b : services)
    if (b != 0) return false;
  return any;
}

std::optional<Message> parse(Bytes bytes) noexcept {
  auto w = walk(bytes);
  if (!w || w->epsem.empty()) return {};
  Message& m = w->message;
  ByteReader r{w->epsem};
  const std::uint8_t flags = r.u8();
  if ((flags & kClassIncluded) != 0) r.skip(kDeviceClass);
  m.mode = static_cast<Mode>(flags >> 2 & 3);
  m.must_answer = (flags & kResponseControl) == 0;
  m.services = r.rest();
  if (m.mode == Mode::authenticated)
    m.services = m.services.first(m.services.size() - (m.services.size() < kCode ? m.services.size() : kCode));
  return m;
}

Bytes next_service(Bytes& services) noexcept {
  ByteReader r{services};
  std::size_t size = r.u8();  // as BER's (clause 5.2.2)
  if (size > 0x82) return {};
  if (size >= 0x80) size = size == 0x81 ? r.u8() : size == 0x82 ? r.be16() : 0;
  const Bytes service = r.take(size);
  if (!r.ok() || service.empty()) return {};
  services = services.subspan(r.offset());
  return service;
}

std::optional<Title> read_title(ByteReader& r) noexcept {
  const std::uint8_t tag = r.u8();
  const Bytes arcs = r.take(r.u8());
  if (!r.ok() || (tag != der::kOid && tag != kRelative)) return {};
  return Title{arcs, tag == kRelative};
}

// X.690, 8.19 and 8.20.
void put_title(const Title& title, TitleLine& line) noexcept {
  bool is_first = !title.is_relative;
  std::uint64_t arc = 0;
  for (const std::uint8_t b : title.arcs) {
    arc = arc << 7 | (b & 0x7F);
    if ((b & 0x80) != 0) continue;
    if (is_first) {
      const std::uint64_t root = arc < 80 ? arc / 40 : 2;
      line << root;
      arc -= root * 40;
      is_first = false;
    }
    line << "." << arc;
    arc = 0;
  }
}

}  // namespace kakoi::c1222
