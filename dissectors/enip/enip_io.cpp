#include "dissectors/enip/enip.h"

namespace kakoi::enip_io {

namespace {

// Implicit messages (volume 2, 2-6): a sequenced address item and a connected data item, and nothing else.
Frame frame(Bytes bytes, Role) {
  ByteReader r{bytes};
  if (r.le32() != 0x8002'0002 || r.le16() != 8) return Frame::foreign();  // two items; the first 8002h, of 8 octets
  r.skip(8);
  const std::uint16_t type = r.le16(), size = r.le16();
  return r.ok() && type == 0x00B1 && size <= 1500 ? Frame::whole(bytes.size()) : Frame::foreign();
}

// Process data at every few milliseconds: that they flow is all there is to know.
class Reader final : public Dissector {
 public:
  Interest on_pdu(const Pdu&, const Emit&) override { return Interest::done; }
};

std::unique_ptr<Dissector> open() { return std::make_unique<Reader>(); }

constexpr std::uint16_t kPorts[] = {2222};

}  // namespace

constinit const Protocol protocol{
    .name = "enip_io",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 2048,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::ot,
    .frame = frame,
    .open = open,
};

}  // namespace kakoi::enip_io
