// Names that a resolver gives to addresses: whose word they may be taken for. An answer names a host of this network only
// if the name is of this network, and is the host's and not a service's that it happens to run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sensor/inventory/resolve.h"

namespace kakoi {

class DnsNames {
 public:
  DnsNames(const Observed& observed, const Resolution& resolution);

  // Is this claim one of a resolver?
  static bool is_one(const IdentityKey& key) noexcept;
  // May such a claim about that asset stand?
  bool names(const IdentityKey& key, std::uint32_t asset) const;
  // Has the asset exactly one such name by that method? Of several, nothing tells which one is its own.
  bool is_only_name(std::string_view method, std::uint32_t asset) const;

 private:
  bool is_of_this_network(std::string_view name) const;

  // In small letters.
  std::set<std::string, std::less<>> domains_;                           // of this network, as leases and devices state
  std::map<std::string, std::set<std::uint32_t>, std::less<>> holders_;  // assets by name
  std::set<std::pair<std::string_view, std::uint32_t>> only_;            // methods and assets: one name alone
};

}  // namespace kakoi
