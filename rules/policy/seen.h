// The inventory's assets as a policy sees them: by their addresses, with the rows of the register that declare them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "rules/policy/policy.h"
#include "sensor/inventory/database.h"

namespace kakoi {

struct SeenAddress {
  Address address;
  std::string text;
  std::optional<std::uint32_t> vlan;
};

struct SeenAsset {
  std::string id, name, scope;
  std::vector<SeenAddress> addresses;
  bool has_mac = false;

  bool is_group() const noexcept { return scope == "multicast" || scope == "broadcast"; }
  bool is_named(const std::string& wanted) const { return name == wanted || id == wanted; }
  bool owns(const Address& address) const;
  bool has_address_in(const Cidr& range) const;
};

// Ordered by id.
std::vector<SeenAsset> load_seen_assets(Database& db);

// All addresses that a row of the register gives, the first one first.
std::vector<Address> addresses_of(const DeclaredAsset& row);

// Which devices the rows of the register declare, and the other way round. Rows are the policy's, which must outlive
// this.
struct RegisterDevices {
  RegisterDevices(const std::vector<DeclaredAsset>& rows, const std::vector<SeenAsset>& assets);

  std::vector<std::set<std::size_t>> of_row;                // by row: places in `assets`
  std::vector<std::vector<const DeclaredAsset*>> of_asset;  // by asset
};

// "12", or "12.34" of stacked tags.
std::string vlan_text(std::uint32_t vlan);

}  // namespace kakoi
