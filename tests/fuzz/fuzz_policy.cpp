// Fuzz target: what operators write. The input is read as a site policy, as a rule, and as a list of
// credentials; whatever is wrong with it is told by PolicyError or RuleError, each line with its place.
#include <algorithm>
#include <array>
#include <string>

#include "rules/policy/policy.h"
#include "rules/rule_set.h"
#include "tests/fuzz/fuzz.h"

namespace {

using namespace kakoi;
using fuzz::demand;

void check(const std::vector<std::string>& problems) {
  demand(!problems.empty(), "an error without a reason");
  // An id that two files use has no one place.
  const auto has_place = [](const std::string& line) {
    return line.starts_with("input.yaml:") || line.find("stands twice") != std::string::npos;
  };
  demand(std::ranges::all_of(problems, has_place), "a complaint without its place");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(as_text(Bytes(data, size)));
  try {
    const Policy policy = parse_policy(text, "input.yaml");
    demand(utc_offset(policy.timezone).has_value(), "a time zone that can't be used");
  } catch (const PolicyError& error) {
    check(error.problems);
  }
  try {
    const std::array sources{RuleSet::Source("input.yaml", text)};
    const RuleSet rules = RuleSet::parse(sources);
    demand(rules.rules().size() <= 1, "a file holds one rule");
  } catch (const RuleError& error) {
    check(error.problems);
  }
  return 0;
}
