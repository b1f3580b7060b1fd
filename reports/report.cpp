#include "reports/report.h"

#include <future>
#include <mutex>
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

// Of two threads one begins with the first, which share the lists of findings, and the other with the last.
constexpr Writer kWriters[] = {
    {"findings.json", write_findings_json}, {"assets.csv", write_assets_csv}, {"report.html", write_page},
    {"verdicts.csv", write_verdicts_csv},   {"links.csv", write_links_csv},   {"inventory.json", write_inventory_json}};

using Files = std::map<std::string, FileDigest>;

ReportInput with(const ReportInput& input, Database& db) {
  ReportInput other = {
      .db = db, .rules = input.rules, .kakoi_version = input.kakoi_version, .language = input.language};
  other.input_hashes = input.input_hashes, other.created = input.created, other.run = input.run;
  other.exports = input.exports;
  return other;
}

// With what several writers look up read once for all of them.
ReportInput sharing_lookups(ReportInput input) {
  if (!input.lookups) input.lookups = std::make_shared<Lookups>(input.db);
  return input;
}

// The writers that nobody has begun with.
class Waiting {
 public:
  enum class End { front, back };
  const Writer* take(End end) {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) return nullptr;
    const bool front = end == End::front;
    const Writer& taken = front ? waiting_.front() : waiting_.back();
    waiting_ = waiting_.subspan(front ? 1 : 0, waiting_.size() - 1);
    return &taken;
  }

 private:
  std::mutex mutex_;
  std::span<const Writer> waiting_{kWriters};
};

Files write_all(Waiting& waiting, Waiting::End end, const ReportInput& input, const std::filesystem::path& out) {
  Files files;
  while (const Writer* const writer = waiting.take(end))
    files[writer->file] = write_whole(out / writer->file, [&](std::ostream& stream) { writer->write(input, stream); });
  return files;
}

}  // namespace

std::vector<std::string_view> report_names() {
  std::vector<std::string_view> names = {"register.csv", "manifest.json"};
  for (const Writer& writer : kWriters) names.emplace_back(writer.file);
  return names;
}

void write_reports(const ReportInput& input, const std::filesystem::path& out) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) throw OutputError(out.string() + ": " + error.message());
  // a manifest that speaks of an earlier run must not stand beside new files
  std::filesystem::remove(out / "manifest.json", error);
  Waiting waiting;
  std::future<Files> on_another_thread;
  if (input.another)
    on_another_thread = std::async(std::launch::async, [&] {
      Database db = input.another();
      const Reading reading(db);
      if (input.besides) input.besides(db);
      return write_all(waiting, Waiting::End::back, sharing_lookups(with(input, db)), out);
    });
  const Reading reading(input.db);
  if (input.besides && !input.another) input.besides(input.db);
  ReportInput shared = sharing_lookups(input);
  Files files = write_all(waiting, Waiting::End::front, shared, out);
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
