#include "dissectors/echonet_lite/identity.h"

#include <algorithm>

#include "dissectors/echonet_lite/makers.h"
#include "dissectors/echonet_lite/object.h"

namespace kakoi::echonet_lite {

namespace {

constexpr std::string_view kNode = "echonet lite node profile", kDevice = "echonet lite device object";

enum Code : std::uint8_t {
  installation_location = 0x81,
  version = 0x82,
  identification_number = 0x83,
  manufacturer_code = 0x8A,
  product_code = 0x8C,
  production_number = 0x8D,
};

std::optional<Object> next_object(ByteReader& r) noexcept {
  Object object;
  object.cls = r.be16();
  object.instance = r.u8();
  if (!r.ok()) return {};
  return object;
}

// Number | EOJ ×3 …
void state_instances(Bytes instances, const Emit& emit) {
  constexpr unsigned kMost = 6;
  ByteReader r{instances};
  r.skip(1);
  const Bytes objects = r.rest();
  text::Line<200> line;
  line << "ECHONET Lite: ";
  unsigned classes = 0;
  const auto count_of = [&](std::uint16_t cls, std::size_t end) {
    std::uint64_t n = 0;
    ByteReader all{objects.first(end)};
    while (const auto o = next_object(all)) n += o->cls == cls;
    return n;
  };
  ByteReader each{objects};
  while (const auto object = next_object(each)) {
    if (count_of(object->cls, each.offset()) != 1) continue;  // told before
    if (classes == kMost) {
      line << ", …";
      ++classes;
      break;
    }
    if (classes++ != 0) line << ", ";
    if (const auto name = class_name(object->cls); !name.empty())
      line << name;
    else
      (line << "class ").hex(object->cls, 4);
    if (const auto n = count_of(object->cls, objects.size()); n > 1) line << " ×" << n;
  }
  constexpr std::string_view kMethod = "echonet lite instance list";
  if (classes != 0) emit(Identity{Trait::description, line.view(), kMethod, 80, {}});
  if (lists_device(instances)) emit(Identity{Trait::role, "ot_device", kMethod, 60, {}});
}

// FE | manufacturer ×3 | the maker's own ×13, which is of no other node; before, numbers of the lower layer.
void state_number(Bytes number, const Emit& emit) {
  constexpr std::size_t kSize = 17, kOwn = 4;
  constexpr std::uint8_t kByMaker = 0xFE;
  if (number.size() != kSize || number[0] != kByMaker) return;
  const Bytes own = number.subspan(kOwn);
  if (std::all_of(own.begin(), own.end(), [&](std::uint8_t b) { return b == own[0]; })) return;
  text::Line<2 * kSize> digits;
  for (const std::uint8_t b : number) digits.hex(b, 2);
  emit(Identity{Trait::fingerprint, digits.view(), "echonet lite identification number", 85, {}});
}

}  // namespace

bool lists_device(Bytes instances) noexcept {
  ByteReader r{instances};
  r.skip(1);
  while (const auto object = next_object(r))
    if (is_device(*object)) return true;
  return false;
}

// Behind one node may be devices of several makers: what the node's own profile says counts for more.
void state_identity(const Object& object, const Property& property, const Emit& emit) {
  const bool is_node = object.cls == kNodeProfile;
  const std::string_view method = is_node ? kNode : kDevice;
  const auto state = [&](Trait trait, std::string_view words, std::uint8_t of_node, std::uint8_t of_device) {
    emit(Identity{trait, words, method, is_node ? of_node : of_device, {}});
  };
  const Bytes value = property.value;
  switch (property.code) {
    case manufacturer_code: {
      if (value.size() != 3) return;
      const std::uint32_t code = ByteReader(value).be24();
      if (const auto maker = maker_name(code); !maker.empty()) return state(Trait::vendor, maker, 85, 75);
      text::Line<40> line;
      (line << "ECHONET manufacturer code ").hex(code, 6);
      return state(Trait::description, line.view(), 60, 50);
    }
    case product_code:
    case production_number: {
      const std::string_view words = text::field(as_text(value));
      if (words.empty() || !std::all_of(words.begin(), words.end(), text::is_printable)) return;
      return state(property.code == product_code ? Trait::model : Trait::serial, words, 85, 75);
    }
    case installation_location: {
      Value words;
      if (!is_node && write_location(value, words)) state(Trait::location, words.view(), 0, 60);
      return;
    }
    case version: {  // major | minor | formats ×2; of a device the release of the Appendix
      if (!is_node || value.size() != 4) return;
      text::Line<40> line;
      line << "ECHONET Lite " << std::uint64_t{value[0]} << "." << std::uint64_t{value[1]};
      return state(Trait::description, line.view(), 60, 0);
    }
    case identification_number:
      if (is_node) state_number(value, emit);
      return;
    case kInstanceListNotified:
    case kInstanceList:
      if (is_node) state_instances(value, emit);
      return;
    default:
      return;
  }
}

}  // namespace kakoi::echonet_lite
