// What the findings say about controls of frameworks: the tables framework, requirement, contract, verdict
// and verdict_check (sensor/inventory/schema.sql). Verdicts are about evidence, not about risk: a finding's
// severity plays no part in them.
//
// Of a control, what bears on it are the exposure classes that are mapped to it:
//   not_met         a finding that nobody accepted is strong evidence against it (one degree less where confidence
//                   is low, or where nothing was declared that it could be compared with)
//   partly          findings speak against it but cannot settle it, or what speaks against it was accepted
//   supported       nothing speaks against it, traffic can support such a control at all, and of every class that
//                   is more than a hint the minimum observation is there: the captures could have shown it
//   not_observable  everything else, with the reason and what to change; whatever was found, where what the control
//                   speaks of (Control::needs) is not in view
#pragma once

#include "rules/rule_set.h"
#include "rules/verdict/catalogue.h"

namespace kakoi {

// Below this confidence a finding is evidence of one degree less.
inline constexpr int kFullConfidence = 50;

// After the findings are written. Replaces what an earlier call wrote. Throws RuleError, DatabaseError.
void write_verdicts(Database& db, const Catalogue& catalogue, const RuleSet& rules);

}  // namespace kakoi
