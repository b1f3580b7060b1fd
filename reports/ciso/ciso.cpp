// CSV files for the importers of CISO Assistant, into OUT/ciso-assistant/. Columns are named as the importers want them,
// in no other language. A blank cell never overwrites anything there: "not observable" is a blank result and an
// observation that says why.
#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "reports/csv/csv.h"
#include "reports/exports/exports.h"
#include "reports/findings_order.h"
#include "reports/json/document.h"
#include "reports/rows.h"

namespace kakoi {

namespace {

constexpr const char* kFolder = "ciso-assistant/";

void head(CsvWriter& csv, std::initializer_list<const char*> columns) {
  for (const char* column : columns) csv.text(column);
  csv.end_row();
}

const char* result_of(std::string_view verdict) {
  if (verdict == "supported") return "compliant";
  if (verdict == "partly") return "partially_compliant";
  if (verdict == "not_met") return "non_compliant";
  return "";
}

// "audit-csf-2.0.csv": the id of a user's own catalogue may hold anything.
std::string audit_file(const std::string& framework, std::set<std::string>& used) {
  std::string name;
  for (const char c : framework) {
    const auto octet = static_cast<unsigned char>(c);
    name += octet < 0x80 && (std::isalnum(octet) || c == '.' || c == '-' || c == '_') ? c : '_';
  }
  std::string file = "audit-" + name + ".csv";
  for (int i = 2; !used.insert(file).second; ++i) file = "audit-" + name + "-" + std::to_string(i) + ".csv";
  return file;
}

void write_audit(const ReportInput& input, const std::string& framework, std::ostream& out) {
  const bool ja = input.language == "ja";
  CsvWriter csv(out, CsvWriter::Mark::none);
  head(csv, {"ref_id", "assessable", "compliance_result", "requirement_progress", "observations"});
  Statement row = input.db.prepare(std::string("select control, verdict, ") +
                                   (ja ? "reason_ja, observable_ja" : "reason, observable_en") +
                                   " from verdict where framework = ?1 order by position, control");
  for (row.bind(1, framework); row.step();) {
    const std::string result = result_of(row.view(1));
    csv.text(row.view(0)).text("true").text(result).text(result.empty() ? "" : "in_review");
    std::string observation = row.text(2);
    if (!row.view(3).empty()) observation += "\n" + row.text(3);
    csv.text(observation).end_row();
  }
}

// Names of assets as they are told apart there: by name alone.
std::map<std::string, std::string, std::less<>> asset_names(const Assets& assets) {
  std::map<std::string_view, int> count;
  for (const Assets::Asset& asset : assets.all()) ++count[asset.name];
  std::map<std::string, std::string, std::less<>> names;
  for (const Assets::Asset& asset : assets.all())
    names[asset.id] = count[asset.name] > 1 ? asset.name + " [" + asset.id + "]" : asset.name;
  return names;
}

bool is_of_site(const Assets::Asset& asset) { return asset.scope == "local" || asset.scope == "remote"; }

void write_assets(const ReportInput& input, std::ostream& out) {
  Rows rows(input, Rows::Form::document);
  const Assets& assets = rows.lookups().assets();
  const auto names = asset_names(assets);
  CsvWriter csv(out, CsvWriter::Mark::none);
  head(csv, {"ref_id", "name", "type", "domain", "description", "asset_class", "labels", "parent_assets"});
  Statement row = input.db.prepare("select vendor, product, firmware, serial, os from asset where asset_id = ?1");
  Statement addresses = input.db.prepare("select distinct value from address where asset_id = ?1 order by kind, value");
  for (const Assets::Asset& asset : assets.all()) {
    if (!is_of_site(asset)) continue;
    row.reset();
    row.bind(1, asset.id).step();
    std::string description;
    const auto say = [&](const char* what, std::string_view value) {
      if (!value.empty()) description += (description.empty() ? "" : "\n") + (what + (": " + std::string(value)));
    };
    const char* const kFields[] = {"vendor", "product", "firmware", "serial", "os"};
    for (int i = 0; i < 5; ++i) say(kFields[i], row.view(i));
    addresses.reset();
    for (addresses.bind(1, asset.id); addresses.step();) say("address", addresses.view(0));
    say("zone", asset.zone.value_or(""));
    // supporting assets: what they are for, traffic does not tell
    csv.text(asset.id).text(names.find(asset.id)->second).text("SP").empty().text(description).empty();
    csv.text(asset.role).empty().end_row();
  }
}

void write_findings(const ReportInput& input, std::ostream& out) {
  const bool ja = input.language == "ja";
  Rows rows(input, Rows::Form::document);
  const Assets& assets = rows.lookups().assets();
  const auto names = asset_names(assets);
  CsvWriter csv(out, CsvWriter::Mark::none);
  head(csv, {"ref_id", "name", "description", "severity", "status", "asset", "filtering_labels", "vulnerabilities",
             "observation", "due_date"});
  Statement row =
      input.db.prepare(std::string("select finding_id, ") + (ja ? "title_ja, detail_ja" : "title_en, detail_en") +
                       ", severity, accepted, acceptance_reason, subject_id, family, rule_id from finding " +
                       std::string(kFindingOrder));
  while (row.step()) {
    const Assets::Asset* const subject = assets.find(row.view(6));
    const std::string name = subject ? names.find(subject->id)->second : row.text(6);
    const bool accepted = row.integer(4) != 0;
    csv.text(row.view(0)).text(row.text(1) + (name.empty() ? "" : " – " + name)).text(row.view(2));
    csv.text(row.view(3)).text(accepted ? "dismissed" : "identified");
    csv.text(subject && is_of_site(*subject) ? name : "").text(row.view(7)).empty();
    std::string observation = (ja ? "ルール " : "rule ") + row.text(8);
    for (const FindingLists::Packet& packet : rows.lookups().findings().packets(row.view(0)))
      if (const auto place = rows.lookups().packets.find(packet.id))
        observation +=
            "\n" + rows.lookups().packets.captures()[place->capture].source + ":" + std::to_string(place->number);
    if (accepted) observation += (ja ? "\n受容: " : "\naccepted: ") + row.text(5);
    csv.text(observation).empty().end_row();
  }
}

void write_evidences(const ReportInput& input, std::ostream& out) {
  const bool ja = input.language == "ja";
  CsvWriter csv(out, CsvWriter::Mark::none);
  head(csv, {"name", "description", "ref_id"});
  Rows rows(input, Rows::Form::document);
  for (Statement s = input.db.prepare("select source, sha256, first_ts, last_ts, packets, capture_id from capture " +
                                      std::string(kCaptureOrder));
       s.step();) {
    std::string text = "SHA-256 " + s.text(1) + "\n" + s.text(4) + (ja ? " パケット" : " packets");
    if (!s.is_null(2)) text += "\n" + iso8601(s.integer(2), rows.zone()) + " – " + iso8601(s.integer(3), rows.zone());
    csv.text(s.view(0)).text(text).text(s.view(5)).end_row();
  }
  for (const std::string& file : input.other_outputs)
    if (file == "evidence.pcapng")
      csv.text(file)
          .text(ja ? "所見が引用するパケット。各パケットの注釈に所見と元のキャプチャ・番号を記載"
                   : "The packets that findings cite; comments name the finding, the capture and the number there")
          .text(file)
          .end_row();
}

}  // namespace

std::vector<ExportFile> ciso_files(const ReportInput& input) {
  std::vector<ExportFile> files{{std::string(kFolder) + "assets.csv", write_assets},
                                {std::string(kFolder) + "evidences.csv", write_evidences},
                                {std::string(kFolder) + "findings.csv", write_findings}};
  std::set<std::string> used;
  for (Statement s = input.db.prepare("select framework from framework order by framework"); s.step();)
    files.push_back(
        {kFolder + audit_file(s.text(0), used),
         [framework = s.text(0)](const ReportInput& i, std::ostream& out) { write_audit(i, framework, out); }});
  return files;
}

}  // namespace kakoi
