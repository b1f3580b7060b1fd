// Why each verdict is what it is, as findings.json and the page list it.
#pragma once

namespace kakoi {

inline constexpr const char* kVerdictChecks =
    R"(select framework as "framework", control as "control", exposure_class as "exposure_class",
  direction as "direction", strength as "strength", rationale_en as "rationale_en", rationale_ja as "rationale_ja",
  state as "state", findings as "findings:n", accepted as "accepted:n" from verdict_check
  order by framework, control, direction, exposure_class, rationale_en)";

}  // namespace kakoi
