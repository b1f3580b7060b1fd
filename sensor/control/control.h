// Control protocols: name services, address assignment, neighbour and router discovery, and the
// protocols by which switches and controllers introduce themselves. All are off the hot path.
//
// Two kinds of entry:
//  - control_protocols(): those that are flows (UDP, TCP), in the same contract as any dissector;
//  - observe_…(): those that are not, called by the pipeline with the headers already decoded.
// Nothing here throws. libtins parses where README.md says so; its exceptions end at our border and
// become Anomaly{truncated}.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "dissectors/core/dissector.h"
#include "sensor/control/dcp_requests.h"
#include "sensor/decode/packet.h"

namespace kakoi {

// dns (over UDP and over TCP: two entries of one name), mdns, llmnr, dhcp, dhcpv6, nbns, nbdgm.
// dns, mdns and llmnr share one message format: only the port tells which it is, so all three are
// weak and must be asked for on their registered ports first.
std::span<const Protocol* const> control_protocols() noexcept;
// One of them, or of those below, by its name; null if there is none.
const Protocol* find_control_protocol(std::string_view name) noexcept;

// Names for links and observations of what is no flow; they have no frame() and no dissector.
extern const Protocol arp_protocol, icmp_protocol, icmpv6_protocol, lldp_protocol, cdp_protocol, profinet_dcp_protocol,
    stp_protocol, lacp_protocol, tcp_protocol, vrrp_protocol, hsrp_protocol, ospf_protocol, eigrp_protocol,
    rip_protocol, profinet_rt_protocol, goose_protocol, sv_protocol, ethercat_protocol;
// The one of these that a packet belongs to, by its headers and, over UDP, the first octets of HSRP and RIP;
// null if none.
const Protocol* control_protocol_of(const Decoded& packet) noexcept;

// The Context of `emit` for all of these: Conversation::client is the packet's source (IP, or MAC
// where there is no IP), server its destination, the speaker is the client.

// Who asks for whom: ARP (RFC 826), or a neighbour solicitation or advertisement (RFC 4861 §4.3, §4.4).
struct ArpSeen {
  bool valid = false;
  Address sender_mac, sender_ip;  // sender_ip: none in a probe (0.0.0.0, ::)
  Address target_mac, target_ip;  // target_mac: none where it is asked for
  bool is_request = false;
  bool is_gratuitous = false;  // asks or answers for its own address
};

// `payload`: above the Ethernet header. States Binding; for a virtual router's MAC a Route.
ArpSeen observe_arp(const Decoded& packet, Bytes payload, const Emit& emit) noexcept;

// A packet that could not be delivered, as quoted by the ICMP error about it.
struct IcmpSeen {
  bool unreachable = false;  // ICMP type 3 or ICMPv6 type 1 with a readable quotation
  std::uint8_t type = 0, code = 0;
  Address original_source, original_destination;
  std::uint8_t original_protocol = 0;
  std::uint16_t original_source_port = 0, original_destination_port = 0;  // 0: not quoted, or neither TCP nor UDP
};

// `icmp`: from the type octet on. States Route for a redirect (RFC 792).
IcmpSeen observe_icmp(const Decoded& packet, Bytes icmp, const Emit& emit) noexcept;

struct Icmpv6Seen {
  IcmpSeen error;
  ArpSeen neighbour;
};

// States Route for router advertisements and redirects, Binding for link-layer address options.
Icmpv6Seen observe_icmpv6(const Decoded& packet, Bytes icmp, const Emit& emit) noexcept;

// A SYN without ACK; `options`: of its TCP header. States the stack's fingerprint and the family of systems that it is
// known from. Once a flow.
void observe_syn(const Decoded& packet, Bytes options, const Emit& emit) noexcept;

// VRRP, HSRP, OSPF, EIGRP, RIP and RIPng; for IP packets other than TCP to a group or to all. Constant cost.
// States Route whose gateway is the virtual address where one is announced, else the source.
void observe_routing(const Decoded& packet, const Emit& emit) noexcept;

// LLDP, CDP, spanning tree, LACP, PROFINET DCP, GOOSE, sampled values and EtherCAT; for frames without IP. States Identity about
// the source MAC and about the management addresses that the frame names; of DCP also what is asked and set, of GOOSE
// what is reported, of EtherCAT what the master asks of its slaves. For the last four the Context's client is who asks or
// publishes, and its conversation has the link; `requests` are the shard's.
void observe_ethernet(const Decoded& packet, DcpRequests& requests, const Emit& emit) noexcept;
// Does this DCP message answer another?
bool is_dcp_answer(Bytes payload) noexcept;

// VLANs that a switch names in a frame about the port that it leaves by: LLDP, CDP, spanning tree. At most a few.
struct NamedVlans {
  std::array<std::uint16_t, 8> vlan{};
  std::size_t count = 0;
  void add(std::uint16_t id) noexcept {
    if (id != 0 && id < 4095 && count < vlan.size()) vlan[count++] = id;
  }
};
NamedVlans vlans_named_in(const Decoded& packet) noexcept;

}  // namespace kakoi
