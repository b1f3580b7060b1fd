// LLDP (IEEE 802.1AB-2016 §8, §9) with the inventory of LLDP-MED (ANSI/TIA-1057 §10.2.6).
//
//   { type:7 length:9 | value } … until type 0
#include <array>

#include "sensor/control/ethernet_frames.h"
#include "sensor/control/introduction.h"
#include "sensor/control/text.h"

namespace kakoi {

namespace {

constexpr std::uint8_t kEnd = 0, kChassisId = 1, kPortDescription = 4, kSystemName = 5, kSystemDescription = 6,
                       kCapabilities = 7, kManagementAddress = 8, kOrganizational = 127;

// Address family numbers (IANA): 1 IPv4, 2 IPv6.
Address network_address(std::uint8_t family, Bytes b) noexcept {
  if (family == 1 && b.size() == 4) return Address::ipv4(b);
  if (family == 2 && b.size() == 16) return Address::ipv6(b);
  return {};
}

// String length (of subtype and address), subtype, address, … (§8.5.9).
Address management_address(Bytes value) noexcept {
  ByteReader r(value);
  const std::uint8_t size = r.u8();
  const std::uint8_t family = r.u8();
  const Bytes b = r.take(size == 0 ? 0 : size - 1u);
  return r.ok() ? network_address(family, b) : Address{};
}

// Capabilities as they are enabled (§8.5.8): bit 2 bridge, 4 router, 7 station only.
std::string_view role_of(Bytes value) noexcept {
  ByteReader r(value);
  r.skip(2);
  const std::uint16_t enabled = r.be16();
  if (!r.ok() || (enabled & 0x80) != 0) return {};
  return (enabled & 0x10) != 0 ? "router" : (enabled & 0x04) != 0 ? "switch" : std::string_view{};
}

void set(MacText& chassis, Bytes octets) noexcept {
  if (const MacText given(octets); !given.text().empty()) chassis = given;
}

// PROFINET (OUI 00-0E-CF), subtype 5: the chassis MAC, where the chassis id is a name.
void read_profinet(Bytes value, MacText& chassis) noexcept {
  ByteReader r(value);
  const std::uint32_t oui = r.be24();
  const std::uint8_t subtype = r.u8();
  if (r.ok() && oui == 0x000ECF && subtype == 5) set(chassis, r.rest());
}

// OUI 00-12-BB, subtypes 5–10: hardware, firmware, software revision, serial, manufacturer, model.
void read_med(Bytes value, Introduction& device) noexcept {
  ByteReader r(value);
  const std::uint32_t oui = r.be24();
  const std::uint8_t subtype = r.u8();
  const std::string_view text = trimmed(r.rest());
  if (!r.ok() || oui != 0x0012BB) return;
  switch (subtype) {
    case 5:
      return device.claim(Trait::hardware, text);
    case 6:
    case 7:
      return device.claim(Trait::firmware, text);
    case 8:
      return device.claim(Trait::serial, text);
    case 9:
      return device.claim(Trait::vendor, text);
    case 10:
      return device.claim(Trait::model, text);
    default:
      return;
  }
}

}  // namespace

void observe_lldp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept {
  Introduction device(packet.source_mac, "lldp");
  std::string_view name, chassis_name;
  MacText chassis;  // by which all ports of a device name it
  ByteReader r(payload);
  while (r.remaining() > 0) {
    const std::uint16_t head = r.be16();
    const Bytes value = r.take(head & 0x1FF);
    if (!r.ok()) break;
    const auto type = static_cast<std::uint8_t>(head >> 9);
    if (type == kEnd) break;
    switch (type) {
      case kChassisId:
        if (value.empty()) break;
        // Subtype 4 MAC, 5 network address, 7 locally assigned: PROFINET devices put their name of station there.
        if (value[0] == 5 && value.size() > 1) device.reachable_at(network_address(value[1], value.subspan(2)));
        if (value[0] == 4) set(chassis, value.subspan(1));
        if (value[0] == 7) chassis_name = trimmed(value.subspan(1));
        break;
      case kSystemName:
        name = trimmed(value);
        break;
      case kSystemDescription:
        device.claim(Trait::description, trimmed(value));
        break;
      case kCapabilities:
        device.claim(Trait::role, role_of(value), 60);
        break;
      case kManagementAddress:
        device.reachable_at(management_address(value));
        break;
      case kOrganizational:
        read_med(value, device);
        read_profinet(value, chassis);
        break;
      case kPortDescription:  // about a port, not about the device
      default:
        break;
    }
  }
  device.claim(Trait::name, name.empty() ? chassis_name : name, name.empty() ? 65 : 80);
  device.claim(Trait::fingerprint, chassis.text(), 80, "lldp chassis");
  device.state(emit);
  if (!r.ok() && packet.payload_length <= packet.payload.size())
    emit(Anomaly{Fault::truncated, static_cast<std::uint32_t>(r.offset())});
}

}  // namespace kakoi
