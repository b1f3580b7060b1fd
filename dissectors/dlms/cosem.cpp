#include "dissectors/dlms/cosem.h"

#include <algorithm>

#include "dissectors/core/code_table.h"
#include "dissectors/dlms/apdu.h"

namespace kakoi::dlms {

namespace {

using enum OperationClass;

struct Class {
  std::uint32_t code;
  OperationClass set, action;
  std::string_view name;
};
constexpr Class kClasses[] = {
    {1, write, control, "data"},
    {3, write, control, "register"},
    {4, write, control, "extended register"},
    {5, write, control, "demand register"},
    {6, parameter, parameter, "register activation"},
    {7, parameter, control, "profile generic"},
    {8, OperationClass::time, OperationClass::time, "clock"},
    {9, parameter, control, "script table"},
    {10, parameter, parameter, "schedule"},
    {11, parameter, parameter, "special days table"},
    {12, parameter, parameter, "association SN"},
    {15, parameter, parameter, "association LN"},
    {17, parameter, parameter, "SAP assignment"},
    {18, program, program, "image transfer"},
    {19, parameter, parameter, "IEC local port setup"},
    {20, parameter, parameter, "activity calendar"},
    {21, parameter, parameter, "register monitor"},
    {22, parameter, parameter, "single action schedule"},
    {23, parameter, parameter, "IEC HDLC setup"},
    {24, parameter, parameter, "IEC twisted pair setup"},
    {25, parameter, parameter, "M-Bus slave port setup"},
    {27, parameter, parameter, "modem configuration"},
    {28, parameter, parameter, "auto answer"},
    {29, parameter, control, "auto connect"},
    {30, parameter, control, "data protection"},
    {40, parameter, control, "push setup"},
    {41, parameter, parameter, "TCP-UDP setup"},
    {42, parameter, parameter, "IPv4 setup"},
    {43, parameter, parameter, "MAC address setup"},
    {44, parameter, parameter, "PPP setup"},
    {45, parameter, parameter, "GPRS modem setup"},
    {46, parameter, parameter, "SMTP setup"},
    {47, parameter, parameter, "GSM diagnostic"},
    {48, parameter, parameter, "IPv6 setup"},
    {61, parameter, control, "register table"},
    {62, parameter, control, "compact data"},
    {63, write, control, "status mapping"},
    {64, parameter, parameter, "security setup"},
    {65, parameter, parameter, "parameter monitor"},
    {68, parameter, control, "arbitrator"},
    {70, control, control, "disconnect control"},
    {71, parameter, control, "limiter"},
    {72, parameter, control, "M-Bus client"},
    {111, parameter, control, "account"},
    {112, parameter, control, "credit"},
    {113, parameter, control, "charge"},
    {115, parameter, control, "token gateway"},
};
static_assert(is_ascending(kClasses));

struct Method {
  std::uint32_t code;  // class × 256 + number
  std::string_view name;
};
constexpr Method kMethods[] = {
    {3 << 8 | 1, "reset"},
    {4 << 8 | 1, "reset"},
    {5 << 8 | 1, "reset"},
    {5 << 8 | 2, "next period"},
    {7 << 8 | 1, "reset"},
    {7 << 8 | 2, "capture"},
    {8 << 8 | 1, "adjust to quarter"},
    {8 << 8 | 2, "adjust to measuring period"},
    {8 << 8 | 3, "adjust to minute"},
    {8 << 8 | 4, "adjust to preset time"},
    {8 << 8 | 5, "preset adjusting time"},
    {8 << 8 | 6, "shift time"},
    {9 << 8 | 1, "execute"},
    {15 << 8 | 1, "reply to HLS authentication"},
    {15 << 8 | 2, "change HLS secret"},
    {15 << 8 | 3, "add object"},
    {15 << 8 | 4, "remove object"},
    {15 << 8 | 5, "add user"},
    {15 << 8 | 6, "remove user"},
    {18 << 8 | 1, "image transfer initiate"},
    {18 << 8 | 2, "image block transfer"},
    {18 << 8 | 3, "image verify"},
    {18 << 8 | 4, "image activate"},
    {20 << 8 | 1, "activate passive calendar"},
    {64 << 8 | 1, "security activate"},
    {64 << 8 | 2, "key transfer"},
    {64 << 8 | 3, "key agreement"},
    {64 << 8 | 4, "generate key pair"},
    {64 << 8 | 6, "import certificate"},
    {64 << 8 | 8, "remove certificate"},
    {70 << 8 | 1, "remote disconnect"},
    {70 << 8 | 2, "remote reconnect"},
};
static_assert(is_ascending(kMethods));

struct Result {
  std::uint32_t code;
  std::string_view name;
};
constexpr Result kResults[] = {
    {1, "hardware fault"},
    {2, "temporary failure"},
    {3, "read-write denied"},
    {4, "object undefined"},
    {9, "object class inconsistent"},
    {11, "object unavailable"},
    {12, "type unmatched"},
    {13, "scope of access violated"},
    {14, "data block unavailable"},
    {15, "long transfer aborted"},
    {16, "no long transfer in progress"},
    {17, "long set aborted"},
    {18, "no long set in progress"},
    {19, "data block number invalid"},
    {250, "other reason"},
};
static_assert(is_ascending(kResults));

struct Maker {
  std::string_view flag, name;
};
// FLAG identifications (administered by the DLMS User Association) of some makers of meters.
constexpr Maker kMakers[] = {
    {"ADX", "ADD"},      {"ELS", "Elster"}, {"EMH", "EMH"},        {"ISK", "Iskraemeco"},
    {"KAM", "Kamstrup"}, {"KFM", "Kaifa"},  {"LGZ", "Landis+Gyr"}, {"ZIV", "ZIV"},
};
std::string_view maker_of(std::string_view flag) noexcept {
  const auto at = std::find_if(std::begin(kMakers), std::end(kMakers), [&](const Maker& m) { return m.flag == flag; });
  return at != std::end(kMakers) ? at->name : std::string_view{};
}
constexpr std::size_t kFlag = 3;
bool is_flag(std::string_view text) noexcept {
  return text.size() > kFlag &&
         std::all_of(text.begin(), text.begin() + kFlag, [](char c) { return c >= 'A' && c <= 'Z'; });
}

constexpr Obis kDeviceName{0, 0, 42, 0, 0, 255};

// The text of an octet-string, visible-string or UTF-8 string whose characters all are ones.
std::string_view text_of(Bytes data) noexcept {
  ByteReader r{data};
  const std::uint8_t type = r.u8();
  if (type != 0x09 && type != 0x0A && type != 0x0C) return {};
  const Bytes octets = r.take(read_length(r));
  if (!r.ok()) return {};
  const std::string_view words = text::field(as_text(octets));
  constexpr std::size_t kMost = 64;
  const bool readable = words.size() <= kMost && std::all_of(words.begin(), words.end(), text::is_printable);
  return readable ? words : std::string_view{};
}

}  // namespace

Object read_object(ByteReader& r) noexcept {
  Object o;
  o.class_id = r.be16();
  for (std::uint8_t& part : o.name) part = r.u8();
  o.number = r.u8();
  return o;
}

std::string_view class_name(std::uint16_t class_id) noexcept {
  const Class* const known = find_code(kClasses, class_id);
  return known ? known->name : std::string_view{};
}

OperationClass class_of_set(const Object& o) noexcept {
  const Class* const known = find_code(kClasses, o.class_id);
  return known ? known->set : write;
}

OperationClass class_of_action(const Object& o) noexcept {
  if (o.class_id == association_class && o.number == reply_to_hls) return auth;
  const Class* const known = find_code(kClasses, o.class_id);
  return known ? known->action : control;
}

std::string_view method_name(const Object& o) noexcept {
  const Method* const known = find_code(kMethods, std::uint32_t{o.class_id} << 8 | o.number);
  return known ? known->name : "invoke";
}

bool is_public(const Object& o) noexcept {
  constexpr std::uint8_t kCounters = 43;  // 0.0.43.1.x.255: security, frame counters
  return o.class_id == association_class || o.class_id == sap_class || o.name == kDeviceName ||
         (o.class_id == data_class && o.name[0] == 0 && o.name[2] == kCounters);
}

void put_object(const Object& o, bool is_method, ObjectLine& line) noexcept {
  for (std::size_t i = 0; i < o.name.size(); ++i) line << (i != 0 ? "." : "") << o.name[i];
  line << (is_method ? " method " : " attribute ") << o.number;
}

void put_number(Bytes data, ObjectLine& line) noexcept {
  ByteReader r{data};
  std::uint64_t value = 0;
  bool is_signed = false;
  unsigned bits = 8;
  switch (r.u8()) {
    case 0x03:  // boolean
    case 0x11:  // unsigned
    case 0x16:  // enum
      value = r.u8();
      break;
    case 0x0F:  // integer
      value = r.u8();
      is_signed = true;
      break;
    case 0x10:  // long
      value = r.be16();
      bits = 16;
      is_signed = true;
      break;
    case 0x12:  // long-unsigned
      value = r.be16();
      break;
    case 0x05:  // double-long
      value = r.be32();
      bits = 32;
      is_signed = true;
      break;
    case 0x06:  // double-long-unsigned
      value = r.be32();
      break;
    default:
      return;
  }
  if (!r.ok()) return;
  const bool negative = is_signed && (value >> (bits - 1) & 1) != 0;
  line << (negative ? " = -" : " = ") << (negative ? (std::uint64_t{1} << bits) - value : value);
}

std::string_view result_name(std::uint8_t result) noexcept {
  const Result* const known = find_code(kResults, result);
  return known ? known->name : "refused";
}

void state_identity(const Object& o, Bytes data, const Emit& emit) {
  // 0.0.42.0.0 logical device name; A.0.96.1.0 to 9 device ids; A.0.0.2.0 and .8 (A: the medium) versions of the firmware.
  const Obis& n = o.name;
  if (o.class_id != data_class || o.number != 2 || n[1] != 0 || n[5] != 255) return;
  const std::string_view words = text_of(data);
  if (words.empty()) return;
  if (n == kDeviceName) {
    emit(Identity{Trait::name, words, "dlms logical device name", 70, {}});
    if (!is_flag(words)) return;
    if (const auto maker = maker_of(words.substr(0, kFlag)); !maker.empty())
      emit(Identity{Trait::vendor, maker, "dlms logical device name", 80, {}});
  } else if (n[2] == 96 && n[3] == 1 && n[4] == 0) {
    emit(Identity{Trait::serial, words, "dlms device id", 80, {}});
  } else if (n[0] != 0 && n[2] == 0 && n[3] == 2 && n[4] == 0) {
    emit(Identity{Trait::firmware, words, "dlms firmware", 80, {}});
  }
}

void state_title(Bytes title, const Emit& emit) {
  constexpr std::size_t kTitle = 8;  // IEC 62056-5-3, clause 4.3.4
  const std::string_view letters = as_text(title);
  if (title.size() != kTitle || !is_flag(letters)) return;
  text::Line<48> line;
  line << "DLMS system title " << letters.substr(0, kFlag) << " ";
  for (const std::uint8_t b : title.subspan(kFlag)) line.hex(b, 2);
  emit(Identity{Trait::description, line.view(), "dlms system title", 80, {}});
  if (const auto maker = maker_of(letters.substr(0, kFlag)); !maker.empty())
    emit(Identity{Trait::vendor, maker, "dlms system title", 80, {}});
}

}  // namespace kakoi::dlms
