// An inventory of a water works for the tests of the reports and for the browser check: sample.sql in the schema of
// the sensor, with host names that try to break HTML, spreadsheets and reading direction.
#pragma once

#include <map>
#include <string>

#include "reports/report.h"
#include "sensor/inventory/database.h"

namespace kakoi {

std::string read_text(const std::string& path_in_repository);
Database sample_database();
// The same rows, inserted in the opposite order.
Database sample_database_backwards();
std::map<std::string, RuleText> sample_rules();
ReportInput sample_input(Database& db, const std::map<std::string, RuleText>& rules);

}  // namespace kakoi
