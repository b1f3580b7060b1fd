// What scan and assess share: policy and rules to be applied, and the reports made from the result.
#pragma once

#include <filesystem>
#include <string>

#include "rules/policy/policy.h"
#include "rules/rule_set.h"
#include "sensor/cli/arguments.h"
#include "sensor/inventory/secret.h"

namespace kakoi::cli {

struct Judgement {
  Policy policy;
  RuleSet rules;
  SecretKeeper secrets;
  std::filesystem::path out;
  std::string language, fail_on;
  bool summary = true;  // told on standard output
  std::vector<std::pair<std::string, std::string>> input_hashes;
};

// --policy, --rules, --fingerprint-key, --out, --lang, --fail-on.
void add_judgement_options(po::options_description& options);
// Reads what the options name. Throws UsageError, InputError with one line for each mistake in a file.
Judgement load_judgement(const po::variables_map& values);

// Makes OUT. Throws InputError if that can't be.
void create_out(const std::filesystem::path& out);

// An empty database beside its later place; removed unless judge() has moved it there.
struct Draft {
  std::filesystem::path path;
  explicit Draft(const std::filesystem::path& out);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
};

// Applies the rules, writes the reports into judgement.out and a summary to standard output.
// `path`: where db is stored; it becomes OUT/inventory.db. Returns kDone or kFindings.
int judge(Database db, const std::filesystem::path& path, const Judgement& judgement);

}  // namespace kakoi::cli
