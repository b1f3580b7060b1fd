#include "rules/pack.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <sstream>

#include "rules/rule_set.h"
#include "rules/yaml_reader.h"
#include "sensor/inventory/hash.h"

namespace kakoi {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMeta = "pack.yaml";
constexpr const char* kHashes = "pack.sha256";
constexpr const char* kSignature = "pack.sha256.sig";

std::optional<std::int64_t> days_of(std::string_view date) {
  int year = 0;
  unsigned month = 0, day = 0;
  const auto part = [&](std::size_t at, std::size_t n, auto& value) {
    const char* end = date.data() + at + n;
    return std::from_chars(date.data() + at, end, value).ptr == end;
  };
  if (date.size() != 10 || date[4] != '-' || date[7] != '-' || !part(0, 4, year) || !part(5, 2, month) ||
      !part(8, 2, day))
    return std::nullopt;
  const std::chrono::year_month_day ymd{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  if (!ymd.ok()) return std::nullopt;
  return std::chrono::sys_days(ymd).time_since_epoch().count();
}

std::optional<std::string> read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || fs::is_directory(path, error)) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

[[noreturn]] void refuse(const fs::path& folder, const std::string& why) {
  throw RuleError({folder.string() + ": " + why + "; the pack is refused"});
}

// "HEX  name" or "HEX *name", a line each.
std::map<std::string, std::string> read_hashes(const fs::path& folder, const std::string& text) {
  std::map<std::string, std::string> hashes;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (line.empty()) continue;
    if (line.size() < 67 || line[64] != ' ' || (line[65] != ' ' && line[65] != '*'))
      refuse(folder, std::string(kHashes) + " is not what 'sha256sum *.yaml' prints");
    hashes[line.substr(66)] = line.substr(0, 64);
  }
  return hashes;
}

}  // namespace

std::string_view to_string(PackOrigin origin) noexcept {
  switch (origin) {
    case PackOrigin::built_in:
      return "built in";
    case PackOrigin::signed_checked:
      return "signed";
    case PackOrigin::signed_unchecked:
      return "signature not checked";
    case PackOrigin::unsigned_:
      return "unsigned";
  }
  return "";
}

bool Pack::is_stale(std::int64_t capture_end) const {
  constexpr std::int64_t kNanosecondsOfDay = 86'400'000'000'000;
  const auto last = days_of(valid_until);
  return last && capture_end / kNanosecondsOfDay > *last;
}

std::string Pack::describe() const {
  return id + ' ' + version + " (" + std::string(to_string(origin)) + ", " + std::to_string(rules) +
         (rules == 1 ? " rule" : " rules") + ", current until " + valid_until + ")";
}

Pack read_pack(std::string_view yaml, Complaints& complaints) {
  Pack pack;
  const yaml::Node root = parse_yaml(yaml, complaints);
  if (!complaints.empty()) return pack;
  MapReader map(root, "a pack", {"id", "version", "date", "valid_until", "title"}, complaints);
  if (!map.valid()) return pack;
  pack.id = map.text("id", true);
  if (!pack.id.empty() && pack.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)
    complaints.add(map.at("id"), "'" + pack.id + "' is no id; use lower-case letters, digits and '-'");
  pack.version = map.text("version", true);
  for (const auto& [key, date] : {std::pair("date", &pack.date), std::pair("valid_until", &pack.valid_until)}) {
    *date = map.text(key, true);
    if (!date->empty() && !days_of(*date))
      complaints.add(map.at(key), "'" + *date + "' is no date; write it like 2027-03-31");
  }
  if (complaints.empty() && pack.valid_until < pack.date)
    complaints.add(map.at("valid_until"), "the pack is over before its date, " + pack.date);
  if (!map.has("title")) {
    complaints.add(root, "a pack needs the key 'title', with 'en' and 'ja' below it");
  } else {
    MapReader title(map.at("title"), "'title'", {"en", "ja"}, complaints);
    pack.title = {title.text("en", true), title.text("ja", true)};
  }
  return pack;
}

PackFiles read_pack_files(const fs::path& folder, const SignatureCheck& is_signed) {
  PackFiles out;
  std::error_code error;
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (is_rule_file(entry.path())) paths.push_back(entry.path());
  if (error || !fs::exists(folder / kMeta)) throw RuleError({folder.string() + ": holds no " + kMeta});
  std::sort(paths.begin(), paths.end());
  for (const fs::path& path : paths) {
    const auto text = read(path);
    if (!text) throw RuleError({path.string() + ": cannot be read"});
    out.files.emplace_back(path.string(), *text);
  }
  const std::optional<std::string> listing = read(folder / kHashes), signature = read(folder / kSignature);
  if (!listing && signature) refuse(folder, std::string("has ") + kSignature + " but no " + kHashes);
  if (!listing) return out;
  std::map<std::string, std::string> hashes = read_hashes(folder, *listing);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const std::string name = paths[i].filename().string();
    const auto listed = hashes.find(name);
    if (listed == hashes.end()) refuse(folder, name + " is not listed in " + kHashes);
    if (listed->second != to_hex(Sha256().of(as_bytes(out.files[i].second))))
      refuse(folder, name + " is not what " + kHashes + " lists");
    hashes.erase(listed);
  }
  if (!hashes.empty()) refuse(folder, hashes.begin()->first + " is listed in " + kHashes + " and missing");
  if (!signature) return out;
  if (!is_signed) {
    out.origin = PackOrigin::signed_unchecked;
  } else if (is_signed(*listing, *signature)) {
    out.origin = PackOrigin::signed_checked;
  } else {
    refuse(folder, std::string(kSignature) + " is not a signature by the key given");
  }
  return out;
}

bool is_rule_file(const fs::path& path) {
  if (path.filename().string().starts_with('.')) return false;
  if (path.extension() == ".yml") throw RuleError({path.string() + ": is not read; call it *.yaml"});
  return path.extension() == ".yaml";
}

std::vector<fs::path> find_packs(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder / kMeta, error)) return {folder};
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (std::error_code ignored; fs::exists(entry.path() / kMeta, ignored)) out.push_back(entry.path());
  if (out.empty())
    throw RuleError({folder.string() + ": is no rule pack, nor a folder of packs (" + kMeta + " is missing)"});
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace kakoi
