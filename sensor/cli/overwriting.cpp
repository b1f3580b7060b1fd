#include "sensor/cli/overwriting.h"

#include "reports/report.h"
#include "sensor/cli/judge.h"

namespace kakoi::cli {

namespace fs = std::filesystem;

namespace {

bool is_input(const fs::path& file, const Paths& inputs) {
  for (const fs::path& input : inputs)
    if (std::error_code error; fs::equivalent(file, input, error) && !error) return true;
  return false;
}

std::vector<std::string_view> output_names() {
  std::vector<std::string_view> names = report_names();
  names.insert(names.end(), {kInventoryFile, kEvidenceFile, kSignatureFile});
  return names;
}

}  // namespace

void keep_from_file(const fs::path& file, const Paths& inputs) {
  if (is_input(file, inputs))
    throw InputError(file.string() + ": would be written over by what is made of it; name another file");
}

void keep_from_out(const fs::path& out, const Paths& inputs) {
  for (const std::string_view name : output_names())
    if (is_input(out / name, inputs))
      throw InputError((out / name).string() +
                       ": would be written over by what is made of it; name another folder with --out");
}

void remove_reports(const fs::path& out) {
  std::error_code ignored;
  for (const std::string_view name : output_names())
    if (name != kInventoryFile) fs::remove(out / name, ignored);
}

}  // namespace kakoi::cli
