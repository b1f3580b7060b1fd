// PROFINET discovery and basic configuration (IEC 61158-6-10 §4.3): how devices answer an Identify, and
// how they greet (Hello).
//
//   frame id ×2 | service | kind | transaction ×4 | delay ×2 | length ×2 | blocks:
//   { option | suboption | length ×2 | block info ×2 | value | padded to even } …
#include <cstdio>

#include "sensor/control/ethernet_frames.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint16_t kHello = 0xFEFC, kIdentifyResponse = 0xFEFF;
constexpr const char* kMethod = "profinet dcp";

struct Block {
  std::uint8_t option, suboption;
  Bytes value;
};

// PROFIBUS & PROFINET International, Man_ID_Table: a few.
constexpr std::string_view maker_name(unsigned id) noexcept {
  switch (id) {
    case 0x002A:
      return "Siemens";
    case 0x00B0:
      return "Phoenix Contact";
    case 0x011D:
      return "WAGO";
    case 0x011E:
      return "Hilscher";
    case 0x0120:
      return "Beckhoff";
    default:
      return {};
  }
}

void state_block(const Block& block, const Subject& device, const Emit& emit) noexcept {
  const auto text = [&](Trait trait, std::uint8_t confidence) {
    const std::string_view t = trimmed(block.value);
    if (!t.empty()) emit(Identity{trait, t, kMethod, confidence, device});
  };
  switch (block.option << 8 | block.suboption) {
    case 0x0201:
      return text(Trait::product, 80);  // device vendor: by practice the type of station
    case 0x0202:
      return text(Trait::name, 90);  // name of station
    case 0x0203: {                   // vendor and device id (PI registry)
      ByteReader r(block.value);
      const unsigned vendor = r.be16(), id = r.be16();
      char words[64];
      const int size = std::snprintf(words, sizeof words, "PROFINET vendor 0x%04X, device 0x%04X", vendor, id);
      if (r.ok() && size > 0)
        emit(Identity{Trait::description, {words, static_cast<std::size_t>(size)}, kMethod, 80, device});
      if (const std::string_view maker = maker_name(vendor); r.ok() && !maker.empty())
        emit(Identity{Trait::vendor, maker, kMethod, 80, device});
      return;
    }
    case 0x0204: {  // device role: IO device 1, IO controller 2, multidevice 4, supervisor 8
      if (block.value.empty()) return;
      const std::uint8_t roles = block.value[0];
      const std::string_view role = (roles & 2) != 0   ? "plc"
                                    : (roles & 8) != 0 ? "engineering_station"
                                    : (roles & 1) != 0 ? "ot_device"
                                                       : "";
      if (!role.empty()) emit(Identity{Trait::role, role, kMethod, 70, device});
      return;
    }
    case 0x0103:    // full IP suite: these, then name servers
    case 0x0102: {  // IP parameter: address, mask, gateway
      if (block.value.size() < 12) return;
      const Address ip = Address::ipv4(block.value);
      if (!ip.is_unspecified()) emit(Binding{device.address, ip, BindingKind::neighbour});
      return;
    }
    default:
      return;
  }
}

}  // namespace

void observe_profinet_dcp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept {
  ByteReader r(payload);
  const std::uint16_t frame_id = r.be16();
  r.skip(2);  // service, kind
  r.skip(6);  // transaction, delay
  const std::uint16_t length = r.be16();
  if (!r.ok() || (frame_id != kIdentifyResponse && frame_id != kHello)) return;
  const Subject device{Who::address, packet.source_mac};
  ByteReader blocks = r.sub(length);
  while (blocks.remaining() >= 4) {
    Block block{blocks.u8(), blocks.u8(), {}};
    const std::uint16_t size = blocks.be16();
    ByteReader content = blocks.sub(size);
    content.skip(2);
    block.value = content.rest();
    if (!blocks.ok() || !content.ok()) break;
    state_block(block, device, emit);
    if (size % 2 != 0 && blocks.remaining() > 0) blocks.skip(1);
  }
  if ((!r.ok() || !blocks.ok()) && packet.payload_length <= packet.payload.size())
    emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(12 + blocks.offset())});
}

}  // namespace kakoi
