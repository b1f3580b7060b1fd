// manifest.json: what went in and what came out, with SHA-256 and size of each, and the versions at work.
// The only output with wall-clock time in it; SOURCE_DATE_EPOCH (seconds) stands in for the clock where it is set.
#pragma once

#include <filesystem>
#include <ostream>
#include <string>
#include <vector>

#include "reports/report.h"

namespace kakoi {

void write_manifest(const ReportInput& input, const std::filesystem::path& folder,
                    const std::vector<std::string>& files, std::ostream& out);

}  // namespace kakoi
