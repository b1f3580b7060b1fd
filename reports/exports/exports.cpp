#include "reports/exports/exports.h"

#include <algorithm>
#include <set>

#include "reports/findings_order.h"

namespace kakoi {

namespace {

namespace fs = std::filesystem;

struct Export {
  std::string_view name;
  std::vector<ExportFile> (*files)(const ReportInput&);
};
constexpr Export kExports[] = {{"oscal", oscal_files},
                               {"ocsf", ocsf_files},
                               {"ciso", ciso_files},
                               {"cset", cset_files},
                               {"netbox", netbox_files},
                               {"navv", navv_files},
                               {"notification", notification_files}};
constexpr std::string_view kNames[] = {"oscal", "ocsf", "ciso", "cset", "netbox", "navv", "notification"};
constexpr const char* kFiles[] = {"oscal-assessment-results.json", "ocsf.ndjson", "asset-notification.csv"};
constexpr const char* kFolders[] = {"ciso-assistant", "cset", "netbox", "navv"};

}  // namespace

std::span<const std::string_view> export_names() noexcept { return kNames; }

std::vector<ExportFile> export_files(const ReportInput& input) {
  std::vector<ExportFile> files;
  for (const Export& one : kExports) {
    if (std::find(input.exports.begin(), input.exports.end(), one.name) == input.exports.end()) continue;
    for (ExportFile& file : one.files(input)) files.push_back(std::move(file));
  }
  return files;
}

void remove_other_exports(const fs::path& out, const std::vector<ExportFile>& kept) {
  std::set<fs::path> keep;
  for (const ExportFile& file : kept) keep.insert(out / file.path);
  std::error_code error;
  for (const char* file : kFiles)
    if (!keep.contains(out / file)) fs::remove(out / file, error);
  for (const char* folder : kFolders) {
    if (!fs::is_directory(fs::symlink_status(out / folder, error))) continue;
    std::vector<fs::path> old;
    for (const auto& entry : fs::directory_iterator(out / folder, error))
      if (!keep.contains(entry.path()) && (entry.path().extension() == ".csv" || entry.path().extension() == ".json" ||
                                           entry.path().extension() == ".xml"))
        old.push_back(entry.path());
    for (const fs::path& file : old) fs::remove(file, error);
    fs::remove(out / folder, error);  // only if it is empty by now
  }
}

Uuid site_namespace(Database& db) {
  const Uuid kakoi = uuid_of(kUrlNamespace, "urn:kakoi");
  const std::string site = db.text("select value from meta where key = 'site'");
  if (!site.empty()) return uuid_of(kakoi, "site:" + site);
  std::string captures = "captures:";
  for (Statement s = db.prepare("select sha256 from capture order by sha256"); s.step();) captures += s.text(0) + '\n';
  return uuid_of(kakoi, captures);
}

Extent extent_of(Database& db) {
  return {db.integer("select coalesce(min(first_ts), 0) from capture"),
          db.integer("select coalesce(max(last_ts), 0) from capture")};
}

Bearing::Bearing(Database& db) {
  for (Statement s = db.prepare("select finding_id, exposure_class from finding " + std::string(kFindingOrder));
       s.step();)
    findings_.push_back({s.text(0), s.text(1)});
  for (Statement s =
           db.prepare("select framework, control, exposure_class from verdict_check where direction = 'against' "
                      "and state in ('against', 'hint', 'accepted')");
       s.step();)
    classes_[s.text(0)][s.text(1)].insert(s.text(2));
}

std::vector<std::string_view> Bearing::of_classes(const Classes& classes) const {
  std::vector<std::string_view> ids;
  for (const Finding& finding : findings_)
    if (classes.contains(finding.exposure_class)) ids.push_back(finding.id);
  return ids;
}

std::vector<std::string_view> Bearing::findings_against(std::string_view framework, std::string_view control) const {
  const auto controls = classes_.find(framework);
  if (controls == classes_.end()) return {};
  const auto found = controls->second.find(control);
  return found == controls->second.end() ? std::vector<std::string_view>() : of_classes(found->second);
}

std::vector<std::string_view> Bearing::findings_of(std::string_view framework) const {
  Classes all;
  if (const auto controls = classes_.find(framework); controls != classes_.end())
    for (const auto& [control, classes] : controls->second) all.insert(classes.begin(), classes.end());
  return of_classes(all);
}

}  // namespace kakoi
