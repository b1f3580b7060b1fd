#include "reports/report.h"

#include <ostream>

#include "reports/csv/tables.h"
#include "reports/html/page.h"
#include "reports/json/documents.h"
#include "reports/manifest/manifest.h"
#include "reports/output.h"
#include "reports/packets.h"

namespace kakoi {

namespace {

struct Writer {
  const char* file;
  void (*write)(const ReportInput&, std::ostream&);
};

constexpr Writer kWriters[] = {
    {"inventory.json", write_inventory_json},
    {"findings.json", write_findings_json},
    {"assets.csv", write_assets_csv},
    {"links.csv", write_links_csv},
    {"report.html", write_page},
};

}  // namespace

void write_reports(const ReportInput& input, const std::filesystem::path& out) {
  std::error_code error;
  std::filesystem::create_directories(out, error);
  if (error) throw OutputError(out.string() + ": " + error.message());
  // a manifest that speaks of an earlier run must not stand beside new files
  std::filesystem::remove(out / "manifest.json", error);
  ReportInput shared = input;
  if (!shared.packets) shared.packets = std::make_shared<const Packets>(shared.db);
  std::vector<std::string> files;
  for (const Writer& writer : kWriters) {
    write_whole(out / writer.file, [&](std::ostream& stream) { writer.write(shared, stream); });
    files.emplace_back(writer.file);
  }
  for (const std::string& file : input.other_outputs) {
    if (std::filesystem::is_regular_file(out / file, error)) files.push_back(file);
  }
  write_whole(out / "manifest.json", [&](std::ostream& stream) { write_manifest(input, out, files, stream); });
}

}  // namespace kakoi
