// The reports: everything that a person or an engine reads, made from the inventory database alone.
// The same database, rule texts and language give the same bytes; wall-clock time is in manifest.json only.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sensor/inventory/database.h"

namespace kakoi {

class Lookups;

// What a rule says whatever it found; in English and Japanese, plain text.
struct RuleText {
  std::string id, family;
  std::string title_en, title_ja;
  std::string rationale_en, rationale_ja;  // why it matters
  std::string limit_en, limit_ja;          // what it can't tell
  std::string remedy_en, remedy_ja;
  std::string confirm_en, confirm_ja;  // how to confirm on site
  std::string sql;                     // the query that an auditor can run again
};

struct ReportInput {
  Database& db;
  const std::map<std::string, RuleText>& rules;  // by rule id; a finding without a text still shows
  std::string kakoi_version;
  std::string language = "ja";  // "ja" | "en": the page's first language, the CSV headers' only one
  std::vector<std::pair<std::string, std::string>> input_hashes{};  // besides captures: ("policy", SHA-256 in hex) …
  std::string created{};  // what the manifest gives as the time of the run; "" by the clock
  std::vector<std::pair<std::string, std::string>> run{};  // how the program was called: ("command", "scan") …
  std::vector<std::string> other_outputs{
      "inventory.db"};                       // placed in OUT by the caller; listed in the manifest if there
  std::vector<std::string> exports{};        // of export_names(): files for assessment engines, too
  std::shared_ptr<Lookups> lookups{};        // shared by the writers of one thread; each makes its own if there is none
  std::function<void(Database&)> besides{};  // writes what the caller places in OUT, while reports are written
  std::function<Database()> another{};       // one more connection to what db holds; with it, two threads write
};

// "oscal", "ocsf", "ciso", "cset", "netbox", "navv", "notification": formats of other programs (docs/exports.md).
std::span<const std::string_view> export_names() noexcept;

// Of the files that write_reports() places in OUT itself, register.csv among them, which not every run has.
std::vector<std::string_view> report_names();

// Writes report.html, inventory.json, findings.json, assets.csv, links.csv and, last, manifest.json into the folder,
// which is made if need be. Throws OutputError or DatabaseError; each file is then whole, old or absent.
void write_reports(const ReportInput& input, const std::filesystem::path& out);

}  // namespace kakoi
