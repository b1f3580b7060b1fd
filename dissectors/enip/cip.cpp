#include "dissectors/enip/cip.h"

#include "dissectors/core/code_table.h"

namespace kakoi::enip {

namespace {

// Volume 1, appendix A: services common to all objects; 4B and up belong to an object, so that one number means another
// thing there. Those of Logix controllers (tags) are published as "Logix 5000 Controllers Data Access" (Rockwell
// 1756-PM020).
struct Service {
  std::uint8_t code;
  OperationClass cls;
  std::string_view name;
};
constexpr Service kCommon[] = {
    {0x01, OperationClass::read, "Get_Attributes_All"},
    {0x02, OperationClass::parameter, "Set_Attributes_All"},
    {0x03, OperationClass::read, "Get_Attribute_List"},
    {0x04, OperationClass::parameter, "Set_Attribute_List"},
    {0x05, OperationClass::mode, "Reset"},
    {0x06, OperationClass::mode, "Start"},
    {0x07, OperationClass::mode, "Stop"},
    {0x08, OperationClass::program, "Create"},
    {0x09, OperationClass::program, "Delete"},
    {0x0A, OperationClass::other, "Multiple_Service_Packet"},
    {0x0D, OperationClass::parameter, "Apply_Attributes"},
    {0x0E, OperationClass::read, "Get_Attribute_Single"},
    {0x10, OperationClass::parameter, "Set_Attribute_Single"},
    {0x11, OperationClass::read, "Find_Next_Object_Instance"},
    {0x15, OperationClass::parameter, "Restore"},
    {0x16, OperationClass::parameter, "Save"},
    {0x17, OperationClass::other, "No_Operation"},
    {0x18, OperationClass::read, "Get_Member"},
    {0x19, OperationClass::parameter, "Set_Member"},
    {0x1A, OperationClass::parameter, "Insert_Member"},
    {0x1B, OperationClass::parameter, "Remove_Member"},
    {0x1C, OperationClass::other, "GroupSync"},
};
constexpr Service kOfConnectionManager[] = {
    {0x4E, OperationClass::session, "Forward Close"},          {0x52, OperationClass::session, "Unconnected Send"},
    {0x54, OperationClass::session, "Forward Open"},           {0x56, OperationClass::session, "Get Connection Data"},
    {0x57, OperationClass::session, "Search Connection Data"}, {0x5A, OperationClass::session, "Get Connection Owner"},
    {0x5B, OperationClass::session, "Large Forward Open"},
};
constexpr Service kOfPccc[] = {
    {kExecutePccc, OperationClass::other, "Execute PCCC"},
};
constexpr Service kOfTags[] = {
    {0x4C, OperationClass::read, "Read Tag"},
    {0x4D, OperationClass::write, "Write Tag"},
    {0x4E, OperationClass::write, "Read Modify Write Tag"},
    {0x52, OperationClass::read, "Read Tag Fragmented"},
    {0x53, OperationClass::write, "Write Tag Fragmented"},
    {0x55, OperationClass::read, "Get Instance Attribute List"},
};

static_assert(is_ascending(kCommon) && is_ascending(kOfConnectionManager) && is_ascending(kOfTags));

constexpr bool is_tag_class(std::uint32_t cls) noexcept {
  return cls == 0x6B || cls == 0x6C || cls == 0xB2;  // symbol, template, tag names
}

const Service* find(std::uint32_t code, const Object& object) noexcept {
  if (const Service* const common = find_code(kCommon, code)) return common;
  if (object.cls == kConnectionManager) return find_code(kOfConnectionManager, code);
  if (object.cls == kPcccClass) return find_code(kOfPccc, code);
  return object.is_tag || is_tag_class(object.cls) ? find_code(kOfTags, code) : nullptr;
}

constexpr bool is_program_class(std::uint32_t cls) noexcept { return cls >= 0x64 && cls <= 0x70; }

}  // namespace

std::optional<Path> parse_path(Bytes bytes) noexcept {
  ByteReader r{bytes};
  Path path;
  while (r.remaining() > 0) {
    const std::uint8_t segment = r.u8();
    if (segment < 0x20) {  // port segment: 4 bits of port, 10h: the link address has a size
      path.leaves = true;
      path.slot = kNoValue;
      const bool is_sized = (segment & 0x10) != 0;
      const std::uint8_t size = is_sized ? r.u8() : std::uint8_t{1};
      if ((segment & 0x0F) == 0x0F) r.skip(2);
      const Bytes address = r.take(size);
      if (is_sized && size % 2 != 0) r.skip(1);
      if (address.size() == 1) path.slot = address[0];
      continue;
    }
    if (segment < 0x40) {  // logical segment: type in bits 4–2, format in bits 1–0
      std::uint32_t value = 0;
      switch (segment & 3) {
        case 0:
          value = r.u8();
          break;
        case 1:
          r.skip(1);
          value = r.le16();
          break;
        case 2:
          r.skip(1);
          value = r.le32();
          break;
        default:
          return {};
      }
      switch (segment >> 2 & 7) {
        case 0:
          path.cls = value;
          break;
        case 1:
          path.instance = value;
          break;
        case 4:
          path.attribute = value;
          break;
        case 5:  // special: an electronic key has more
          return {};
        default:
          break;
      }
      continue;
    }
    if (segment == 0x91) {  // ANSI extended symbol
      const std::uint8_t size = r.u8();
      const Bytes symbol = r.take(size);
      if (size % 2 != 0) r.skip(1);
      if (path.symbol.empty()) path.symbol = symbol;
      continue;
    }
    break;  // network, data and key segments: of no meaning here
  }
  return r.ok() ? std::optional(path) : std::nullopt;
}

std::optional<Message> parse_message(Bytes bytes) noexcept {
  ByteReader r{bytes};
  const std::uint8_t service = r.u8();
  Message m;
  m.service = service & static_cast<std::uint8_t>(~kResponse);
  m.is_response = (service & kResponse) != 0;
  if (m.is_response) {
    const std::uint8_t reserved = r.u8();
    m.status = r.u8();
    r.skip(std::size_t{r.u8()} * 2);
    if (!r.ok() || reserved != 0) return {};
  } else {
    const std::size_t words = r.u8();
    const Bytes path = r.take(words * 2);
    const auto parsed = r.ok() ? parse_path(path) : std::nullopt;
    if (!parsed) return {};
    m.path = *parsed;
  }
  m.data = r.rest();
  return m;
}

std::optional<Sent> parse_unconnected_send(Bytes data) noexcept {
  ByteReader r{data};
  r.skip(2);  // priority, timeout
  const std::uint16_t size = r.le16();
  Sent sent;
  sent.message = r.take(size);
  if (size % 2 != 0) r.skip(1);
  const std::size_t words = r.u8();
  r.skip(1);
  const auto route = parse_path(r.take(words * 2));
  if (!r.ok() || !route) return {};
  sent.route = *route;
  return sent;
}

OperationClass class_of(std::uint8_t service, const Object& object) noexcept {
  const Service* const known = find(service, object);
  if (!known) return OperationClass::other;
  // Objects are made and deleted for connections and lists of tags, too; of Logix' programs, routines and tags it is programming.
  if (known->cls == OperationClass::program && !is_program_class(object.cls)) return OperationClass::session;
  // The device restarts with its identity object; another object alone goes back to its first state.
  if (service == kReset && object.cls != kIdentityClass) return OperationClass::parameter;
  if (known->cls == OperationClass::read && object.cls == kIdentityClass) return OperationClass::identify;
  return known->cls;
}

std::string_view service_name(std::uint32_t service, const Object& object) noexcept {
  const Service* const known = find(service, object);
  return known ? known->name : std::string_view{};
}

bool is_command(std::uint8_t service, const Object& object) noexcept {
  switch (class_of(service, object)) {
    case OperationClass::mode:
    case OperationClass::parameter:
    case OperationClass::program:
    case OperationClass::write:
      return true;
    default:
      return false;
  }
}

// Volume 1, appendix B.
std::string_view status_name(std::uint8_t status) noexcept {
  switch (status) {
    case 0x01:
      return "connection failure";
    case 0x02:
      return "resource unavailable";
    case 0x03:
      return "invalid parameter value";
    case 0x04:
      return "path segment error";
    case 0x05:
      return "path destination unknown";
    case 0x08:
      return "service not supported";
    case 0x09:
      return "invalid attribute value";
    case 0x0C:
      return "object state conflict";
    case 0x0E:
      return "attribute not settable";
    case 0x0F:
      return "privilege violation";
    case 0x10:
      return "device state conflict";
    case 0x13:
      return "not enough data";
    case 0x14:
      return "attribute not supported";
    case 0x15:
      return "too much data";
    case 0x16:
      return "object does not exist";
    case 0x26:
      return "path size invalid";
    default:
      return "error";
  }
}

}  // namespace kakoi::enip
