// Sampled values (IEC 61850-9-2 §8.5): the name of the stream that a merging unit publishes. Thousands of frames a
// second: the sensor shows the first of each flow and then few of them. The samples are not read.
//
//   application id ×2 | length ×2 | S:1 reserved:15 | reserved ×2 |
//   60: 80 number | 81 security | A2: { 30: 80 id | 81 data set | 82 count | 83 revision | … | 86 rate | 87 samples | … } …
#include "dissectors/core/text.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/iec61850_frame.h"
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

}  // namespace

constinit const Protocol sv_protocol = framed_protocol("sv", Domain::ot, &name_of_function);

void observe_sampled_values(const Decoded& packet, Bytes payload, const Emit& emit) noexcept {
  const auto frame = read_iec61850_frame(packet, payload, kPdu, emit);
  if (!frame) return;
  if (frame->is_simulation) emit(Operation{.cls = OperationClass::report, .function_code = kSimulated});

  Bytes units;
  Bytes fields = frame->pdu.value;
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
