#include "dissectors/echonet_lite/message.h"

#include "dissectors/core/code_table.h"

namespace kakoi::echonet_lite {

namespace {

constexpr std::uint8_t kEchonet = 0x10, kFormat1 = 0x81, kFormat2 = 0x82;  // EHD1, EHD2
constexpr std::size_t kTransaction = 4, kService = 10, kLists = 11;        // where these end, stand, begin

struct Name {
  std::uint16_t code;
  std::string_view name;
};
constexpr Name kNames[] = {
    {seti, "SetI"},     {setc, "SetC"}, {get, "Get"},   {inf_req, "INF_REQ"},
    {setget, "SetGet"}, {inf, "INF"},   {infc, "INFC"}, {kArbitraryFormat, "arbitrary message format"},
};
static_assert(is_ascending(kNames));

// Table 3-1; the others are reserved. Instances end at 7Fh.
constexpr bool is_object(const Object& object) noexcept {
  const unsigned group = object.cls >> 8;
  return (group <= 0x06 || group == 0x0E || group == 0x0F) && object.instance < 0x80;
}

}  // namespace

bool is_service(std::uint8_t service) noexcept {
  return request_of(service) != service || is_request(service) || service == inf || service == infc;
}

bool is_request(std::uint8_t service) noexcept { return (service >= seti && service <= inf_req) || service == setget; }

bool is_refusal(std::uint8_t service) noexcept {
  return (service >= seti_sna && service <= inf_sna) || service == setget_sna;
}

std::uint8_t request_of(std::uint8_t service) noexcept {
  switch (service) {
    case seti_sna:
      return seti;
    case setc_sna:
    case set_res:
      return setc;
    case get_sna:
    case get_res:
      return get;
    case inf_sna:
      return inf_req;
    case setget_sna:
    case setget_res:
      return setget;
    case infc_res:
      return infc;
    default:
      return service;
  }
}

bool has_two_lists(std::uint8_t service) noexcept { return request_of(service) == setget; }

std::string_view service_name(std::uint32_t function_code) {
  const Name* const known = find_code(kNames, function_code);
  return known ? known->name : std::string_view{};
}

std::optional<Property> Properties::next() noexcept {
  if (left_ == 0) return {};
  --left_;
  Property p;
  p.code = reader_.u8();
  p.value = reader_.take(reader_.u8());
  if (!reader_.ok()) return {};
  return p;
}

std::optional<Message> parse(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Message m;
  const std::uint8_t first = r.u8(), second = r.u8();
  m.transaction = r.be16();
  for (Object* const object : {&m.source, &m.destination}) {
    object->cls = r.be16();
    object->instance = r.u8();
  }
  m.service = r.u8();
  if (!r.ok() || first != kEchonet || second != kFormat1) return {};
  m.lists = r.rest();
  return m;
}

Frame frame(Bytes bytes, Role) {
  if (!bytes.empty() && bytes[0] != kEchonet) return Frame::foreign();
  if (bytes.size() > 1 && bytes[1] != kFormat1 && bytes[1] != kFormat2) return Frame::foreign();
  if (bytes.size() < kTransaction) return Frame::more(kTransaction);
  if (bytes[1] == kFormat2) return Frame::whole(kTransaction);  // how long the rest is, nothing tells
  if (bytes.size() <= kLists) return Frame::more(kLists + 1);
  const std::uint8_t service = bytes[kService];
  if (!is_service(service)) return Frame::foreign();
  std::size_t end = kLists, properties = 0;
  for (unsigned lists = has_two_lists(service) ? 2 : 1; lists > 0; --lists) {
    if (end >= bytes.size()) return Frame::more(end + 1);
    const unsigned count = bytes[end++];
    properties += count;
    for (unsigned left = count; left > 0; --left) {
      if (end + 2 > bytes.size()) return Frame::more(end + std::size_t{2} * left);
      end += std::size_t{2} + bytes[end + 1];
    }
  }
  return properties != 0 ? Frame::whole(end) : Frame::foreign();
}

bool is_sound(Bytes bytes) noexcept {
  const auto m = parse(bytes);
  if (!m || !is_object(m->source) || !is_object(m->destination)) return false;
  ByteReader r{m->lists};
  for (unsigned lists = has_two_lists(m->service) ? 2 : 1; lists > 0; --lists) {
    Properties properties(r);
    while (const auto p = properties.next())
      if (p->code < 0x80) return false;
  }
  return r.ok();
}

}  // namespace kakoi::echonet_lite
