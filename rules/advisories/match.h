// Compares the devices of an inventory with advisories: tables advisory and advisory_match, which rules read.
#pragma once

#include "rules/advisories/advisory.h"
#include "rules/advisories/names.h"
#include "sensor/inventory/database.h"

namespace kakoi {

// Fills the two tables, which must be empty. A device is compared by what it says of itself: maker and product must
// both fit. The maker of its network card stands in where it names none. Deterministic; throws DatabaseError.
void match_advisories(Database& db, const Advisories& advisories, const Names& names);

}  // namespace kakoi
