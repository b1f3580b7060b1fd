// GOOSE (IEC 61850-8-1 annex A, C): who publishes under which control block, when the state changes, and whether it is a
// simulation. The values themselves are not read.
//
//   application id ×2 | length ×2 | S:1 reserved:15 | reserved ×2 | 61: 80 control block | 81 time to live | 82 data set |
//   83 id | 84 time | 85 state number | 86 sequence number | 87 simulation (edition 1: test) | 88 revision | … | AB values
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/iec61850_frame.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kPdu = 0x61, kControlBlock = 0x80, kSequenceNumber = 0x86, kSimulation = 0x87, kValues = 0xAB;
constexpr std::uint32_t kStateChange = 1, kSimulated = 2;  // function codes: neither, one, or both

// A control block's reference begins with the logical device, whose name is the IED's and that of the device in it.
constexpr std::uint8_t kReferenceConfidence = 40;

std::string_view name_of_function(std::uint32_t code) noexcept {
  constexpr std::string_view kNames[] = {"repeated", "state change", "repeated, simulation",
                                         "state change, simulation"};
  return code < std::size(kNames) ? kNames[code] : std::string_view{};
}

}  // namespace

constinit const Protocol goose_protocol = framed_protocol("goose", Domain::ot, &name_of_function);

void observe_goose(const Decoded& packet, Bytes payload, const Emit& emit) noexcept {
  const auto frame = read_iec61850_frame(packet, payload, kPdu, emit);
  if (!frame) return;

  std::string_view control_block;
  std::uint32_t function = frame->is_simulation ? kSimulated : 0;
  Bytes fields = frame->pdu.value;
  while (const auto field = der::next(fields)) {
    if (field->tag == kValues || !field->complete()) break;
    if (field->tag == kControlBlock) control_block = trimmed(field->value);
    if (field->tag == kSequenceNumber && field->length != 0 && der::number(field->value) == 0) function |= kStateChange;
    if (field->tag == kSimulation && der::number(field->value) != 0) function |= kSimulated;
  }
  if (control_block.empty()) return frame->is_cut ? void() : emit(Anomaly{Fault::bad_value, 8});
  emit(Operation{.cls = OperationClass::report, .function_code = function});
  const Subject publisher{Who::address, packet.source_mac};
  emit(Identity{Trait::description, control_block, "goose control block", kReferenceConfidence, publisher});
  if (const auto slash = control_block.find('/'); slash != std::string_view::npos)
    emit(
        Identity{Trait::name, control_block.substr(0, slash), "goose logical device", kReferenceConfidence, publisher});
}

}  // namespace kakoi
