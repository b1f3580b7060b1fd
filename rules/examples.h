// A rule's own examples: small inventories, written as named rows in the rule's YAML (docs/writing-rules.md). One that
// it must find something in, and the nearest one in which it must not.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sensor/inventory/database.h"

namespace kakoi {

class RuleSet;

struct ExampleRow {
  std::string table;
  std::vector<std::pair<std::string, std::optional<std::string>>> cells;  // column and value; null
  int line = 0, column = 0;                                               // from 1
};

struct Example {
  std::vector<ExampleRow> rows;  // in the order of the file
  std::string policy;            // site.yaml, or ''
  bool triggers = false;         // else it must not
  int line = 0, column = 0;
};

// Fills a database that has the inventory's schema and no rows. Columns that a row leaves out get plausible values: a
// packet each, local assets, established TCP links with data both ways; a row that belongs to a link belongs to the last
// one above. Returns complaints, "line:column: reason".
std::vector<std::string> fill_example(Database& db, const Example& example);

// Runs every example of every rule. `db` has the inventory's schema, holds no rows, and is left so. Returns complaints,
// "file:line:column: rule telnet-in-use: reason".
std::vector<std::string> run_examples(const RuleSet& rules, Database& db);

}  // namespace kakoi
