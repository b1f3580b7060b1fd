// Runs one rule: rows of its query become findings.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/rule.h"
#include "sensor/inventory/database.h"

namespace kakoi {

inline constexpr std::size_t kPacketsPerFinding = 5;  // enough to look it up; the links hold the rest
inline constexpr std::size_t kValuesSpeltOut = 5;     // of a list in a sentence
// Confidence is lowered by this much (but not below kLeastConfidence) where a rule leans on inferred zones.
inline constexpr int kInferredZonesCost = 20;
inline constexpr int kLeastConfidence = 10;

struct Finding {
  std::string id;  // 16 hex digits
  std::string rule_id, family, severity;
  int confidence = 0;
  std::string subject_id, peer_id;
  Text title, detail;
  bool zones_inferred = false;
  std::optional<std::int64_t> first_ts, last_ts;
  std::vector<std::int64_t> packets;  // packet ids, in order of time
  std::vector<std::string> assets;    // subject and peer first
};

// First 16 hex digits of SHA-256 over rule id, newline, key.
std::string finding_id(std::string_view rule_id, std::string_view key);

// Complaints of one query: SQL errors, missing columns, placeholders that nothing fills. Empty if it is sound.
std::vector<std::string> check_rule(const Rule& rule, Database& db);

// How sentences call assets: "PLC-1 (192.168.1.10)", with many addresses "PLC-1 (10.0.0.1, 10.0.1.1 +2)". Read once for
// all rules.
class AssetLabels {
 public:
  explicit AssetLabels(Database& db);
  const std::string* find(const std::string& asset_id) const;  // nullptr: there is no such asset

 private:
  std::unordered_map<std::string, std::string> labels_;
};

// Findings in the order of their keys. The rule must be sound.
std::vector<Finding> evaluate(const Rule& rule, Database& db, const AssetLabels& labels, bool zones_inferred);
inline std::vector<Finding> evaluate(const Rule& rule, Database& db, bool zones_inferred) {
  return evaluate(rule, db, AssetLabels(db), zones_inferred);
}

}  // namespace kakoi
