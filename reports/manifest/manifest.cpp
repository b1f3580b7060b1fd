#include "reports/manifest/manifest.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "reports/json_value.h"
#include "reports/output.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

constexpr const char* kManifestSchema = "kakoi-manifest/1";

std::string now() {
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
  const auto time = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return iso8601(time.time_since_epoch().count() * kNanoseconds, {});
}

}  // namespace

void write_manifest(const ReportInput& input, const std::map<std::string, FileDigest>& files, std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  Json document;
  document["schema"] = kManifestSchema;
  document["created"] = input.created.empty() ? now() : input.created;
  document["kakoi_version"] = input.kakoi_version;
  document["database_schema"] = rows.meta("schema_version");
  document["site"] = rows.meta("site");
  document["language"] = input.language;
  document["fingerprint_key"] = rows.meta("fingerprint_key");  // a mark of the key, not the key
  document["run"] = Json::object();
  for (const auto& [name, value] : input.run) document["run"][name] = value;
  document["inputs"] = Json::array();
  for (Cursor capture =
           rows.query(R"(select 'capture' as "kind", source as "name", sha256 as "sha256", file_bytes as "bytes:n"
               from capture order by source, sha256)");
       capture.step();) {
    std::string row;
    capture.append(row);
    document["inputs"].push_back(parse_json(row));
  }
  for (const auto& [name, hash] : input.input_hashes) document["inputs"].push_back({{"kind", name}, {"sha256", hash}});
  document["outputs"] = Json::array();
  for (const auto& [file, digest] : files) {
    document["outputs"].push_back({{"path", file}, {"sha256", digest.sha256}, {"bytes", digest.bytes}});
  }
  out << dump(document, 2) << "\n";
}

Manifest read_manifest(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw ManifestError(path.string() + ": can't be read; name the folder that 'kakoi scan' wrote");
  try {
    const Json document = parse_json(text);
    Manifest manifest;
    if (document.at("schema") != kManifestSchema)
      throw ManifestError(path.string() + ": of another kind, " + dump(document.at("schema")));
    manifest.created = document.at("created");
    manifest.kakoi_version = document.at("kakoi_version");
    manifest.language = document.at("language");
    manifest.fingerprint_key = document.value("fingerprint_key", "");
    if (document.contains("run")) manifest.run = document["run"].get<std::map<std::string, std::string>>();
    for (const Json& input : document.at("inputs"))
      manifest.inputs.push_back({input.at("kind"), input.value("name", ""), input.at("sha256")});
    for (const Json& output : document.at("outputs"))
      manifest.outputs[output.at("path")] = {output.at("sha256"), output.at("bytes")};
    return manifest;
  } catch (const Json::exception& error) {
    throw ManifestError(path.string() +
                        ": not a manifest of kakoi, or damaged; copy the folder again, or scan again (" + error.what() +
                        ")");
  }
}

}  // namespace kakoi
