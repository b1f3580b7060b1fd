#include "rules/policy/seen.h"

#include <algorithm>
#include <unordered_map>

#include "rules/register/owners.h"

namespace kakoi {

bool SeenAsset::owns(const Address& address) const {
  return std::any_of(addresses.begin(), addresses.end(), [&](const SeenAddress& a) { return a.address == address; });
}

bool SeenAsset::has_address_in(const Cidr& range) const {
  return std::any_of(addresses.begin(), addresses.end(),
                     [&](const SeenAddress& a) { return range.contains(a.address); });
}

std::vector<SeenAsset> load_seen_assets(Database& db) {
  std::vector<SeenAsset> assets;
  std::unordered_map<std::string, std::size_t> index;
  for (Statement s = db.prepare("select asset_id, name, scope from asset order by asset_id"); s.step();) {
    index.emplace(s.text(0), assets.size());
    assets.push_back({s.text(0), s.text(1), s.text(2), {}, false});
  }
  for (Statement s = db.prepare("select asset_id, value, vlan from address order by asset_id, value, vlan");
       s.step();) {
    const auto found = index.find(s.text(0));
    const std::optional<Address> address = parse_address(s.text(1));
    if (found == index.end() || !address) continue;
    SeenAsset& asset = assets[found->second];
    asset.has_mac |= address->is_mac();
    asset.addresses.push_back({*address, s.text(1), std::nullopt});
    if (!s.is_null(2)) asset.addresses.back().vlan = static_cast<std::uint32_t>(s.integer(2));
  }
  return assets;
}

std::vector<Address> addresses_of(const DeclaredAsset& row) {
  std::vector<Address> all = row.others;
  if (!row.address.is_none()) all.insert(all.begin(), row.address);
  return all;
}

RegisterDevices::RegisterDevices(const std::vector<DeclaredAsset>& rows, const std::vector<SeenAsset>& assets)
    : of_asset(assets.size()) {
  AddressOwners owners;
  for (std::size_t i = 0; i < assets.size(); ++i)
    if (!assets[i].is_group())
      for (const SeenAddress& a : assets[i].addresses) owners.add(a.address, i);
  for (const DeclaredAsset& row : rows) {
    std::set<std::size_t>& devices = of_row.emplace_back();
    for (const auto& found : owners.of(addresses_of(row))) devices.insert(found.begin(), found.end());
    for (const std::size_t device : devices) of_asset[device].push_back(&row);
  }
}

std::string vlan_text(std::uint32_t vlan) {
  return vlan < 4096 ? std::to_string(vlan) : std::to_string(vlan / 4096) + "." + std::to_string(vlan % 4096);
}

}  // namespace kakoi
