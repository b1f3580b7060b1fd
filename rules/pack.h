// Rule packs: rules that come and are renewed together, with a name, a version and a day until which they are current.
// A pack is a folder (docs/rule-packs.md):
//   pack.yaml           what it is
//   *.yaml              its rules
//   pack.sha256         optional: what `sha256sum *.yaml` prints
//   pack.sha256.sig     optional: an Ed25519 signature over pack.sha256, 64 octets
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/rule.h"

namespace kakoi {

class Complaints;

enum class PackOrigin : std::uint8_t { built_in, signed_checked, signed_unchecked, unsigned_ };
std::string_view to_string(PackOrigin origin) noexcept;

struct Pack {
  std::string id, version, date, valid_until;  // dates as YYYY-MM-DD
  Text title;
  PackOrigin origin = PackOrigin::built_in;
  std::string folder;  // of its files, as their origin begins; "" none
  std::string sha256;  // over its files
  std::size_t rules = 0;

  // Whether captures that end then (nanoseconds) are later than what the pack was made for.
  bool is_stale(std::int64_t capture_end) const;
  std::string describe() const;  // "timely 2026.11.21 (unsigned, 9 rules, current until 2027-05-31)"
};

// pack.yaml; complains into `complaints`.
Pack read_pack(std::string_view yaml, Complaints& complaints);

// Whether `signature` is the expected key's over `text`; empty: there is no key.
using SignatureCheck = std::function<bool(std::string_view text, std::string_view signature)>;

// The YAML files of a pack's folder, by name, and how far they are vouched for. Throws RuleError, with one line, if
// pack.yaml is missing, a file is not what pack.sha256 lists, or the signature is wrong.
struct PackFiles {
  std::vector<std::pair<std::string, std::string>> files;  // "FOLDER/name.yaml", text
  PackOrigin origin = PackOrigin::unsigned_;
};
PackFiles read_pack_files(const std::filesystem::path& folder, const SignatureCheck& is_signed);

// *.yaml that is not hidden: copying by way of other systems leaves files such as "._rule.yaml". Throws RuleError for
// *.yml, which would be passed over without a word.
bool is_rule_file(const std::filesystem::path& path);

// The folder itself if it is a pack, else those of its subfolders that are; sorted. Throws RuleError if there is none.
std::vector<std::filesystem::path> find_packs(const std::filesystem::path& folder);

}  // namespace kakoi
