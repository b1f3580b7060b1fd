// Who is on the wire, and who only forwards: judges each pair of MAC and IP address that was seen.
//
// A claim (ARP, neighbour discovery, DHCP) binds strongly: the MAC says that the address is its own.
// A frame binds weakly: a router puts its MAC under the addresses of everybody behind it. Signs of
// forwarding: many addresses from elsewhere, an address that another MAC claims, a TTL that has been
// decremented, public addresses that were sent to the MAC. What is forwarded is nobody's own here.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "sensor/inventory/chassis.h"
#include "sensor/inventory/observed.h"
#include "sensor/inventory/subnets.h"

namespace kakoi {

// A MAC and a unicast IP on a VLAN.
struct Tie {
  BindingKey key;
  BindingRow row;
  Seen claimed;  // strong claims together
  // The highest TTL with which MACs that claim the IP send it (0: none seen); none if nobody claims it.
  std::optional<std::uint8_t> claimants_ttl;
  bool on_link = false;  // the IP is of a range that lives on the VLAN
  bool own = false;      // the MAC's own address; one MAC at most per IP and VLAN
  bool foreign = false;  // forwarded by the MAC
  // The MAC sends from the IP with an untouched TTL, while others only claim it: proxies, or a forged ARP.
  bool disproves = false;

  bool has_source() const noexcept { return row.as_source.count != 0; }
  Seen seen() const noexcept;
};

struct Forwarder {
  Address mac;
  std::uint32_t vlan = 0;
  std::uint64_t addresses = 0;  // seen behind it
  PacketRef first, last;        // packets that it forwarded, or that were sent to it to forward
};

// Two MACs claim one IP on one VLAN; a row for each of them.
struct DuplicateIp {
  Address ip, mac;
  std::uint32_t vlan = 0;
  std::vector<Address> others;
  Seen claimed;  // by `mac`
  Seen relayed;  // frames of `mac` from the IP, with a lower TTL than that of another MAC that sends from it
};

struct Segments {
  std::vector<Tie> ties;  // by MAC, IP, VLAN
  std::set<Address> routers;
  std::vector<Forwarder> forwarders;    // by MAC, VLAN
  std::vector<DuplicateIp> duplicates;  // by VLAN, IP, MAC
  Subnets subnets;
  Chassis chassis;
};

Segments judge_segments(const Observed& observed);

// A MAC that VRRP, HSRP or GLBP gives to a virtual router.
bool is_virtual_router(const Address& mac) noexcept;
// A TTL that no host starts with: the packet was forwarded. False where none was seen.
bool is_decremented(const TtlRange& ttl) noexcept;

}  // namespace kakoi
