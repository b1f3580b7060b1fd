#include "dissectors/bacnet/identity.h"

#include "dissectors/bacnet/makers.h"
#include "dissectors/core/text.h"

namespace kakoi::bacnet {

namespace {

constexpr std::string_view kIAm = "bacnet i-am", kIHave = "bacnet i-have", kDevice = "bacnet device object";

// Clause 21, BACnetPropertyIdentifier.
enum Property : std::uint32_t {
  application_software_version = 12,
  description = 28,
  firmware_revision = 44,
  location = 58,
  model_name = 70,
  object_name = 77,
  vendor_identifier = 120,
  vendor_name = 121,
  serial_number = 372,
};

void state_vendor(std::uint32_t id, std::string_view method, const Subject& subject, const Emit& emit) {
  if (const auto maker = maker_name(id); !maker.empty()) emit(Identity{Trait::vendor, maker, method, 85, subject});
}

// A character set, then characters (clause 20.2.9): 0 is UTF-8, 4 UCS-2; the others are rare.
void put_characters(Bytes value, text::Line<200>& line) noexcept {
  if (value.empty()) return;
  const Bytes characters = value.subspan(1);
  if (value[0] == 0) line << as_text(characters);
  if (value[0] != 4) return;
  for (std::size_t i = 0; i + 1 < characters.size(); i += 2) {
    const unsigned c = static_cast<unsigned>(characters[i] << 8 | characters[i + 1]);
    const char utf8[] = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 0x3F)),
                         static_cast<char>(0x80 | (c & 0x3F))};
    const char two[] = {static_cast<char>(0xC0 | c >> 6), utf8[2]}, one[] = {static_cast<char>(c)};
    if (c == 0) return;
    line << (c < 0x80 ? std::string_view(one, 1) : c < 0x800 ? std::string_view(two, 2) : std::string_view(utf8, 3));
  }
}

void state_value(std::uint32_t property, const Tag& value, const About& about, const Emit& emit) {
  if (value.is_context) return;
  if (property == vendor_identifier && value.number == kUnsigned)
    return state_vendor(number(value.value), kDevice, about.subject, emit);
  if (value.number != kCharacterString) return;
  text::Line<200> line;
  put_characters(value.value, line);
  const std::string_view words = text::field(line.view());
  if (words.empty()) return;
  const auto state = [&](Trait trait, std::uint8_t confidence) {
    emit(Identity{trait, words, kDevice, confidence, about.subject});
  };
  switch (property) {
    case application_software_version:
      return state(Trait::software, 80);
    case description:
      return state(Trait::description, 70);
    case firmware_revision:
      return state(Trait::firmware, 90);
    case location:
      return state(Trait::location, 80);
    case model_name:
      return state(Trait::model, 90);
    case object_name:
      return state(Trait::name, 85);
    case vendor_name:
      return state(Trait::vendor, 90);
    case serial_number:
      return state(Trait::serial, 90);
    default:
      return;
  }
}

// Skips what an opening tag began; `depth` is how many are open.
void skip_list(ByteReader& r, unsigned depth) noexcept {
  while (depth != 0) {
    const auto t = next_tag(r);
    if (!t) return;
    if (t->opens) ++depth;
    if (t->closes) --depth;
  }
}

bool is(const std::optional<Tag>& t, std::uint8_t context) noexcept {
  return t && t->is_context && t->number == context && !t->opens && !t->closes;
}

}  // namespace

void state_i_am(Bytes service, const About& about, const Emit& emit) {
  ByteReader r{service};
  const auto device = next_tag(r);
  next_tag(r);  // longest APDU accepted
  next_tag(r);  // segmentation
  const auto vendor = next_tag(r);
  if (!vendor || device->is_context || device->number != kObjectIdentifier || vendor->number != kUnsigned) return;
  const ObjectId id = object_id(device->value);
  if (id.type != kDeviceObject) return;
  text::Line<80> line;
  line << "BACnet device " << id.instance << ", vendor " << number(vendor->value);
  if (about.is_routed) {
    line << ", on a network behind";
    return emit(Identity{Trait::description, line.view(), kIAm, 60, about.subject});
  }
  state_vendor(number(vendor->value), kIAm, about.subject, emit);
  emit(Identity{Trait::description, line.view(), kIAm, 80, about.subject});
}

void state_i_have(Bytes service, const About& about, const Emit& emit) {
  ByteReader r{service};
  const auto device = next_tag(r), object = next_tag(r), name = next_tag(r);
  if (about.is_routed || !name || name->is_context || name->number != kCharacterString) return;
  if (device->is_context || device->number != kObjectIdentifier || object->is_context ||
      object->number != kObjectIdentifier)
    return;
  const ObjectId id = object_id(object->value);
  if (id.type != kDeviceObject || id.instance != object_id(device->value).instance) return;
  text::Line<200> line;
  put_characters(name->value, line);
  const std::string_view words = text::field(line.view());
  if (!words.empty()) emit(Identity{Trait::name, words, kIHave, 80, about.subject});
}

void state_property(Bytes service, const About& about, const Emit& emit) {
  ByteReader r{service};
  const auto object = next_tag(r), property = next_tag(r);
  auto open = next_tag(r);
  if (!is(object, 0) || !is(property, 1) || object_id(object->value).type != kDeviceObject) return;
  if (is(open, 2)) return;  // an element of an array
  const auto value = open && open->opens ? next_tag(r) : std::nullopt;
  if (value && !about.is_routed) state_value(number(property->value), *value, about, emit);
}

void state_properties(Bytes service, const About& about, const Emit& emit) {
  constexpr unsigned kMostValues = 1000;
  if (about.is_routed) return;
  ByteReader r{service};
  unsigned values = 0;
  while (r.remaining() > 0 && values < kMostValues) {
    const auto object = next_tag(r), open = next_tag(r);
    if (!is(object, 0) || !open || !open->opens) return;
    const bool is_device = object_id(object->value).type == kDeviceObject;
    for (; values < kMostValues; ++values) {
      auto t = next_tag(r);
      if (!t || t->closes) break;
      if (!is(t, 2)) return;
      const std::uint32_t property = number(t->value);
      t = next_tag(r);
      const bool is_element = is(t, 3);
      if (is_element) t = next_tag(r);
      if (!t || !t->opens) return;
      const bool is_value = t->number == 4;
      const auto value = next_tag(r);
      if (!value) return;
      if (is_device && is_value && !is_element) state_value(property, *value, about, emit);
      if (!value->closes) skip_list(r, value->opens ? 2 : 1);
    }
    if (!r.ok()) return;
  }
}

}  // namespace kakoi::bacnet
