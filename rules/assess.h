// Judges an inventory: the policy is applied, every rule is run, and findings are written into the
// database. The same database, policy and rules give the same rows in the same order.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/policy/policy.h"
#include "rules/rule_set.h"
#include "sensor/inventory/database.h"

namespace kakoi {

// The keyed fingerprint that the inventory's credentials were stored with (sensor/inventory/secret.h).
using Fingerprint = std::function<std::string(std::string_view secret)>;

class Advisories;  // rules/advisories/advisory.h
class Catalogue;   // rules/verdict/catalogue.h

struct AssessOptions {
  std::vector<std::string> only;           // rule ids; empty: all
  const Advisories* advisories = nullptr;  // compared with the devices; none: no such findings
  const Catalogue* catalogue = nullptr;    // frameworks to give verdicts on; none: no verdicts
  // What rules read, and what a number of them found, is committed as it goes: the caller throws db's file away if
  // assess() throws. Needed for `another`, and for files that are the same with and without it.
  bool in_steps = false;
  std::function<Database()> another{};  // one more connection to db's file: then two threads run the rules
};

struct AssessResult {
  std::size_t findings = 0, accepted = 0;
  std::vector<std::string> notes;  // what the policy declares and no packet showed; sorted, English
};

// Replaces what an earlier assessment wrote; all or nothing, unless options.in_steps. Without a fingerprint function
// (the key is gone) the rows of default_credential stay as they are. Throws RuleError and DatabaseError.
AssessResult assess(Database& db, const Policy& policy, const RuleSet& rules, const Fingerprint& fingerprint,
                    const AssessOptions& options = {});

}  // namespace kakoi
