// Cisco Discovery Protocol, versions 1 and 2, as Cisco describes it ("Cisco Discovery Protocol" frame format).
//
//   version | time to live | checksum ×2 | { type ×2 | length ×2, with these 4 | value } …
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/introduction.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint16_t kDeviceId = 1, kAddresses = 2, kCapabilities = 4, kSoftware = 5, kPlatform = 6,
                        kManagement = 0x16;

// Count ×4, then { protocol type | length | protocol | length ×2 | address }; NLPID CC is IPv4, and the SNAP
// form AAAA03 000000 86DD is IPv6.
void read_addresses(Bytes value, Introduction& device) noexcept {
  ByteReader r(value);
  for (std::uint32_t left = r.be32(); left > 0 && r.ok(); --left) {
    r.skip(1);
    const Bytes protocol = r.take(r.u8());
    const Bytes address = r.take(r.be16());
    if (!r.ok()) return;
    if (protocol.size() == 1 && protocol[0] == 0xCC && address.size() == 4) device.reachable_at(Address::ipv4(address));
    if (protocol.size() == 8 && address.size() == 16) device.reachable_at(Address::ipv6(address));
  }
}

// Bits: 1 router, 8 switch.
std::string_view role_of(Bytes value) noexcept {
  ByteReader r(value);
  const std::uint32_t bits = r.be32();
  return (bits & 1) != 0 ? "router" : (bits & 8) != 0 ? "switch" : std::string_view{};
}

}  // namespace

void observe_cdp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept {
  Introduction device(packet.source_mac, "cdp");
  ByteReader r(payload);
  const std::uint8_t version = r.u8();
  r.skip(3);
  if (!r.ok() || version == 0 || version > 2) return;
  while (r.remaining() >= 4) {
    const std::uint16_t type = r.be16(), length = r.be16();
    if (length < 4) {
      emit(Anomaly{Fault::bad_length, static_cast<std::uint32_t>(r.offset())});
      break;
    }
    const Bytes value = r.take(length - 4u);
    if (!r.ok()) break;
    switch (type) {
      case kDeviceId:
        device.claim(Trait::name, trimmed(value));
        break;
      case kAddresses:
      case kManagement:
        read_addresses(value, device);
        break;
      case kCapabilities:
        device.claim(Trait::role, role_of(value), 60);
        break;
      case kSoftware:
        device.claim(Trait::firmware, trimmed(value));
        break;
      case kPlatform:
        device.claim(Trait::product, trimmed(value));
        break;
      default:
        break;
    }
  }
  device.state(emit);
  if (!r.ok() && packet.payload_length <= packet.payload.size())
    emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(r.offset())});
}

}  // namespace kakoi
