// Two lists that name one device: what one of them leaves open the other completes (docs/register.md).
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/policy/policy.h"

namespace kakoi {

class RegisterMerge {
 public:
  // The assets that `policy` has now are those of earlier lists; each takes one row of this list at most.
  explicit RegisterMerge(Policy& policy);

  enum class Result : std::uint8_t { other_device, merged, contradicts };
  // `place` names the row in `problem`, which tells each field where the two differ.
  Result add(const DeclaredAsset& row, const std::string& place, std::string& problem);

 private:
  // The one asset of an earlier list that has an address of the row; null if there is none, or several.
  DeclaredAsset* earlier(const DeclaredAsset& row);

  Policy& policy_;
  std::unordered_map<Address, std::vector<std::size_t>, AddressHash> by_address_;  // places in policy.assets
  std::vector<bool> taken_;
};

}  // namespace kakoi
