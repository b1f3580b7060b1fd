#include "dissectors/dnp3/application.h"

#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

namespace {

// Second octet of the internal indications: the outstation could not do what it was asked.
constexpr std::uint8_t kNoFunctionSupport = 0x01;
constexpr std::uint8_t kObjectUnknown = 0x02;
constexpr std::uint8_t kParameterError = 0x04;

bool is_response(std::uint8_t code) noexcept {
  return code >= static_cast<std::uint8_t>(Function::response) &&
         code <= static_cast<std::uint8_t>(Function::authenticate_resp);
}

bool is_request(std::uint8_t code) noexcept {
  return code >= static_cast<std::uint8_t>(Function::read) &&
         code <= static_cast<std::uint8_t>(Function::auth_req_no_ack);
}

// True if any of the fixed-size objects ends in a control status (seven bits) other than SUCCESS.
bool any_status_set(const ObjectHeader& header) noexcept {
  const std::size_t stride = std::size_t{header.prefix_size} + header.type->size;
  for (std::size_t at = stride; at <= header.objects.size(); at += stride)
    if ((header.objects[at - 1] & 0x7F) != 0) return true;
  return false;
}

// The status octet at `offset` of the one object that such a message holds.
bool status_set_at(const ObjectHeader& header, std::size_t offset) noexcept {
  const std::size_t at = header.prefix_size + offset;
  return at < header.objects.size() && header.objects[at] != 0;
}

// A response that carries a command's objects echoes them with the outcome.
bool refuses(const ObjectHeader& header) noexcept {
  if (header.type == nullptr || header.objects.empty()) return false;
  switch (header.group) {
    case 12:
      return header.variation != 3 && any_status_set(header);
    case 41:
      return any_status_set(header);
    case 70:  // file handle 4, size 4, block size 2, request id 2 | file handle 4, block number 4
      return (header.variation == 4 && status_set_at(header, 12)) ||
             (header.variation == 6 && status_set_at(header, 8));
    case 120:
      return header.variation == 7;  // an error instead of an answer
    default:
      return false;
  }
}

struct AttributeTrait {
  std::uint8_t variation;
  Trait trait;
};
constexpr AttributeTrait kAttributeTraits[] = {
    {242, Trait::firmware},     // device manufacturer's software version
    {243, Trait::hardware},     // device manufacturer's hardware version
    {245, Trait::location},     // user-assigned location name
    {246, Trait::description},  // user-assigned ID code or number
    {247, Trait::name},         // user-assigned device name
    {248, Trait::serial},       // device serial number
    {250, Trait::product},      // device manufacturer's product name and model
    {252, Trait::vendor},       // device manufacturer's name
};

// Attributes that the outstation states about itself. Sets other than that of index 0 are the
// user's own and mean something else.
void tell_identity(const ObjectHeader& header, const Emit& emit) {
  constexpr std::uint8_t kVisibleString = 1;
  if (header.start != 0 || header.count == 0) return;
  for (const AttributeTrait& known : kAttributeTraits) {
    if (known.variation != header.variation) continue;
    ByteReader r(header.objects);
    r.skip((header.qualifier & 0x70) >= 0x40 ? header.prefix_size : 0u);
    const bool is_text = r.u8() == kVisibleString;
    const Bytes text = r.take(r.u8());
    if (r.ok() && is_text && !text.empty()) emit(Identity{known.trait, as_text(text), "dnp3 g0", 85, {}});
  }
}

}  // namespace

void dissect(const Fragment& fragment, const Emit& emit) {
  const auto anomaly = [&](Fault fault) {
    if (fragment.whole) emit(Anomaly{fault, fragment.offset});  // a missing end has been reported already
  };
  ByteReader r(fragment.bytes);
  r.skip(1);  // application control: FIR, FIN, CON, UNS, sequence. Every fragment stands for itself.
  const std::uint8_t code = r.u8();
  if (!r.ok()) return anomaly(Fault::truncated);

  Operation message;
  message.cls = class_of(code);
  message.function_code = code;

  // Only masters ask and only outstations answer: where DIR says otherwise the link layer's word is
  // wrong (and a receiver drops the frame). CONFIRM and reserved codes leave it to DIR.
  const bool response = is_response(code);
  const bool from_master = is_request(code) || (fragment.from_master && !response);
  if (from_master != fragment.from_master) anomaly(Fault::bad_value);
  message.unit = from_master ? fragment.destination : fragment.source;
  message.peer_unit = from_master ? fragment.source : fragment.destination;

  if (response) {
    r.skip(1);
    message.refused = (r.u8() & (kNoFunctionSupport | kObjectUnknown | kParameterError)) != 0;
    if (!r.ok()) anomaly(Fault::truncated);
  }
  if (function_name(code) == "unknown") {
    anomaly(Fault::unknown_type);
    return emit(message);
  }

  ObjectReader objects(code, r.rest());
  while (const auto header = objects.next()) {
    Operation part = message;
    part.qualifier = std::uint32_t{header->group} * 256 + header->variation;
    if (response && refuses(*header)) part.refused = message.refused = true;
    if (response && header->group == 0) tell_identity(*header, emit);
    emit(part);
    if (objects.fault()) anomaly(*objects.fault());
  }
  if (objects.fault()) anomaly(*objects.fault());
  emit(message);
}

}  // namespace kakoi::dnp3
