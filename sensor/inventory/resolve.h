// Which device is which: makes assets of the addresses that were seen.
//
//   unicast MAC, in whatever VLANs     one asset 'mac-001d9cc813a1' with the IPs that are its own there
//     … of a port of a known device    that device's asset (see chassis.h)
//   IP that is nobody's own            one asset 'ip-192.0.2.7': behind a router, or of a capture without MACs
//     … but somebody's in one VLAN     that asset: the same flow, mirrored before and after a router
//     … but in several VLANs           'ip-192.0.2.7-v20': copied cells, no telling which one
//     … but a host's inside its tunnel that host's asset
//   group address, broadcast           one asset each, so that links to it have an end
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sensor/inventory/scope.h"
#include "sensor/inventory/segment.h"

namespace kakoi {

struct AssetAddress {
  Address address;
  std::uint32_t vlan = 0;
  std::string_view bound_by;  // static: 'arp reply', 'frame source', 'behind router', 'tunnel' …
  bool is_squatted = false;   // a public IPv4 number that lives on the segment
  Seen seen;
};

struct Asset {
  std::string id;
  Scope scope = Scope::local;
  bool is_router = false;
  std::vector<AssetAddress> addresses;  // MACs last, before them those in tunnels; by kind, address, VLAN
  Seen seen;
};

// Indices of assets; Resolution::kNone for an end without an address.
struct LinkEnds {
  std::uint32_t client, server;
  auto operator<=>(const LinkEnds&) const = default;
};

class Resolution {
 public:
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  static Resolution of(const Observed& observed);

  const std::vector<Asset>& assets() const noexcept { return assets_; }  // by id
  const Segments& segments() const noexcept { return segments_; }
  const std::vector<LinkEnds>& ends() const noexcept { return ends_; }  // of Observed::links, in their order
  // Index of the asset of an address that was seen on the VLAN (a MAC: on any); kNone if it was not.
  std::uint32_t find(const Address& address, std::uint32_t vlan) const noexcept;
  // The same, and where the address was not seen on that VLAN, the one asset that has it elsewhere.
  std::uint32_t find_anywhere(const Address& address, std::uint32_t vlan) const noexcept;

 private:
  friend class Resolver;
  struct Place {
    Address address;
    std::uint32_t vlan = 0;
    bool operator==(const Place&) const = default;
  };
  struct PlaceHash {
    std::size_t operator()(const Place& p) const noexcept { return mix(AddressHash{}(p.address), p.vlan); }
  };
  std::vector<Asset> assets_;
  std::vector<LinkEnds> ends_;
  Segments segments_;
  std::unordered_map<Place, std::uint32_t, PlaceHash> by_place_;        // MACs with VLAN 0
  std::unordered_map<Address, std::uint32_t, AddressHash> by_address_;  // kNone: several
};

}  // namespace kakoi
