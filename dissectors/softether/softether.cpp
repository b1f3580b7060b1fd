// SoftEther VPN's datagrams in the shape of a DNS question, which a client sends to its server beside the session in TLS
// (SoftEther VPN 5.01, reliable UDP over DNS). They are a question of one label of eight hexadecimal digits for a DNSKEY,
// whose OPT record holds no options but the whole datagram.
// Not here: the session itself, which is TLS; the same in ICMP; UDP acceleration, without an octet in clear.
//
//   id ×2 | 0100 0001 0000 0000 0001 | 08 label ×8 00 0030 0001 | 00 0029 1000 00 00 8000 length ×2 | datagram
#include "dissectors/softether/softether.h"

#include <algorithm>

#include "dissectors/core/name_only.h"

namespace kakoi::softether {

namespace {

constexpr std::uint16_t kPorts[] = {53};
constexpr std::uint64_t kCounts = 0x0001'0000'0000'0001;  // one question, one additional record
constexpr std::size_t kLabel = 8, kLeastDatagram = 20;    // a datagram begins with a signature of 20 octets

bool is_hex(std::uint8_t c) noexcept { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

// As an OPT record of DNS itself would hold them (RFC 6891 §6.1.2): code, length, data.
bool are_options(ByteReader r) noexcept {
  while (r.ok() && r.remaining() > 0) {
    r.skip(2);
    r.skip(r.be16());
  }
  return r.ok();
}

Frame frame(Bytes bytes, Role) {
  ByteReader r(bytes);
  r.skip(2);
  bool fits = r.be16() == 0x0100 && r.be64() == kCounts && r.u8() == kLabel;
  const Bytes label = r.take(kLabel);
  fits = fits && r.u8() == 0 && r.be32() == 0x0030'0001;  // DNSKEY, IN
  fits = fits && r.u8() == 0 && r.be32() == 0x0029'1000;  // OPT, 4096 octets
  fits = fits && r.be32() == 0x0000'8000;                 // DNSSEC OK
  const std::size_t length = r.be16();
  fits = fits && r.ok() && length >= r.remaining() && length >= kLeastDatagram;
  const bool cut = r.remaining() < length;  // by the snap length; of the rest nothing need be known
  fits = fits && std::all_of(label.begin(), label.end(), is_hex) && (cut || !are_options(r));
  return fits ? Frame::whole(bytes.size()) : Frame::foreign();
}

}  // namespace

constinit const Protocol protocol = {
    .name = "softether",
    .over_tcp = false,
    .over_udp = true,
    .ports = kPorts,
    .max_pdu = 65535,
    .header = Header::strong,
    .framing = Framing::binary,
    .domain = Domain::shared,
    .frame = frame,
    .open = open_name_only,
};

}  // namespace kakoi::softether
