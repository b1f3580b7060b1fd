#include "reports/manifest/manifest.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <string_view>

#include "reports/output.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

std::string created() {
  constexpr std::int64_t kNanoseconds = 1'000'000'000;
  constexpr std::int64_t kLastSecond = 9'223'372'036;  // of what 64 bits of nanoseconds hold
  if (const char* epoch = std::getenv("SOURCE_DATE_EPOCH")) {
    const std::string_view text(epoch);
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size() && seconds >= 0 && seconds <= kLastSecond) {
      return iso8601(seconds * kNanoseconds, {});
    }
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return iso8601(now.time_since_epoch().count() * kNanoseconds, {});
}

}  // namespace

void write_manifest(const ReportInput& input, const std::map<std::string, FileDigest>& files, std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  Json document;
  document["schema"] = "kakoi-manifest/1";
  document["created"] = created();
  document["kakoi_version"] = input.kakoi_version;
  document["database_schema"] = rows.meta("schema_version");
  document["site"] = rows.meta("site");
  document["language"] = input.language;
  document["inputs"] = Json::array();
  for (Cursor capture =
           rows.query(R"(select 'capture' as "kind", source as "name", sha256 as "sha256", file_bytes as "bytes:n"
               from capture order by source, sha256)");
       capture.step();) {
    std::string row;
    capture.append(row);
    document["inputs"].push_back(Json::parse(row));
  }
  for (const auto& [name, hash] : input.input_hashes) document["inputs"].push_back({{"kind", name}, {"sha256", hash}});
  document["outputs"] = Json::array();
  for (const auto& [file, digest] : files) {
    document["outputs"].push_back({{"path", file}, {"sha256", digest.sha256}, {"bytes", digest.bytes}});
  }
  out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

}  // namespace kakoi
