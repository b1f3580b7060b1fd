#include "sensor/control/control.h"

#include "sensor/control/ethercat.h"
#include "sensor/control/ethernet_frames.h"
#include "sensor/control/protocols.h"
#include "sensor/control/routing.h"

namespace kakoi {

namespace {

constexpr std::uint16_t kLldp = 0x88CC, kProfinet = 0x8892, kSlow = 0x8809, kGoose = 0x88B8, kSampledValues = 0x88BA;
constexpr std::uint8_t kSnapSap = 0xAA, kBridgeSap = 0x42;

// PROFINET's EtherType carries cyclic data first of all; DCP has the frame ids FEFC–FEFF.
bool is_dcp(const Decoded& packet) noexcept {
  const Bytes b = packet.payload;
  return packet.ethertype == kProfinet && !packet.is_llc && b.size() >= 2 && b[0] == 0xFE && b[1] >= 0xFC;
}

// Frame ids of IEC 61158-6-10 §4.2: 0100–0FFF isochronous cyclic data (RT class 3), 8000–FBFF cyclic data of the other
// classes, FC01 and FE01 alarms. Not here: clocks (PTCP) and neighbours' line delays, which switches send, too.
constexpr bool is_profinet_data(std::uint16_t frame_id) noexcept {
  return (frame_id >= 0x8000 && frame_id <= 0xFBFF) || (frame_id >= 0x0100 && frame_id <= 0x0FFF) ||
         frame_id == 0xFC01 || frame_id == 0xFE01;
}

// Of frames that come by the thousand a second: by their EtherType, and PROFINET's by two octets more.
const Protocol* process_protocol_of(const Decoded& packet) noexcept {
  if (packet.is_llc) return nullptr;
  switch (packet.ethertype) {
    case kProfinet:
      if (packet.payload.size() < 2) return nullptr;
      if (is_profinet_data(static_cast<std::uint16_t>(packet.payload[0] << 8 | packet.payload[1])))
        return &profinet_rt_protocol;
      return is_dcp(packet) ? &profinet_dcp_protocol : nullptr;
    case kGoose:
      return &goose_protocol;
    case kSampledValues:
      return &sv_protocol;
    case kEtherCat:
      return &ethercat_protocol;
    default:
      return nullptr;
  }
}

// Of the slow protocols (IEEE 802.3 annex 57A), subtype 1.
bool is_lacp(const Decoded& packet) noexcept {
  return packet.ethertype == kSlow && !packet.is_llc && !packet.payload.empty() && packet.payload[0] == 1;
}

// DSAP AA, SSAP AA, control 03, then Cisco's OUI 00000C and protocol id 2000.
bool is_cdp(const Decoded& packet) noexcept {
  if (!packet.is_llc || packet.ethertype != kSnapSap) return false;
  ByteReader r(packet.payload);
  return r.be64() == 0xAAAA'0300'000C'2000 && r.ok();
}

// IEEE 802.2 with the SAP of bridges; Cisco's tree per VLAN behind SNAP, OUI 00000C, protocol id 010B.
Bytes bpdu_of(const Decoded& packet) noexcept {
  const Bytes b = packet.payload;
  if (!packet.is_llc || b.size() < 8) return {};
  if (packet.ethertype == kBridgeSap && b[0] == kBridgeSap && b[1] == kBridgeSap && b[2] == 3) return b.subspan(3);
  if (packet.ethertype == kSnapSap && ByteReader(b).be64() == 0xAAAA'0300'000C'010B) return b.subspan(8);
  return {};
}

}  // namespace

constinit const Protocol arp_protocol = framed_protocol("arp");
constinit const Protocol icmp_protocol = framed_protocol("icmp");
constinit const Protocol icmpv6_protocol = framed_protocol("icmpv6");
constinit const Protocol lldp_protocol = framed_protocol("lldp");
constinit const Protocol cdp_protocol = framed_protocol("cdp");
constinit const Protocol stp_protocol = framed_protocol("stp");
constinit const Protocol lacp_protocol = framed_protocol("lacp");
constinit const Protocol tcp_protocol = framed_protocol("tcp");
constinit const Protocol profinet_rt_protocol = framed_protocol("profinet_rt", Domain::ot);
constinit const Protocol vrrp_protocol = framed_protocol("vrrp");
constinit const Protocol hsrp_protocol = framed_protocol("hsrp");
constinit const Protocol ospf_protocol = framed_protocol("ospf");
constinit const Protocol eigrp_protocol = framed_protocol("eigrp");
constinit const Protocol rip_protocol = framed_protocol("rip");

std::span<const Protocol* const> control_protocols() noexcept {
  static constexpr const Protocol* list[] = {&dhcp_protocol,  &dhcpv6_protocol,  &nbns_protocol,
                                             &nbdgm_protocol, &dns_udp_protocol, &dns_tcp_protocol,
                                             &mdns_protocol,  &llmnr_protocol,   &ethercat_ip_protocol};
  return list;
}

const Protocol* find_control_protocol(std::string_view name) noexcept {
  static constexpr const Protocol* others[] = {
      &arp_protocol,  &icmp_protocol, &icmpv6_protocol,      &lldp_protocol,  &cdp_protocol, &profinet_dcp_protocol,
      &vrrp_protocol, &hsrp_protocol, &ospf_protocol,        &eigrp_protocol, &rip_protocol, &stp_protocol,
      &lacp_protocol, &tcp_protocol,  &profinet_rt_protocol, &goose_protocol, &sv_protocol,  &ethercat_protocol};
  for (const Protocol* p : control_protocols())
    if (p->name == name) return p;
  for (const Protocol* p : others)
    if (p->name == name) return p;
  return nullptr;
}

const Protocol* control_protocol_of(const Decoded& packet) noexcept {
  if (packet.network == NetworkLayer::arp) return &arp_protocol;
  if (packet.source.is_ip()) {
    if (packet.protocol == 1 && packet.source.is_ipv4()) return &icmp_protocol;
    if (packet.protocol == 58 && !packet.source.is_ipv4()) return &icmpv6_protocol;
    return routing_protocol_of(packet);
  }
  if (const Protocol* process = process_protocol_of(packet)) return process;
  if (is_cdp(packet)) return &cdp_protocol;
  if (packet.ethertype == kLldp && !packet.is_llc) return &lldp_protocol;
  if (is_lacp(packet)) return &lacp_protocol;
  return bpdu_of(packet).empty() ? nullptr : &stp_protocol;
}

void observe_ethernet(const Decoded& packet, DcpRequests& requests, const Emit& emit) noexcept {
  if (!packet.source_mac.is_mac() || packet.source_mac.is_multicast()) return;
  if (const Protocol* process = process_protocol_of(packet)) {
    if (process == &profinet_dcp_protocol) observe_profinet_dcp(packet, packet.payload, requests, emit);
    if (process == &goose_protocol) observe_goose(packet, packet.payload, emit);
    if (process == &sv_protocol) observe_sampled_values(packet, packet.payload, emit);
    if (process == &ethercat_protocol) observe_ethercat(packet.payload, packet.is_returned, requests, emit);
    return;
  }
  if (is_cdp(packet)) return observe_cdp(packet, packet.payload.subspan(8), emit);
  if (packet.ethertype == kLldp && !packet.is_llc) return observe_lldp(packet, packet.payload, emit);
  if (is_lacp(packet)) return observe_lacp(packet, packet.payload, emit);
  if (const Bytes bpdu = bpdu_of(packet); !bpdu.empty()) observe_stp(packet, bpdu, emit);
}

}  // namespace kakoi
