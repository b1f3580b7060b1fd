// Which of the declared zones an asset belongs to (docs/policy.md, "zones").
#pragma once

#include <string>
#include <vector>

#include "rules/policy/seen.h"

namespace kakoi {

struct Place {
  const Zone* zone = nullptr;
  unsigned fit = 0;  // how well the zone fits; 0 with no zone
  std::string why;   // "cidr 10.0.0.0/24"
};

// All arguments must outlive it.
class Places {
 public:
  Places(const Policy& policy, const std::vector<SeenAsset>& assets, const RegisterDevices& devices);

  const Place& of(std::size_t asset) const;
  // Whether a row that declares `zone` speaks of this asset: the same address may be declared in several zones (copied
  // machine cells), and then range and VLAN decide.
  bool sits_in(std::size_t asset, const Zone& zone) const;
  // null where the policy has no such zone
  const Zone* find_zone(const std::string& id) const;
  // What the site should know: assets that several zones claim, members of zones that no traffic was seen of.
  std::vector<std::string> notes() const;

 private:
  Place by_members(const SeenAsset& asset) const;
  std::vector<Place> by_register() const;
  bool sits_in(std::size_t asset, const Zone& zone, const Zone* by_members) const;

  const Policy& policy_;
  const std::vector<SeenAsset>& assets_;
  const RegisterDevices& devices_;
  std::vector<Place> by_members_, by_register_;  // by asset
};

}  // namespace kakoi
