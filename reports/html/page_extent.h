// How much of an inventory the page shows. A browser bears a few thousand devices, not all of the internet: beyond the
// bounds the page leaves out what matters least, says so, and gives the totals; inventory.json and the CSVs have all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/json_value.h"
#include "reports/lookups.h"
#include "reports/rows.h"

namespace kakoi {

inline constexpr std::size_t kMostAssets = 5'000;  // those of the worst findings first, then OT, then local devices
inline constexpr std::size_t kMostLinks = 50'000;  // between them; those of OT protocols and the largest first
inline constexpr std::size_t kMostRows = 100'000;  // of any other table, the first in its order

// 1 for a link with an outside address that the policy's allowed_external covers with this protocol and port, as rules
// ask it; text for a select from `link`.
inline constexpr std::string_view kDeclaredOutside = R"(case when exists (
  select 1 from allowed_external_member m join allowed_external e on e.name = m.name
  where m.asset_id in (link.client_id, link.server_id) and (e.port is null or e.port = link.server_port)
    and (e.protocol = '' or e.protocol = link.protocol or (link.protocol = '' and e.port = link.server_port)))
  then 1 else 0 end)";

struct PageExtent {
  PageExtent(Database& db, Lookups& lookups, std::size_t most_assets = kMostAssets,
             std::size_t most_links = kMostLinks);

  std::vector<std::string> assets;  // in the order of ids
  std::vector<std::int64_t> links;  // ascending
  Json totals;                      // null if the page shows all assets and links; else counts by name
};

}  // namespace kakoi
