// register.csv: the asset register against what was observed, one line a device.
#pragma once

#include <ostream>

#include "reports/report.h"

namespace kakoi {

// False where the site gave no register: then there is nothing to compare with.
bool has_register(Database& db);
void write_register_csv(const ReportInput& input, std::ostream& out);

}  // namespace kakoi
