// What changed between two surveys: last year's inventory and this one's, as evidence.
//
// Absence is not proof. What only the old inventory holds is "gone" in the sense of "not seen again", and a finding
// counts as fixed only where the new captures could have shown it: by the minimum observation of its exposure class
// (rules/frameworks/contracts.yaml), its device in view, as long a capture, and the same rule.
#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rule.h"
#include "sensor/inventory/database.h"

namespace kakoi {

// Of assets, services, links and operations.
enum class Change : std::uint8_t { appeared, gone, changed };
std::string_view to_string(Change value) noexcept;  // "new", "gone", "changed"

struct ChangedField {
  std::string name, before, after;  // name: the column of schema.sql, "zone", "addresses"
};
struct ChangedRow {
  Change change = Change::appeared;
  std::string key;                   // derived from content, as ids are
  std::string label;                 // for people
  std::vector<ChangedField> fields;  // of changed ones
};
struct ChangedSection {
  std::string_view name;                             // "assets", "outside_peers", "services", "links", "operations"
  std::size_t before = 0, after = 0, unchanged = 0;  // rows
  std::vector<ChangedRow> rows;                      // by change, then key
};

enum class FindingChange : std::uint8_t {
  appeared,
  not_observable,  // gone, but the new captures could not have shown it
  declared,        // gone, because the policy declares now what it spoke of
  fixed,           // gone, and the new captures could have shown it
  unchanged,       // there in both, perhaps with another weight
};
std::string_view to_string(FindingChange value) noexcept;  // "new", "not_observable", "declared", "fixed", "unchanged"

struct ComparedFinding {
  FindingChange change = FindingChange::unchanged;
  std::string id, rule, exposure_class, severity, subject_id;
  Text title, subject, detail;       // of the newer survey if it is there, else of the older
  Text reason;                       // of what is gone: why it is called so
  std::vector<ChangedField> fields;  // unchanged ones: severity, confidence, accepted
  std::vector<std::string> packets;  // "capture:number", of the survey that the text is from
};

struct ComparedControl {
  std::string framework, control, title;
  Text framework_name, topic;
  std::string before, after;  // verdicts; "" where the survey has no such control
  Text reason_before, reason_after;
  // "same", "better": all findings that decided are fixed; "by_observation", "by_declaration": a better verdict, for
  // some of them could not be shown again, or are accepted or declared now; "reweighed": a better verdict on the same
  // findings, as another catalogue weighs them; "worse", "no_longer_observable", "now_observable", "added", "removed"
  std::string_view change = "same";
};

struct Diff {
  struct Survey {  // of an inventory
    std::string site, policy;
    std::string first_time, last_time;  // ISO 8601 in the site's time zone, of the packets
    std::int64_t captures = 0;
    double covered_s = 0;
    std::string kakoi_version;
    std::string inventory_sha256, manifest_sha256;  // set by the caller; "" not known
  };
  Survey before, after;
  std::vector<ComparedFinding> findings;  // by change, then the worst first
  std::vector<ComparedControl> controls;  // by framework, in the framework's order
  std::vector<ChangedSection> sections;

  std::size_t count(FindingChange change) const noexcept;
};

// Throws DatabaseError.
Diff compare(Database& before, Database& after);

// Of compare(): the findings, given both surveys' heads.
std::vector<ComparedFinding> compare_findings(Database& before, Database& after, const Diff& diff);
std::vector<ComparedControl> compare_controls(Database& before, Database& after,
                                              const std::vector<ComparedFinding>& findings);

void write_text(const Diff& diff, std::string_view language, std::ostream& out);
void write_json(const Diff& diff, std::ostream& out);
// One page in both languages, without scripts and without any reference to elsewhere.
void write_html(const Diff& diff, std::string_view language, std::ostream& out);

}  // namespace kakoi
