// Findings are listed the same way everywhere: worst first, then by rule and by content.
#pragma once

#include <string_view>

namespace kakoi {

inline constexpr std::string_view kFindingOrder =
    R"(order by case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end,
  confidence desc, rule_id, subject_id, peer_id, finding_id)";

}  // namespace kakoi
