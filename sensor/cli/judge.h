// What scan and assess share: policy and rules to be applied, and the reports made from the result.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "rules/advisories/advisory.h"
#include "rules/policy/policy.h"
#include "rules/rule_set.h"
#include "rules/verdict/catalogue.h"
#include "sensor/cli/arguments.h"
#include "sensor/cli/landlock.h"
#include "sensor/cli/signature.h"
#include "sensor/inventory/secret.h"
#include "sensor/pipeline/limits.h"

namespace kakoi::cli {

struct Judgement {
  Policy policy;
  RuleSet rules;
  std::optional<Advisories> advisories;
  Catalogue catalogue;
  SecretKeeper secrets;
  std::filesystem::path out;
  std::string language, fail_on;
  unsigned threads = 1;    // more: rules are run and reports written on two
  bool summary = true;     // told on standard output
  std::string created;     // as ReportInput::created
  SignatureKey sign_with;  // for the manifest; null: not signed
  std::vector<std::pair<std::string, std::string>> input_hashes;
  std::vector<std::string> exports;                      // as ReportInput::exports
  std::vector<std::pair<std::string, std::string>> run;  // how it was called, for the manifest
};

// --policy, --rules, --advisories, --fingerprint-key, --out, --lang, --export, --fail-on, --sign …
void add_judgement_options(po::options_description& options);
// Those that name what is read besides captures.
void add_input_options(po::options_description& options);
// Reads what the options name. Throws UsageError, InputError with one line for each mistake in a file.
Judgement load_judgement(const po::variables_map& values, const std::string& command);
// What those of add_input_options() name.
void load_inputs(const po::variables_map& values, Judgement& judgement);
// Those files, the inputs and the IEEE's registries, to be read, and OUT, to be written; SQLite's temporary files go
// there, too, unless SQLITE_TMPDIR says where. Before any database is opened.
Reach reach_of(const po::variables_map& values);
// Gives up all other files: before what others wrote is read. A note tells if this kernel can't.
void confine_to(const Reach& reach);
// Adds what --pack names. Throws UsageError, InputError, RuleError.
void load_packs(const po::variables_map& values, RuleSet& rules);

// The formats that a list such as "oscal,ciso" or "all" names, each once in a fixed order. Throws UsageError.
std::vector<std::string> parse_exports(const std::string& list);
std::string read_file(const std::filesystem::path& path);  // throws InputError
std::string hash_of_program();                             // SHA-256 in hex; "" if it can't be read

// Makes the folder of all outputs and holds it until the program ends: two at a time would leave the inventory of one
// beside the report of the other. Throws InputError.
void create_out(const std::filesystem::path& out);

// An empty database beside its later place; removed unless judge() has moved it there.
struct Draft {
  std::filesystem::path path;
  explicit Draft(const std::filesystem::path& out);
  ~Draft();
  // What lies there, a sixteenth of `max_memory` of it in memory at a time.
  Database open(std::uint64_t max_memory = pipeline::Limits::kUsual) const;
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
};

inline constexpr const char* kInventoryFile = "inventory.db";
inline constexpr const char* kEvidenceFile = "evidence.pcapng";
inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kSignatureFile = "manifest.json.sig";
// Called once the findings are in the database, perhaps on another thread with a connection of its own; may write
// OUT/evidence.pcapng and says whether it did.
using AfterRules = std::function<bool(Database&)>;

// Applies the rules, writes the reports into judgement.out and a summary to standard output.
// `path`: where db is stored; it becomes OUT/inventory.db. Returns kDone or kFindings.
int judge(Database db, const std::filesystem::path& path, const Judgement& judgement, const AfterRules& after = {});

}  // namespace kakoi::cli
