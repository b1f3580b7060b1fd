// The comparison as a table for the terminal, and as JSON.
#include "reports/diff/diff.h"
#include "reports/diff/words.h"
#include "reports/json_value.h"

namespace kakoi {

namespace {

using diff_words::both;
using diff_words::in;
using diff_words::word;

// Names seen on the wire may hold anything.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return text;
}

// Columns that a terminal needs: CJK letters take two.
std::size_t columns(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if ((c & 0xC0) != 0x80) n += c >= 0xE3 ? 2 : 1;
  }
  return n;
}
std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width > columns(text) ? width - columns(text) : 0, ' ');
}

Json json(const Text& text) { return {{"en", text.en}, {"ja", text.ja}}; }
Json json(const std::vector<ChangedField>& fields) {
  Json o = Json::object();
  for (const ChangedField& f : fields) o[f.name] = {{"before", f.before}, {"after", f.after}};
  return o;
}

Json json(const ComparedFinding& f) {
  Json o{{"change", to_string(f.change)}, {"id", f.id}, {"rule", f.rule}, {"exposure_class", f.exposure_class}};
  o["severity"] = f.severity;
  o["subject"] = f.subject_id;
  o["subject_name"] = f.subject.en;
  o["title"] = json(f.title);
  o["detail"] = json(f.detail);
  if (!f.reason.en.empty()) o["reason"] = json(f.reason);
  if (!f.fields.empty()) o["fields"] = json(f.fields);
  o["packets"] = f.packets;
  return o;
}

Json json(const ComparedControl& c) {
  Json o{{"framework", c.framework}, {"control", c.control}, {"title", c.title}};
  o["topic"] = json(c.topic);
  o["before"] = c.before;
  o["after"] = c.after;
  o["change"] = c.change;
  o["reason_before"] = json(c.reason_before);
  o["reason_after"] = json(c.reason_after);
  return o;
}

}  // namespace

void write_text(const Diff& diff, std::string_view language, std::ostream& out) {
  out << word("before", language) << ": " << printable(in(diff_words::span_of(diff.before), language)) << "\n"
      << word("after", language) << ": " << printable(in(diff_words::span_of(diff.after), language)) << "\n";
  out << "\n" << word("findings", language) << ": " << in(diff_words::summary(diff), language) << "\n";
  std::size_t kinds = 0, severities = 0;
  for (const ComparedFinding& f : diff.findings) {
    kinds = std::max(kinds, columns(word(to_string(f.change), language)));
    severities = std::max(severities, columns(word(f.severity, language)));
  }
  for (const ComparedFinding& f : diff.findings) {
    out << "  " << padded(word(to_string(f.change), language), kinds) << "  "
        << padded(word(f.severity, language), severities) << "  " << f.id << "  " << printable(in(f.title, language))
        << ": " << printable(in(f.subject, language));
    if (!f.fields.empty()) out << "  [" << in(diff_words::details(f.fields), language) << "]";
    out << "\n";
    if (!f.reason.en.empty()) out << std::string(kinds + 4, ' ') << in(f.reason, language) << "\n";
  }
  out << "\n" << word("controls", language) << ":";
  std::size_t same = 0;
  for (const ComparedControl& c : diff.controls) same += c.change == "same";
  out << " " << word("same_rows", language) << " " << same << "\n";
  const auto verdict = [&](const std::string& v) {
    return word(v == "not_observable" || v.empty() ? "verdict_" + v : v, language);
  };
  for (const ComparedControl& c : diff.controls)
    if (c.change != "same")
      out << "  " << c.framework << " " << c.control << ": " << verdict(c.before) << " → " << verdict(c.after) << " ("
          << word(c.change, language) << ")\n";
  for (const ChangedSection& section : diff.sections) {
    out << "\n" << word(section.name, language) << ": " << in(diff_words::summary(section), language) << "\n";
    for (const ChangedRow& row : section.rows) {
      out << "  " << word(to_string(row.change), language) << "  " << printable(row.label);
      if (!row.fields.empty()) out << "  [" << printable(in(diff_words::details(row.fields), language)) << "]";
      out << "\n";
    }
  }
  out << "\n" << word("how", language) << "\n" << word("note", language) << "\n";
}

void write_json(const Diff& diff, std::ostream& out) {
  const auto survey = [](const Diff::Survey& s) {
    Json o{{"site", s.site}, {"policy", s.policy}, {"captures", s.captures}, {"covered_s", s.covered_s}};
    if (!s.first_time.empty()) o["first_time"] = s.first_time, o["last_time"] = s.last_time;
    o["kakoi_version"] = s.kakoi_version;
    if (!s.inventory_sha256.empty()) o["inventory_sha256"] = s.inventory_sha256;
    if (!s.manifest_sha256.empty()) o["manifest_sha256"] = s.manifest_sha256;
    return o;
  };
  Json document{{"schema", "kakoi-diff/2"}, {"before", survey(diff.before)}, {"after", survey(diff.after)}};
  Json counts = Json::object();
  for (const FindingChange change : {FindingChange::fixed, FindingChange::appeared, FindingChange::unchanged,
                                     FindingChange::declared, FindingChange::not_observable})
    counts[std::string(to_string(change))] = diff.count(change);
  Json findings = Json::array(), controls = Json::array();
  for (const ComparedFinding& f : diff.findings) findings.push_back(json(f));
  for (const ComparedControl& c : diff.controls) controls.push_back(json(c));
  document["findings"] = {{"counts", std::move(counts)}, {"rows", std::move(findings)}};
  document["verdicts"] = std::move(controls);
  for (const ChangedSection& section : diff.sections) {
    Json rows = Json::array();
    for (const ChangedRow& row : section.rows) {
      Json r{{"change", to_string(row.change)}, {"key", row.key}, {"label", row.label}};
      if (!row.fields.empty()) r["fields"] = json(row.fields);
      rows.push_back(std::move(r));
    }
    document[std::string(section.name)] = {{"before", section.before},
                                           {"after", section.after},
                                           {"unchanged", section.unchanged},
                                           {"rows", std::move(rows)}};
  }
  out << dump(document, 1) << "\n";
}

}  // namespace kakoi
