// Ether-S-I/O: cyclic transfers between a controller and its remote inputs and outputs. Both ends send; the values are not
// read.
//
//   "ESIO" | type ×2 | version ×2 | length ×2 | transaction ×2 | …     length: of the whole telegram
#include "dissectors/sbus/sbus.h"

namespace kakoi::ether_s_io {

namespace {

constexpr std::size_t kHeader = 12, kMostSize = 1472;
enum Type : std::uint16_t { transfer = 1, status = 2 };

Frame frame(Bytes bytes, Role) {
  ByteReader r{bytes};
  const std::string_view magic = as_text(r.take(4));
  const std::uint16_t type = r.be16(), version = r.be16(), length = r.be16();
  const bool fits = r.ok() && magic == "ESIO" && (type == transfer || type == status) && version == 0 &&
                    length >= kHeader && length >= bytes.size() && length <= kMostSize;
  return fits ? Frame::whole(length) : Frame::foreign();
}

std::string_view function_name(std::uint32_t code) {
  switch (code) {
    case Type::transfer:
      return "Data transfer";
    case Type::status:
      return "Status";
    default:
      return {};
  }
}

class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu& pdu, const Emit& emit) override {
    ByteReader r{pdu.bytes};
    r.skip(4);
    const std::uint16_t type = r.be16();
    if (!r.ok()) return Interest::more;
    const Role speaker = emit.context().speaker;
    emit(Operation{.cls = type == transfer ? OperationClass::report : OperationClass::diagnostic,
                   .function_code = type,
                   .actor = speaker});
    return Interest::more;
  }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {6060};

}  // namespace

constinit const Protocol protocol{
    .name = "ether_s_io",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = kMostSize,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .function_name = function_name,
    .open = open,
};

}  // namespace kakoi::ether_s_io
