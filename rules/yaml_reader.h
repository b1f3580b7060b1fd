// Reading of YAML that people write: rules, credential lists, site policies. Every complaint has a
// place ("site.yaml:12:5: …") and says what to do; all complaints of a file are gathered first, so
// that one run shows them all.
#pragma once

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/yaml_node.h"

namespace kakoi {

// Complaints about one file, in the order of their place.
class Complaints {
 public:
  explicit Complaints(std::string origin) : origin_(std::move(origin)) {}

  void add(const yaml::Mark& mark, std::string reason);  // marks count from 0, complaints from 1
  void add(const yaml::Node& node, std::string reason) { add(node.mark(), std::move(reason)); }
  bool empty() const noexcept { return entries_.empty(); }
  std::vector<std::string> lines() const;  // "origin:line:column: reason", sorted by place
  const std::string& origin() const noexcept { return origin_; }

 private:
  struct Entry {
    int line, column;
    std::string reason;
  };
  std::string origin_;
  std::vector<Entry> entries_;
};

// The nearest of `known` by edits, or "" if none is near. For "did you mean …?".
std::string nearest(std::string_view word, std::span<const std::string_view> known);
// " (did you mean 'zones'?)", or "".
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

// Parses text; a syntax error becomes a complaint and an undefined node.
yaml::Node parse_yaml(std::string_view text, Complaints& complaints);

// A mapping with a closed set of keys. Complains at once about wrong types, unknown and repeated keys.
class MapReader {
 public:
  // `what`: how messages call this mapping, e.g. "a zone".
  MapReader(const yaml::Node& node, std::string what, std::initializer_list<std::string_view> keys,
            Complaints& complaints);

  bool valid() const noexcept { return valid_; }  // false: it is no mapping
  bool has(std::string_view key) const;
  yaml::Node at(std::string_view key) const;  // a node that !IsDefined() if absent
  const yaml::Node& node() const noexcept { return node_; }

  // Each complains about a wrong type; the required ones about absence, too.
  std::string text(std::string_view key, bool required = false);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high, bool required = false);
  std::optional<double> number(std::string_view key, double low, double high);
  bool flag(std::string_view key, bool fallback);
  // One of a closed set of words.
  std::string word(std::string_view key, std::span<const std::string_view> known, bool required = false);
  // The items of a list; a single scalar counts as a list of one. Empty if absent.
  std::vector<yaml::Node> items(std::string_view key);

 private:
  yaml::Node node_;
  std::string what_;
  Complaints& complaints_;
  bool valid_ = false;
};

// A scalar as text; complains and returns nothing for other nodes.
std::optional<std::string> scalar(const yaml::Node& node, std::string_view what, Complaints& complaints);

}  // namespace kakoi
