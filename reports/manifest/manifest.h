// manifest.json: what went in and what came out, with SHA-256 and size of each, and the versions at work.
// The only output with wall-clock time in it; SOURCE_DATE_EPOCH (seconds) stands in for the clock where it is set.
#pragma once

#include <map>
#include <ostream>
#include <string>

#include "reports/output.h"
#include "reports/report.h"

namespace kakoi {

// `files`: what the run wrote, by name.
void write_manifest(const ReportInput& input, const std::map<std::string, FileDigest>& files, std::ostream& out);

}  // namespace kakoi
