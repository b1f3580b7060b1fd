#include "rules/yaml_reader.h"

#include <algorithm>
#include <charconv>
#include <numeric>

namespace kakoi {

void Complaints::add(const yaml::Mark& mark, std::string reason) {
  // a null mark (-1) stands for a file that ended too early
  entries_.push_back({std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1, std::move(reason)});
}

std::vector<std::string> Complaints::lines() const {
  std::vector<Entry> sorted = entries_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  std::vector<std::string> lines;
  for (const Entry& e : sorted)
    lines.push_back(origin_ + ':' + std::to_string(e.line) + ':' + std::to_string(e.column) + ": " + e.reason);
  return lines;
}

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Letters to change, add, leave out or swap with their neighbour; capitals do not count.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before, last, row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  const auto same = [&](std::size_t i, std::size_t j) { return lower(a[i]) == lower(b[j]); };
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j - 1] + (same(i - 1, j - 1) ? 0 : 1), last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1)) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row.back();
}

std::string shown(std::string_view text) {
  // long or multi-line values would bury the message
  std::string out = "'" + std::string(text.substr(0, 60)) + (text.size() > 60 ? "…'" : "'");
  std::replace(out.begin(), out.end(), '\n', ' ');
  return out;
}

std::string listed(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i)
    out += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + std::string(words[i]);
  return out;
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.size() > 64) return {};
  std::string_view best;
  // one edit in three letters, and never the whole word
  std::size_t fewest = std::min((word.size() + 2) / 3 + 1, word.size());
  for (const std::string_view candidate : known)
    if (const std::size_t n = edits(word, candidate); n < fewest) {
      fewest = n;
      best = candidate;
    }
  return std::string(best);
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const std::string best = nearest(word, known);
  return best.empty() ? "" : " (did you mean '" + best + "'?)";
}

yaml::Node parse_yaml(std::string_view text, Complaints& complaints) {
  try {
    return yaml::parse(text);
  } catch (const yaml::Error& e) {
    complaints.add(e.mark, std::string("no valid YAML: ") + e.what());
    return {};
  }
}

MapReader::MapReader(const yaml::Node& node, std::string what, std::initializer_list<std::string_view> keys,
                     Complaints& complaints)
    : node_(node), what_(std::move(what)), complaints_(complaints) {
  if (!node.is_map()) {
    const bool is_wide =
        node.is_scalar() && node.text().find("：") != std::string::npos;  // as a Japanese keyboard types
    complaints_.add(node, what_ + " must be a mapping (key: value)" +
                              (is_wide ? "; '：' is another character, write ':' and a blank" : ""));
    return;
  }
  valid_ = true;
  std::vector<std::string_view> seen;
  for (const auto& entry : node.entries()) {
    if (!entry.first.is_scalar()) {
      complaints_.add(entry.first, "a key of " + what_ + " must be plain text");
      continue;
    }
    const std::string& key = entry.first.text();
    if (std::find(keys.begin(), keys.end(), key) == keys.end())
      complaints_.add(entry.first, "unknown key " + shown(key) +
                                       did_you_mean(key, std::span<const std::string_view>(keys.begin(), keys.size())));
    else if (std::find(seen.begin(), seen.end(), key) != seen.end())
      complaints_.add(entry.first, "key '" + key + "' stands twice in " + what_ + "; keep one");
    else
      seen.push_back(key);
  }
}

bool MapReader::has(std::string_view key) const { return at(key).is_defined(); }

yaml::Node MapReader::at(std::string_view key) const { return node_.at(key); }

std::optional<std::string> scalar(const yaml::Node& node, std::string_view what, Complaints& complaints) {
  if (node.is_scalar()) return node.text();
  complaints.add(node,
                 std::string(what) + (node.is_null() ? " is empty" : " must be a single value, not a list or mapping"));
  return std::nullopt;
}

std::string MapReader::text(std::string_view key, bool required) {
  if (!valid_) return {};
  const yaml::Node value = at(key);
  if (!value.is_defined()) {
    if (required) complaints_.add(node_, what_ + " needs the key '" + std::string(key) + "'");
    return {};
  }
  const std::optional<std::string> text = scalar(value, "'" + std::string(key) + "'", complaints_);
  if (text && required && text->empty()) complaints_.add(value, "'" + std::string(key) + "' is empty");
  return text.value_or("");
}

std::optional<std::int64_t> MapReader::integer(std::string_view key, std::int64_t low, std::int64_t high,
                                               bool required) {
  const std::string given = text(key, required);
  if (given.empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (error == std::errc() && end == given.data() + given.size() && value >= low && value <= high) return value;
  complaints_.add(at(key), "'" + std::string(key) + "' is " + shown(given) + ", but must be a whole number from " +
                               std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

std::optional<double> MapReader::number(std::string_view key, double low, double high) {
  const std::string given = text(key);
  if (given.empty()) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value);
  if (error == std::errc() && end == given.data() + given.size() && value >= low && value <= high) return value;
  complaints_.add(at(key), "'" + std::string(key) + "' is " + shown(given) + ", but must be a number from " +
                               std::to_string(static_cast<int>(low)) + " to " + std::to_string(static_cast<int>(high)));
  return std::nullopt;
}

bool MapReader::flag(std::string_view key, bool fallback) {
  const std::string given = text(key);
  if (given.empty()) return fallback;
  if (given == "true" || given == "yes") return true;
  if (given == "false" || given == "no") return false;
  complaints_.add(at(key), "'" + std::string(key) + "' is " + shown(given) + ", but must be true or false");
  return fallback;
}

std::string MapReader::word(std::string_view key, std::span<const std::string_view> known, bool required) {
  const std::string given = text(key, required);
  if (given.empty() || std::find(known.begin(), known.end(), given) != known.end()) return given;
  complaints_.add(at(key), "'" + std::string(key) + "' is " + shown(given) + did_you_mean(given, known) +
                               ", but must be " + listed(known));
  return {};
}

std::vector<yaml::Node> MapReader::items(std::string_view key) {
  std::vector<yaml::Node> out;
  if (!valid_) return out;
  const yaml::Node value = at(key);
  if (!value.is_defined() || value.is_null()) return out;  // "zones:" with nothing below is an empty list
  if (value.is_scalar()) {
    out.push_back(value);
  } else if (value.is_sequence()) {
    out = value.items();
  } else {
    complaints_.add(value, "'" + std::string(key) + "' must be a list (lines that start with '- ')");
  }
  return out;
}

}  // namespace kakoi
