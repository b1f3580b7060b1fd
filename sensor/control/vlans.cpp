// VLANs by name: LLDP's Port VLAN ID and VLAN Name (IEEE 802.1Q-2018 §D.2.1, §D.2.3), CDP's Native VLAN, and the VLAN
// of a spanning tree (802.1D-2004 §9.2.5: the bridge identifier's extension; PVST+ adds it in words of its own).
#include "sensor/control/control.h"

namespace kakoi {

namespace {

constexpr std::uint16_t kLldp = 0x88CC;
constexpr std::uint32_t kOrganization = 0x0080C2;  // IEEE 802.1
constexpr std::uint64_t kCdp = 0xAAAA'0300'000C'2000, kPvst = 0xAAAA'0300'000C'010B;

// LLDP: { type:7 length:9 | value } …; type 127: organization ×3 | subtype | …
void read_lldp(Bytes b, NamedVlans& vlans) noexcept {
  constexpr unsigned kSpecific = 127;
  constexpr std::uint8_t kPortVlan = 1, kVlanName = 3;
  ByteReader r(b);
  while (r.remaining() >= 2) {
    const std::uint16_t head = r.be16();
    ByteReader value(r.take(head & 0x1FF));
    if (!r.ok() || head == 0) return;
    if (head >> 9 != kSpecific || value.be24() != kOrganization) continue;
    const std::uint8_t subtype = value.u8();
    if (const std::uint16_t vlan = value.be16(); value.ok() && (subtype == kPortVlan || subtype == kVlanName))
      vlans.add(vlan);
  }
}

// CDP: version | time to live | checksum ×2 | { type ×2 | length ×2, with these 4 | value } …
void read_cdp(Bytes b, NamedVlans& vlans) noexcept {
  constexpr std::uint16_t kNativeVlan = 0x000A;
  ByteReader r(b);
  r.skip(4);
  while (r.remaining() >= 4) {
    const std::uint16_t type = r.be16(), length = r.be16();
    if (length < 4) return;
    ByteReader value(r.take(length - 4u));
    if (!r.ok()) return;
    if (const std::uint16_t vlan = type == kNativeVlan ? value.be16() : 0; value.ok()) vlans.add(vlan);
  }
}

// protocol ×2 | version | type | flags | root ×8 | cost ×4 | bridge: priority:4 extension:12, MAC ×6 | … 36 octets, and
// of PVST+ 0000 0002 VLAN ×2. Before RSTP the priority had 16 bits, so that its low ones may mean nothing.
void read_bpdu(Bytes b, bool per_vlan, NamedVlans& vlans) noexcept {
  constexpr std::uint16_t kRapid = 0x0202;  // version and type; with more it is of many trees
  ByteReader r(b);
  const std::uint16_t protocol = r.be16(), kind = r.be16();
  r.skip(1 + 8 + 4);
  const std::uint16_t extension = r.be16() & 0xFFF;
  if (r.ok() && protocol == 0 && kind == kRapid) vlans.add(extension);
  if (!per_vlan || b.size() < 42) return;
  ByteReader trailer(b.subspan(36));
  if (trailer.be32() == 2) vlans.add(trailer.be16());
}

}  // namespace

NamedVlans vlans_named_in(const Decoded& packet) noexcept {
  NamedVlans vlans;
  const Bytes b = packet.payload;
  if (!packet.is_llc) {
    if (packet.ethertype == kLldp) read_lldp(b, vlans);
  } else if (packet.ethertype == 0x42 && b.size() > 3) {
    read_bpdu(b.subspan(3), false, vlans);
  } else if (packet.ethertype == 0xAA && b.size() > 8) {
    const std::uint64_t head = ByteReader(b).be64();
    if (head == kCdp) read_cdp(b.subspan(8), vlans);
    if (head == kPvst) read_bpdu(b.subspan(8), true, vlans);
  }
  return vlans;
}

}  // namespace kakoi
