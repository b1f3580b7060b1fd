// inventory.json ("kakoi-inventory/1") and findings.json ("kakoi-findings/1"); the fields are in README.md.
// Every row is on a line of its own, sorted by content, so that two inventories can be compared line by line.
#pragma once

#include <ostream>

#include "reports/report.h"

namespace kakoi {

void write_inventory_json(const ReportInput& input, std::ostream& out);
void write_findings_json(const ReportInput& input, std::ostream& out);

}  // namespace kakoi
