// assets.csv, links.csv and verdicts.csv: the lists that people open in a spreadsheet.
#pragma once

#include <ostream>

#include "reports/report.h"

namespace kakoi {

void write_assets_csv(const ReportInput& input, std::ostream& out);
void write_links_csv(const ReportInput& input, std::ostream& out);
void write_verdicts_csv(const ReportInput& input, std::ostream& out);

}  // namespace kakoi
