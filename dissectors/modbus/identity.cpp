#include "dissectors/modbus/identity.h"

#include <algorithm>

namespace kakoi::modbus {

namespace {

constexpr bool is_printable(std::uint8_t c) noexcept { return c >= 0x20 && c < 0x7F; }

// Devices fill fixed fields with NUL or blanks.
Bytes trimmed(Bytes text) noexcept {
  const auto is_filler = [](std::uint8_t c) { return c == 0 || c == ' '; };
  while (!text.empty() && is_filler(text.back())) text = text.first(text.size() - 1);
  while (!text.empty() && is_filler(text.front())) text = text.subspan(1);
  return text;
}

// Table in §6.21: object ids of the basic and regular categories.
struct ObjectTrait {
  Trait trait;
  std::uint8_t confidence;
};
constexpr ObjectTrait kObjects[] = {
    {Trait::vendor, 90},       // 0 VendorName
    {Trait::product, 90},      // 1 ProductCode
    {Trait::firmware, 90},     // 2 MajorMinorRevision
    {Trait::description, 60},  // 3 VendorUrl
    {Trait::product, 80},      // 4 ProductName
    {Trait::model, 90},        // 5 ModelName
    {Trait::name, 70},         // 6 UserApplicationName
};

}  // namespace

std::uint8_t identity_confidence(std::uint8_t unit, std::uint8_t full) noexcept {
  const bool itself = unit == 0 || unit == 1 || unit == 255;
  return itself ? full : static_cast<std::uint8_t>(full / 2);
}

void state_device_identification(Bytes pdu, std::uint8_t unit, const Emit& emit) {
  ByteReader r{pdu};
  r.skip(1);
  const std::uint8_t mei = r.u8();
  r.skip(4);  // ReadDevId code, conformity level, more follows, next object id
  const std::uint8_t objects = r.u8();
  if (!r.ok() || mei != 14) return;
  for (unsigned i = 0; i < objects && r.ok(); ++i) {
    const std::uint8_t id = r.u8();
    const Bytes text = trimmed(r.take(r.u8()));
    if (!r.ok() || text.empty() || id >= std::size(kObjects)) continue;
    const ObjectTrait& object = kObjects[id];
    emit(Identity{object.trait, as_text(text), "modbus 43/14", identity_confidence(unit, object.confidence), {}});
  }
}

void state_server_id(Bytes pdu, std::uint8_t unit, const Emit& emit) {
  // The contents are specific to each device (§6.13): octets of an id, a run indicator and, in most
  // devices, text. Four printable octets in a row are taken for text; binary ids are not.
  constexpr std::ptrdiff_t kLeastText = 4;
  ByteReader r{pdu};
  r.skip(1);
  const std::size_t count = r.u8();
  const Bytes data = r.take(std::min(count, r.remaining()));
  Bytes best;
  for (auto at = data.begin(); at != data.end();) {
    const auto start = std::find_if(at, data.end(), is_printable);
    at = std::find_if_not(start, data.end(), is_printable);
    if (at - start >= kLeastText && static_cast<std::size_t>(at - start) > best.size()) best = Bytes(start, at);
  }
  best = trimmed(best);
  if (!best.empty()) emit(Identity{Trait::product, as_text(best), "modbus 17", identity_confidence(unit, 60), {}});
}

}  // namespace kakoi::modbus
