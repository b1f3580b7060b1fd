#include "dissectors/echonet_lite/object.h"

#include <algorithm>

#include "dissectors/core/code_table.h"

namespace kakoi::echonet_lite {

namespace {

struct Name {
  std::uint32_t code;
  std::string_view name;
};

constexpr Name kClasses[] = {
    {0x0001, "gas leak sensor"},
    {0x0002, "crime prevention sensor"},
    {0x0003, "emergency button"},
    {0x0005, "earthquake sensor"},
    {0x0006, "electric leak sensor"},
    {0x0007, "human detection sensor"},
    {0x0008, "visitor sensor"},
    {0x000D, "illuminance sensor"},
    {0x0011, "temperature sensor"},
    {0x0012, "humidity sensor"},
    {0x0016, "bath heating status sensor"},
    {0x0019, "fire sensor"},
    {0x001B, "CO2 sensor"},
    {0x0022, "electric energy sensor"},
    {0x0023, "current value sensor"},
    {0x0029, "open/close sensor"},
    {0x002D, "air pressure sensor"},
    {0x0130, "home air conditioner"},
    {0x0133, "ventilation fan"},
    {0x0134, "air conditioner ventilation fan"},
    {0x0135, "air cleaner"},
    {0x0139, "humidifier"},
    {0x0142, "electric heater"},
    {0x0143, "fan heater"},
    {0x0145, "commercial air conditioner, indoor unit"},
    {0x0146, "commercial air conditioner, outdoor unit"},
    {0x0147, "commercial air conditioner, thermal storage unit"},
    {0x0148, "commercial fan coil unit"},
    {0x0149, "commercial chiller"},
    {0x0150, "commercial boiler"},
    {0x0151, "commercial VAV"},
    {0x0152, "commercial air handling unit"},
    {0x0153, "unit cooler"},
    {0x0154, "commercial condensing unit"},
    {0x0155, "electric storage heater"},
    {0x0260, "electrically operated blind"},
    {0x0261, "electrically operated shutter"},
    {0x0262, "electrically operated curtain"},
    {0x0263, "electrically operated rain shutter"},
    {0x0264, "electrically operated gate"},
    {0x0265, "electrically operated window"},
    {0x0266, "automatic entrance door"},
    {0x0268, "fire sprinkler"},
    {0x026B, "electric water heater"},
    {0x026F, "electric lock"},
    {0x0270, "gas line valve"},
    {0x0272, "hot water generator"},
    {0x0273, "bathroom dryer"},
    {0x0274, "home elevator"},
    {0x0279, "solar power generation"},
    {0x027A, "cold/hot water heat source"},
    {0x027B, "floor heater"},
    {0x027C, "fuel cell"},
    {0x027D, "storage battery"},
    {0x027E, "EV charger/discharger"},
    {0x027F, "engine cogeneration"},
    {0x0280, "electric energy meter"},
    {0x0281, "water flow meter"},
    {0x0282, "gas meter"},
    {0x0283, "LP gas meter"},
    {0x0286, "commercial elevator"},
    {0x0287, "distribution panel metering"},
    {0x0288, "low-voltage smart meter"},
    {0x0289, "smart gas meter"},
    {0x028A, "high-voltage smart meter"},
    {0x0290, "general lighting"},
    {0x0291, "single-function lighting"},
    {0x0299, "emergency lighting"},
    {0x02A0, "buzzer"},
    {0x02A1, "EV charger"},
    {0x02A2, "small wind turbine"},
    {0x02A3, "lighting system"},
    {0x02A4, "extended lighting system"},
    {0x02A5, "multiple input PCS"},
    {0x02A6, "hybrid water heater"},
    {0x03B7, "refrigerator"},
    {0x03B9, "cooking heater"},
    {0x03BB, "rice cooker"},
    {0x03C5, "washing machine"},
    {0x03CE, "commercial showcase"},
    {0x03CF, "commercial refrigerator"},
    {0x03D3, "washer and dryer"},
    {0x03D4, "commercial showcase, outdoor unit"},
    {0x05FD, "switch"},
    {0x05FE, "portable terminal"},
    {0x05FF, "controller"},
    {0x0601, "display"},
    {0x0602, "television"},
    {0x0EF0, "node profile"},
};
static_assert(is_ascending(kClasses));

// Class × 256 + property; class 0000 stands for any device. Those that can be written, and are worth words.
constexpr Name kProperties[] = {
    {0x000080, "operation status"},
    {0x000081, "installation location"},
    {0x000087, "current limit"},
    {0x00008F, "power saving"},
    {0x000093, "remote control"},
    {0x000097, "current time"},
    {0x000098, "current date"},
    {0x000099, "power limit"},
    {0x0130A0, "air flow rate"},
    {0x0130B0, "operation mode"},
    {0x0130B3, "set temperature"},
    {0x0260E0, "open/close"},
    {0x0263E0, "open/close"},
    {0x026FE0, "lock 1"},
    {0x026FE1, "lock 2"},
    {0x0279E5, "generation output limit 1"},
    {0x0279E6, "generation output limit 2"},
    {0x027DDA, "operation mode"},
    {0x027EDA, "operation mode"},
    {0x0290B0, "illuminance level"},
    {0x0290B6, "lighting mode"},
    {0x0291B0, "illuminance level"},
};
static_assert(is_ascending(kProperties));

// The property, and behind it its only octet.
constexpr Name kValues[] = {
    {0x00008030, "on"},
    {0x00008031, "off"},
    {0x00008F41, "on"},
    {0x00008F42, "off"},
    {0x00009341, "not through a public network"},
    {0x00009342, "through a public network"},
    {0x0130B040, "other"},
    {0x0130B041, "automatic"},
    {0x0130B042, "cooling"},
    {0x0130B043, "heating"},
    {0x0130B044, "dehumidification"},
    {0x0130B045, "circulation"},
    {0x0260E041, "open"},
    {0x0260E042, "close"},
    {0x0260E043, "stop"},
    {0x0263E041, "open"},
    {0x0263E042, "close"},
    {0x0263E043, "stop"},
    {0x026FE041, "lock"},
    {0x026FE042, "unlock"},
    {0x026FE141, "lock"},
    {0x026FE142, "unlock"},
    {0x027DDA41, "rapid charging"},
    {0x027DDA42, "charging"},
    {0x027DDA43, "discharging"},
    {0x027DDA44, "standby"},
    {0x027DDA45, "test"},
    {0x027DDA46, "automatic"},
    {0x027DDA48, "restart"},
    {0x027EDA42, "charging"},
    {0x027EDA43, "discharging"},
    {0x027EDA44, "standby"},
    {0x0290B641, "automatic"},
    {0x0290B642, "main lighting"},
    {0x0290B643, "night lighting"},
    {0x0290B645, "color lighting"},
};
static_assert(is_ascending(kValues));

// Those of one octet that are a number, with its unit.
constexpr Name kUnits[] = {
    {0x000087, " %"}, {0x0130B3, " °C"}, {0x0279E5, " %"}, {0x0290B0, " %"}, {0x0291B0, " %"},
};
static_assert(is_ascending(kUnits));

constexpr std::uint8_t kTime = 0x97, kDate = 0x98;

const Name* find_property(std::uint16_t cls, std::uint8_t property) noexcept {
  if (property < 0xA0) return cls == kNodeProfile && property != 0x80 ? nullptr : find_code(kProperties, property);
  return find_code(kProperties, std::uint32_t{cls} << 8 | property);
}

}  // namespace

std::string_view class_name(std::uint16_t cls) noexcept {
  const Name* const known = find_code(kClasses, cls);
  return known ? known->name : std::string_view{};
}

bool is_device(const Object& object) noexcept {
  constexpr std::uint16_t kKeySetup = 0x05FC, kPortableTerminal = 0x05FE, kController = 0x05FF, kProfiles = 0x0E;
  return object.cls >> 8 != kProfiles && object.cls != kKeySetup && object.cls != kPortableTerminal &&
         object.cls != kController;
}

bool is_identity(const Object& object, std::uint8_t property) noexcept {
  switch (property) {
    case 0x82:
    case 0x83:
    case 0x8A:
    case 0x8B:
    case 0x8C:
    case 0x8D:
    case 0x8E:
    case 0x9D:
    case 0x9E:
    case 0x9F:
      return true;
    default:
      return object.cls == kNodeProfile;
  }
}

bool is_time(std::uint8_t property) noexcept { return property == kTime || property == kDate; }

void write_property(std::uint16_t cls, const Property& property, Value& value) noexcept {
  const Bytes octets = property.value;
  const Name* const known = find_property(cls, property.code);
  if (known)
    value << known->name << ": ";
  else
    value.hex(property.code, 2) << ": ";
  if (known && octets.size() == 1) {
    if (const Name* const word = find_code(kValues, known->code << 8 | octets[0])) {
      value << word->name;
      return;
    }
    if (const Name* const unit = find_code(kUnits, known->code)) {
      value << std::uint64_t{octets[0]} << unit->name;
      return;
    }
  }
  if (known && property.code == kTime && octets.size() == 2) {
    if (octets[0] < 10) value << "0";
    value << std::uint64_t{octets[0]} << (octets[1] < 10 ? ":0" : ":") << std::uint64_t{octets[1]};
    return;
  }
  if (known && property.code == kDate && octets.size() == 4) {  // year ×2 | month | day
    value << std::uint64_t{ByteReader(octets).be16()};
    for (const std::uint8_t part : octets.subspan(2)) value << (part < 10 ? "-0" : "-") << std::uint64_t{part};
    return;
  }
  constexpr std::size_t kMost = 8;
  for (const std::uint8_t b : octets.first(std::min(octets.size(), kMost))) value.hex(b, 2);
  if (octets.size() > kMost) value << " …";
}

// Appendix 2.2: 0 | place ×4 bits | number ×3 bits. 00 not set, FF not fixed, 80h and more of the installer's own.
bool write_location(Bytes value, Value& words) noexcept {
  constexpr std::string_view kPlaces[] = {"",
                                          "living room",
                                          "dining room",
                                          "kitchen",
                                          "bathroom",
                                          "lavatory",
                                          "washroom/changing room",
                                          "passageway",
                                          "room",
                                          "stairway",
                                          "front door",
                                          "storeroom",
                                          "garden/perimeter",
                                          "garage",
                                          "veranda/balcony",
                                          "other place"};
  if (value.size() != 1 || value[0] >= 0x80 || value[0] >> 3 == 0) return false;
  words << kPlaces[value[0] >> 3];
  if ((value[0] & 7) != 0) words << " " << std::uint64_t{value[0] & 7u};
  return true;
}

}  // namespace kakoi::echonet_lite
