#include "reports/report.h"

#include <future>
#include <ostream>

#include "reports/csv/register.h"
#include "reports/csv/tables.h"
#include "reports/exports/exports.h"
#include "reports/html/page.h"
#include "reports/json/documents.h"
#include "reports/lookups.h"
#include "reports/manifest/manifest.h"
#include "reports/output.h"

namespace kakoi {

namespace {

struct Writer {
  const char* file;
  void (*write)(const ReportInput&, std::ostream&);
};

// In two parts that take about as long, the first of them what needs the lists of findings.
constexpr Writer kOfFindings[] = {
    {"findings.json", write_findings_json}, {"assets.csv", write_assets_csv}, {"report.html", write_page}};
constexpr Writer kOfInventory[] = {
    {"inventory.json", write_inventory_json}, {"links.csv", write_links_csv}, {"verdicts.csv", write_verdicts_csv}};

using Files = std::map<std::string, FileDigest>;

// One state of the database for all reports, and locked once instead of for each statement; also inside a transaction
// of the caller.
class Reading {
 public:
  explicit Reading(Database& db) : db_(db) { db_.execute("savepoint reports"); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() {
    try {
      db_.execute("release reports");
    } catch (const DatabaseError&) {
      // nothing was written that could be lost
    }
  }

 private:
  Database& db_;
};

ReportInput with(const ReportInput& input, Database& db) {
  ReportInput other = {
      .db = db, .rules = input.rules, .kakoi_version = input.kakoi_version, .language = input.language};
  other.input_hashes = input.input_hashes, other.created = input.created, other.run = input.run;
  other.exports = input.exports, other.besides = input.besides;
  return other;
}

Files write_all(std::span<const Writer> writers, const ReportInput& input, const std::filesystem::path& out) {
  Files files;
  for (const Writer& writer : writers)
    files[writer.file] = write_whole(out / writer.file, [&](std::ostream& stream) { writer.write(input, stream); });
  return files;
}

// With what several writers look up read once for all of them.
ReportInput sharing_lookups(ReportInput input) {
  if (!input.lookups) input.lookups = std::make_shared<Lookups>(input.db);
  return input;
}

Files write_of_inventory(const ReportInput& input, const std::filesystem::path& out) {
  if (input.besides) input.besides(input.db);
  const Reading reading(input.db);
  return write_all(kOfInventory, sharing_lookups(input), out);
}

}  // namespace

void write_reports(const ReportInput& input, const std::filesystem::path& out) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) throw OutputError(out.string() + ": " + error.message());
  // a manifest that speaks of an earlier run must not stand beside new files
  std::filesystem::remove(out / "manifest.json", error);
  std::future<Files> on_another_thread;
  if (input.another)
    on_another_thread = std::async(std::launch::async, [&] {
      Database db = input.another();
      return write_of_inventory(with(input, db), out);
    });
  Files files = input.another ? Files() : write_of_inventory(input, out);
  const Reading reading(input.db);
  ReportInput shared = sharing_lookups(input);
  files.merge(write_all(kOfFindings, shared, out));
  if (on_another_thread.valid()) files.merge(on_another_thread.get());
  // exports refer to what lies in OUT
  std::erase_if(shared.other_outputs, [&](const std::string& file) {
    std::error_code missing;
    return !std::filesystem::is_regular_file(out / file, missing);
  });
  if (has_register(shared.db))
    files["register.csv"] =
        write_whole(out / "register.csv", [&](std::ostream& stream) { write_register_csv(shared, stream); });
  else
    std::filesystem::remove(out / "register.csv", error);
  const std::vector<ExportFile> exports = export_files(shared);
  remove_other_exports(out, exports);
  for (const ExportFile& file : exports) {
    std::filesystem::create_directories((out / file.path).parent_path(), error);
    if (error) throw OutputError((out / file.path).string() + ": " + error.message());
    files[file.path] = write_whole(out / file.path, [&](std::ostream& stream) { file.write(shared, stream); });
  }
  for (const std::string& file : shared.other_outputs) files[file] = digest_of_file(out / file);
  write_whole(out / "manifest.json", [&](std::ostream& stream) { write_manifest(input, files, stream); });
}

}  // namespace kakoi
