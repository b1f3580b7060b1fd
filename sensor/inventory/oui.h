// Who made a network interface: the IEEE registries of MAC prefixes, as Debian's package ieee-data
// installs them (oui.csv: MA-L, 24 bits; mam.csv: MA-M, 28; oui36.csv: MA-S and iab.csv: IAB, 36).
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <unordered_map>

#include "dissectors/core/address.h"

namespace kakoi {

inline const std::filesystem::path kIeeeData = "/usr/share/ieee-data";

using Vendors = std::unordered_map<Address, std::string, AddressHash>;

// The registered organisation of each MAC that has one, by its longest registered prefix. The files
// are read once, and only what the given MACs need is kept. Only globally administered unicast
// addresses can be looked up: the others carry no assignment. Files that are missing or not
// readable name no vendors.
Vendors find_vendors(std::span<const Address> macs, const std::filesystem::path& folder = kIeeeData);

}  // namespace kakoi
