// What changed between two inventories: last year's survey and this one's.
//
// Absence is not proof: what only the old inventory holds is "gone" in the sense of "not seen again",
// and a finding counts as such only where the new captures could have shown it.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/inventory/database.h"

namespace kakoi {

// not_observable: findings only; the subject was not seen, or the captures cover less than half the time.
enum class Change : std::uint8_t { appeared, gone, not_observable, changed };
std::string_view to_string(Change value) noexcept;  // "new", "gone", "not_observable", "changed"

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
  std::string_view name;                             // "assets", "services", "links", "operations", "findings"
  std::size_t before = 0, after = 0, unchanged = 0;  // rows
  std::vector<ChangedRow> rows;                      // by change, then key
};
struct Diff {
  struct Survey {  // of an inventory
    std::string site, policy;
    std::string first_time, last_time;  // ISO 8601 in the site's time zone, of the packets
    std::int64_t captures = 0;
    double covered_s = 0;
  };
  Survey before, after;
  std::vector<ChangedSection> sections;
};

// language: "ja" or "en", of the labels. Throws DatabaseError.
Diff compare(Database& before, Database& after, std::string_view language);

void write_text(const Diff& diff, std::string_view language, std::ostream& out);
void write_json(const Diff& diff, std::ostream& out);
// One page without scripts and without any reference to elsewhere.
void write_html(const Diff& diff, std::string_view language, std::ostream& out);

}  // namespace kakoi
