// How much the captures could show, measure by measure: table `coverage`. What each measure means, from which value on
// it limits the survey, and what to change at the mirror port (docs/coverage.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kakoi {

// info: a figure, not judged. unknown: it could not be measured. limited: absence proves less than it should.
// blind: absence proves nothing.
enum class CoverageLevel : std::uint8_t { info, ok, unknown, limited, blind };
std::string_view to_string(CoverageLevel level) noexcept;

struct CoverageWords {
  std::string_view en, ja;  // "" where there is nothing to say
};
struct CoverageJudgement {
  CoverageLevel level = CoverageLevel::info;
  CoverageWords meaning, advice;
};

// The share of the VLANs named in the site policy that no packet showed; a row only where the policy names some.
inline constexpr std::string_view kDeclaredVlansUnseen = "declared_vlans_unseen";

// `metric` is the measure's stable code, as in the table's column. std::nullopt: nothing there to be measured.
CoverageJudgement judge_coverage(std::string_view metric, std::optional<double> value) noexcept;

}  // namespace kakoi
