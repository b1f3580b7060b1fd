// Sampled values (IEC 61850-9-2 §8.5): the name of the stream that a merging unit publishes. Thousands of frames a
// second: the sensor shows the first of each flow and then few of them. The samples are not read.
//
//   application id ×2 | length ×2 | S:1 reserved:15 | reserved ×2 |
//   60: 80 number | 81 security | A2: { 30: 80 id | 81 data set | 82 count | 83 revision | … | 86 rate | 87 samples | … } …
#include <algorithm>

#include "dissectors/core/der.h"
#include "dissectors/core/text.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kPdu = 0x60, kUnits = 0xA2, kId = 0x80;
constexpr std::uint8_t kIdConfidence = 40;  // a name that an engineer gave to the stream
constexpr std::uint32_t kSimulated = 2;     // function code, as of GOOSE
constexpr unsigned kMostUnits = 8;          // as many as 9-2LE puts into a frame

std::string_view name_of_function(std::uint32_t code) noexcept {
  return code == kSimulated ? "simulation" : std::string_view{};
}

constexpr Protocol sv() noexcept {
  Protocol protocol{};
  protocol.name = "sv";
  protocol.over_tcp = false;
  protocol.domain = Domain::ot;
  protocol.function_name = &name_of_function;
  return protocol;
}

}  // namespace

constinit const Protocol sv_protocol = sv();

void observe_sampled_values(const Decoded& packet, Bytes payload, const Emit& emit) noexcept {
  const bool is_cut = packet.payload_length > packet.payload.size();  // by the snap length
  ByteReader r(payload);
  r.skip(2);
  const std::uint16_t length = r.be16();
  const std::uint16_t flags = r.be16();
  r.skip(2);
  if (!r.ok()) return is_cut ? void() : emit(Anomaly{Fault::truncated, 0});
  if (length < r.offset()) return emit(Anomaly{Fault::bad_length, 2});
  const Bytes message = payload.subspan(r.offset(), std::min<std::size_t>(length, payload.size()) - r.offset());
  const auto pdu = der::peek(message);
  if (!pdu || pdu->tag != kPdu) return is_cut && !pdu ? void() : emit(Anomaly{Fault::bad_value, 8});
  if (!is_cut && (!pdu->complete() || length > payload.size()))
    emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(payload.size())});
  if ((flags & 0x8000) != 0) emit(Operation{.cls = OperationClass::report, .function_code = kSimulated});

  Bytes units;
  Bytes fields = pdu->value;
  while (const auto field = der::next(fields))
    if (field->tag == kUnits) units = field->value;
  for (unsigned i = 0; i < kMostUnits; ++i) {
    const auto unit = der::next(units);
    if (!unit || unit->tag != der::kSequence) return;
    const auto id = der::peek(unit->value);
    if (!id || id->tag != kId || !id->complete() || trimmed(id->value).empty()) continue;
    emit(Identity{Trait::description, (text::Line<80>() << "sampled values " << trimmed(id->value)).view(), "sv stream",
                  kIdConfidence, Subject{Who::address, packet.source_mac}});
  }
}

}  // namespace kakoi
