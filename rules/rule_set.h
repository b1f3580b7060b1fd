// Rules and default credentials, as loaded from YAML: the set that is built into the program, or a folder.
#pragma once

#include <filesystem>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/pack.h"
#include "rules/rule.h"
#include "sensor/inventory/database.h"

namespace kakoi {

// All that is wrong with the rules, a line each: "external.yaml:12:5: reason, and what to do".
struct RuleError : std::runtime_error {
  explicit RuleError(std::vector<std::string> lines);
  std::vector<std::string> problems;
};

class RuleSet {
 public:
  using Source = std::pair<std::string, std::string>;  // origin for messages, YAML text

  // The built-in set.
  static RuleSet load();
  // *.yaml of the folder itself and of its baseline/, timely/ and credentials/.
  static RuleSet load(const std::filesystem::path& folder);
  // A file is a rule (a mapping), a list of credentials (a mapping with the one key 'credentials'), or, if it is called
  // pack.yaml, says what pack the rules in its folder are.
  static RuleSet parse(std::span<const Source> sources);
  // Adds a rule pack. It takes the place of a pack of the same id if it is not older; an older one is left out. A rule
  // that is there already is a mistake. Returns what the user should know, or "". Throws RuleError.
  std::string add_pack(const std::filesystem::path& folder, const SignatureCheck& is_signed = {});

  std::span<const Rule> rules() const noexcept { return rules_; }                           // by id
  std::span<const Pack> packs() const noexcept { return packs_; }                           // by id
  std::span<const DefaultCredential> credentials() const noexcept { return credentials_; }  // by id
  const Rule* find(std::string_view id) const noexcept;
  RuleSet only(std::string_view id) const;  // that rule, with all credentials
  // Of the texts, whatever the files are called and wherever they lie: the hash over their sorted hashes, in hex.
  const std::string& sha256() const noexcept { return sha256_; }

  // Prepares every query against a database with the inventory's schema and compares its columns with
  // the placeholders. Throws RuleError. Assessing does this, too.
  void check(Database& db) const;

 private:
  std::vector<Source> sources_;
  std::vector<Rule> rules_;
  std::vector<Pack> packs_;
  std::vector<DefaultCredential> credentials_;
  std::string sha256_;
};

}  // namespace kakoi
