// Spanning tree: configuration messages of STP, RSTP and MSTP (IEEE 802.1D-2004 §9.3, 802.1Q §14), and Cisco's
// PVST, which puts the same behind another header. Not here: topology change notifications, MST instances.
//
//   42 42 03 | 00 00 | version | type | flags | root: priority ×2 MAC ×6 | cost ×4 | bridge: priority ×2 MAC ×6 | port ×2 …
#include <array>
#include <charconv>

#include "dissectors/core/text.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/introduction.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kConfiguration = 0x00, kRapid = 0x02;
constexpr std::uint16_t kSnapSap = 0xAA;  // PVST's
constexpr std::size_t kTrailerAt = 36;    // of PVST+, whatever the version

// "32768/00:1d:9c:c8:13:a1", as switches show it: priority, without the twelve bits that tell the VLAN or instance
// (802.1Q §14.2.5), and MAC.
class BridgeId {
 public:
  explicit BridgeId(Bytes id) noexcept {
    ByteReader r(id);
    const auto [end, error] = std::to_chars(text_.data(), text_.data() + 6, r.be16() & 0xF000);
    if (error != std::errc()) return;
    size_ = static_cast<std::size_t>(end - text_.data());
    constexpr std::string_view kDigits = "0123456789abcdef";
    for (std::size_t i = 0; i < 6; ++i) {
      const std::uint8_t octet = r.u8();
      text_[size_++] = i == 0 ? '/' : ':';
      text_[size_++] = kDigits[octet >> 4];
      text_[size_++] = kDigits[octet & 15];
    }
  }
  std::string_view text() const noexcept { return {text_.data(), size_}; }
  std::string_view mac() const noexcept { return text().substr(text().find('/') + 1); }

 private:
  std::array<char, 32> text_{};
  std::size_t size_ = 0;
};

// Which tree: PVST+ builds one for each VLAN and names it in a trailer (0000 0002 VLAN ×2), for on the native VLAN it
// has no tag; else the tag tells. Without either it is the one tree of all VLANs.
void name_tree(const Decoded& packet, Bytes bpdu, text::Line<64>& line) noexcept {
  std::uint32_t vlan = packet.vlan;
  if (packet.ethertype == kSnapSap && bpdu.size() > kTrailerAt) {
    ByteReader trailer(bpdu.subspan(kTrailerAt));
    const bool is_named = trailer.be32() == 2;
    if (const std::uint16_t named = trailer.be16(); trailer.ok() && is_named && named != 0) vlan = named;
  }
  if (vlan == 0) return;
  line << "VLAN ";
  if (vlan > 0xFFF) line << vlan / 4096 << ".";
  line << vlan % 4096 << ": ";
}

}  // namespace

void observe_stp(const Decoded& packet, Bytes bpdu, const Emit& emit) noexcept {
  ByteReader r(bpdu);
  const std::uint16_t protocol = r.be16();
  r.skip(1);
  const std::uint8_t type = r.u8();
  r.skip(1);
  const Bytes root = r.take(8);
  r.skip(4);
  const Bytes bridge = r.take(8);
  if (!r.ok() || protocol != 0 || (type != kConfiguration && type != kRapid)) return;
  Introduction port(packet.source_mac, "stp");
  port.claim(Trait::role, "switch", 70);
  port.state(emit);
  const Subject subject{Who::address, packet.source_mac};
  emit(Identity{Trait::fingerprint, BridgeId(bridge).mac(), "stp bridge", 80, subject});
  // More than one of one tree, or one that changes, is a tree that was rebuilt.
  text::Line<64> rooted;
  name_tree(packet, bpdu, rooted);
  rooted << BridgeId(root).text();
  emit(Identity{Trait::description, rooted.view(), "stp root bridge", 40, subject});
  const Address own = Address::mac(bridge.subspan(2));
  if (own != packet.source_mac && !own.is_multicast())
    emit(Identity{Trait::role, "switch", "stp", 70, {Who::address, own}});
}

}  // namespace kakoi
