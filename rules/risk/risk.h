// Risk scores of findings: severity × confidence × exposure × criticality, each factor kept (docs/risk.md).
// Apart from verdicts: neither reads the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "sensor/inventory/database.h"

namespace kakoi {

// Factors, per cent.
int severity_factor(std::string_view severity) noexcept;
// Sessions between a device and the outside, and between it and an IT zone; nothing: no path was observed.
int exposure_factor(std::optional<int> hops_outside, std::optional<int> hops_it) noexcept;
int criticality_factor(std::string_view criticality) noexcept;
// Of a finding that names no device of the site.
inline constexpr std::string_view kUnknownCriticality = "medium";

// Score in tenths, 0 to 1000: the product of the factors, rounded half up.
int score_in_tenths(int severity, int confidence, int exposure, int criticality) noexcept;

// Writes the tables reach and risk, after policy and findings. Throws DatabaseError.
void write_risk(Database& db);

}  // namespace kakoi
