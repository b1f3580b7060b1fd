// Files for assessment engines, written on demand: which there are, and what they share.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <ostream>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reports/exports/uuid.h"
#include "reports/report.h"

namespace kakoi {

struct ExportFile {
  std::string path;  // within OUT, with '/'
  std::function<void(const ReportInput&, std::ostream&)> write;
};

// The files of all exports that input.exports names, in the order of export_names().
std::vector<ExportFile> export_files(const ReportInput& input);
// Removes what an earlier run exported and this one does not: a manifest lists everything in OUT.
void remove_other_exports(const std::filesystem::path& out, const std::vector<ExportFile>& kept);

// Each format's files.
std::vector<ExportFile> oscal_files(const ReportInput& input);
std::vector<ExportFile> ocsf_files(const ReportInput& input);
std::vector<ExportFile> ciso_files(const ReportInput& input);
std::vector<ExportFile> cset_files(const ReportInput& input);
std::vector<ExportFile> netbox_files(const ReportInput& input);
std::vector<ExportFile> navv_files(const ReportInput& input);
std::vector<ExportFile> notification_files(const ReportInput& input);

// ─── what the formats share ──────────────────────────────────────────────────

// The namespace of a site's UUIDs. A site without a name is told from others by its captures.
Uuid site_namespace(Database& db);

struct Extent {  // of all captures, nanoseconds since the epoch; 0 without packets
  std::int64_t first = 0, last = 0;
};
Extent extent_of(Database& db);

// Which controls the findings of a class speak against, as table verdict_check tells.
class Bearing {
 public:
  explicit Bearing(Database& db);
  // Ids of findings, worst first; what was accepted is among them.
  std::vector<std::string_view> findings_against(std::string_view framework, std::string_view control) const;
  std::vector<std::string_view> findings_of(std::string_view framework) const;

 private:
  struct Finding {
    std::string id, exposure_class;
  };
  using Classes = std::set<std::string, std::less<>>;
  std::vector<std::string_view> of_classes(const Classes& classes) const;
  std::vector<Finding> findings_;                                                            // worst first
  std::map<std::string, std::map<std::string, Classes, std::less<>>, std::less<>> classes_;  // framework, control
};

}  // namespace kakoi
