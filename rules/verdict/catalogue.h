// Frameworks of controls, and which exposure class speaks for or against which control: rules/frameworks.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule.h"

namespace kakoi {

enum class Strength : std::uint8_t {
  weak,      // a hint, never enough alone
  moderate,  // needs a declaration or one more fact
  strong,    // good evidence alone
};
std::string_view to_string(Strength value) noexcept;

struct Topic {
  std::string id;
  Text title, observable;  // observable: what traffic can and cannot show about controls of this topic
};

struct Control {
  std::string id, title;
  Text detail;         // baseline, maturity level, law …, or ''
  std::string status;  // 'confirmed' | 'confirmed-secondary' | 'unconfirmed': never to be cited
  std::string source;  // keys of Framework::sources, comma-separated, or words
  std::string topic;   // of a Topic
  std::string needs;   // id of a requirement, or '': what the control speaks of; findings elsewhere say nothing of it
  bool may_be_not_met = false, may_be_partly = false, may_be_supported = false;  // what traffic can say at most
  Text observable;                                                               // "" = the topic's
  bool is_cited() const noexcept { return status != "unconfirmed"; }
};

struct Framework {
  std::string id, version, publisher;
  Text name, licence, unit, note;
  std::optional<std::int64_t> total;                  // controls in all, those that traffic never shows among them
  std::vector<std::pair<std::string, Text>> sources;  // by key, in the file's order
  std::vector<Control> controls;                      // in the framework's order
};

// One reason why findings of a class bear on controls.
struct Mapping {
  std::string exposure_class;
  bool supports = false;  // false: speaks against
  Strength strength = Strength::weak;
  Text rationale;
  std::vector<std::pair<std::string, std::string>> controls;  // framework, control
};

// What must have been in view before silence says anything: one row of a query over the inventory.
struct Requirement {
  std::string id;
  std::string query;  // columns: met (0 or 1), measured (a number, or text in no language)
  Text missing;       // said if it is not met
  Text change;        // what to capture or declare
};

// What findings of a class are, where what the class speaks of is not in view: evidence of one degree less, in these
// words.
struct Otherwise {
  std::string needs;  // id of the requirement that is not met
  Text title, rationale;
};

// The minimum observation of an exposure class.
struct Contract {
  std::string exposure_class;
  Text title;                             // of the class
  std::vector<std::string> requirements;  // ids
  std::string declaration;                // id of one; without it findings are facts to be explained: one degree less
  std::optional<Otherwise> otherwise;
};

class Catalogue {
 public:
  using Source = std::pair<std::string, std::string>;  // origin for messages, YAML text

  // The built-in one. Throws RuleError, as all below.
  static Catalogue load();
  static Catalogue parse(std::span<const Source> sources);
  // A framework of the user's own, with its mappings in the same file; replaces one of the same id.
  void add(const std::filesystem::path& file);

  std::vector<Framework> frameworks;  // by id
  std::vector<Topic> topics;
  std::vector<Mapping> mappings;
  std::vector<Requirement> requirements;
  std::vector<Contract> contracts;  // one for each of kExposureClasses

  const Topic* topic(std::string_view id) const noexcept;
  const Requirement* requirement(std::string_view id) const noexcept;

 private:
  void read(const Source& source, std::vector<std::string>& problems);
  void check(std::vector<std::string>& problems) const;
};

}  // namespace kakoi
