// manifest.json: what went in and what came out, with SHA-256 and size of each, and the versions at work.
// The only output with wall-clock time in it; SOURCE_DATE_EPOCH (seconds) stands in for the clock where it is set.
#pragma once

#include <filesystem>
#include <map>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include "reports/output.h"
#include "reports/report.h"

namespace kakoi {

// `files`: what the run wrote, by name.
void write_manifest(const ReportInput& input, const std::map<std::string, FileDigest>& files, std::ostream& out);

struct ManifestError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What such a file says. Nothing of it is checked: names and paths are whatever stands there.
struct Manifest {
  struct Input {
    std::string kind, name, sha256;  // 'capture', 'policy', 'rules', 'program'; name: of captures
  };
  std::string created, kakoi_version, language;
  std::string fingerprint_key;             // a mark of the key; "" not told
  std::map<std::string, std::string> run;  // how the program was called
  std::vector<Input> inputs;
  std::map<std::string, FileDigest> outputs;  // by path within the folder
};
Manifest read_manifest(const std::filesystem::path& path);  // throws ManifestError

}  // namespace kakoi
