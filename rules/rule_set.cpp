#include "rules/rule_set.h"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "embedded/kakoi_rules.h"
#include "rules/template.h"
#include "rules/yaml_reader.h"
#include "sensor/inventory/hash.h"

namespace kakoi {

namespace {

std::string joined(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += (out.empty() ? "" : "\n") + line;
  return out;
}

bool is_pack_meta(std::string_view origin) { return origin == "pack.yaml" || origin.ends_with("/pack.yaml"); }
std::string folder_of(std::string_view origin) {
  const std::size_t slash = origin.rfind('/');
  return std::string(origin.substr(0, slash == std::string_view::npos ? 0 : slash + 1));
}

std::string hash_of(std::span<const RuleSet::Source> sources) {
  Sha256 sha256;
  std::vector<Digest> texts;
  for (const auto& [origin, text] : sources) texts.push_back(sha256.of(as_bytes(text)));
  std::sort(texts.begin(), texts.end());
  for (const Digest& text : texts) sha256.add(text);
  return to_hex(sha256.finish());
}

bool is_kebab(std::string_view text) {
  return !text.empty() && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

// Kana, ideographs or full-width letters: UTF-8 of U+3000 to U+9FFF and U+F900 to U+FFFF.
bool is_japanese(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto octet = static_cast<unsigned char>(c);
    return (octet >= 0xE3 && octet <= 0xE9) || octet == 0xEF;
  });
}

// Letters outside {placeholders}.
bool has_latin(std::string_view text) {
  bool inside = false, found = false;
  for (const char c : text) {
    inside = c == '{' || (inside && c != '}');
    found |= !inside && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  }
  return found;
}

// ATT&CK technique ids are T and four digits, those for ICS start with T08.
bool is_technique(std::string_view text) {
  return text.size() == 5 && text.starts_with("T08") &&
         text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

std::optional<int> to_int(std::optional<std::int64_t> value) {
  if (!value) return std::nullopt;
  return static_cast<int>(*value);
}

class RuleReader {
 public:
  explicit RuleReader(Complaints& complaints) : complaints_(complaints) {}

  Rule rule(const yaml::Node& node) {
    MapReader map(node, "a rule",
                  {"id", "family", "severity", "confidence", "exposure_class", "attack_ics", "uses_zones", "title",
                   "detail", "rationale", "limit", "remedy", "confirm", "variants", "query", "examples"},
                  complaints_);
    Rule rule;
    rule.origin = complaints_.origin();
    if (!map.valid()) return rule;
    rule.id = id(map);
    if (rule.id.size() > kLongestRuleId)
      complaints_.add(map.at("id"),
                      "'" + rule.id + "' is longer than " + std::to_string(kLongestRuleId) + " characters");
    rule.family = map.word("family", kFamilies, true);
    rule.severity = map.word("severity", kSeverities, true);
    rule.confidence = to_int(map.integer("confidence", 1, 100, true)).value_or(0);
    rule.exposure_class = exposure_class(map);
    rule.attack_ics = map.text("attack_ics");
    if (!rule.attack_ics.empty() && !is_technique(rule.attack_ics))
      complaints_.add(map.at("attack_ics"),
                      "'" + rule.attack_ics + "' is no ATT&CK for ICS technique; write an id such as T0883");
    rule.uses_zones = map.flag("uses_zones", false);
    rule.title = title(map.at("title"), node).value_or(Text{});
    rule.detail = both(map, "detail");
    rule.rationale = both(map, "rationale");
    rule.limit = both(map, "limit");
    rule.remedy = both(map, "remedy");
    rule.confirm = both(map, "confirm");
    rule.query = map.text("query", true);
    // a block scalar ("query: |") starts on the line after its key
    if (const yaml::Node q = map.at("query"); q.is_defined())
      rule.query_line = q.mark().line + (rule.query.find('\n') == std::string::npos ? 1 : 2);
    for (const yaml::Node& item : map.items("variants")) rule.variants.push_back(variant(item));
    braces(map.at("detail"), rule.detail);
    if (map.has("examples")) examples(map.at("examples"), rule);
    return rule;
  }

  std::vector<DefaultCredential> credentials(const yaml::Node& node) {
    MapReader map(node, "a list of credentials", {"credentials"}, complaints_);
    std::vector<DefaultCredential> out;
    for (const yaml::Node& item : map.items("credentials")) {
      MapReader entry(item, "a credential", {"id", "vendor", "product", "scheme", "username", "secret", "source"},
                      complaints_);
      if (!entry.valid()) continue;
      DefaultCredential c{id(entry), entry.text("vendor"), entry.text("product"), entry.text("scheme"), "", "", ""};
      c.source = entry.text("source", true);
      for (const auto& [key, field] : {std::pair("username", &c.username), std::pair("secret", &c.secret)}) {
        if (!entry.has(key))  // an empty one is meant, a missing one is a slip
          complaints_.add(item, std::string("a credential needs the key '") + key + "'; write \"\" for an empty one");
        *field = entry.text(key);
      }
      out.push_back(std::move(c));
    }
    return out;
  }

 private:
  std::string id(MapReader& map) {
    const std::string text = map.text("id", true);
    if (!text.empty() && !is_kebab(text))
      complaints_.add(map.at("id"), "'" + text + "' is no id; use lower-case letters, digits and '-'");
    return text;
  }

  std::string exposure_class(MapReader& map) {
    const std::string text = map.text("exposure_class", true);
    if (!text.empty() && std::find(kExposureClasses.begin(), kExposureClasses.end(), text) == kExposureClasses.end())
      complaints_.add(map.at("exposure_class"), "unknown exposure class '" + text + "'" +
                                                    did_you_mean(text, kExposureClasses) +
                                                    "; take one of the ids in rules/frameworks/mapping.yaml");
    return text;
  }

  Text both(MapReader& map, const char* key) {
    const yaml::Node node = map.at(key);
    if (node.is_defined()) return text(node, key);
    complaints_.add(map.node(), std::string("a rule needs the key '") + key + "', with 'en' and 'ja' below it");
    return {};
  }

  Text text(const yaml::Node& node, const char* key) {
    MapReader map(node, "'" + std::string(key) + "'", {"en", "ja"}, complaints_);
    const auto clean = [](std::string s) {  // folded scalars end in a newline
      while (!s.empty() && (s.back() == '\n' || s.back() == ' ')) s.pop_back();
      return s;
    };
    Text out;
    out.en = clean(map.text("en", true));
    out.ja = clean(map.text("ja", true));
    if (key != std::string_view("title")) {  // which may be a name that both languages write alike
      if (is_japanese(out.en)) complaints_.add(map.at("en"), "'en' is written in Japanese");
      if (has_latin(out.ja) && !is_japanese(out.ja)) complaints_.add(map.at("ja"), "'ja' holds no Japanese");
    }
    return out;
  }

  std::optional<Text> title(const yaml::Node& node, const yaml::Node& owner) {
    if (!node.is_defined()) {
      complaints_.add(owner, "a rule needs the key 'title', with 'en' and 'ja' below it");
      return std::nullopt;
    }
    const Text out = text(node, "title");
    if ((out.en + out.ja).find_first_of("{}") != std::string::npos)
      complaints_.add(node, "a title has no {placeholders}; move them to 'detail'");
    return out;
  }

  void braces(const yaml::Node& node, const Text& text) {
    if (!placeholders(text.en) || !placeholders(text.ja))
      complaints_.add(node, "'detail' has a '{' without its '}'; close it");
  }

  void examples(const yaml::Node& node, Rule& rule) {
    MapReader map(node, "'examples'", {"triggers", "near_miss"}, complaints_);
    for (const char* key : {"triggers", "near_miss"}) {
      if (!map.valid()) return;
      const yaml::Node given = map.at(key);
      if (!given.is_defined()) {
        complaints_.add(node, std::string("'examples' needs the key '") + key + "'");
      } else if (given.is_sequence()) {
        for (const yaml::Node& item : given.items()) example(item, key, rule);
      } else {
        example(given, key, rule);
      }
    }
  }

  // A mapping from tables to a row or a list of rows, and perhaps a policy.
  void example(const yaml::Node& node, std::string_view key, Rule& rule) {
    if (!node.is_map())
      return complaints_.add(node, "an example must be a mapping from tables of the inventory to rows");
    Example out;
    out.triggers = key == "triggers";
    out.line = node.mark().line + 1;
    out.column = node.mark().column + 1;
    for (const auto& entry : node.entries()) {
      const auto name = scalar(entry.first, "a table's name", complaints_);
      if (!name) continue;
      if (*name == "policy") {
        out.policy = yaml::to_text(entry.second);
      } else if (entry.second.is_sequence()) {
        for (const yaml::Node& item : entry.second.items()) row(*name, item, out);
      } else {
        row(*name, entry.second, out);
      }
    }
    rule.examples.push_back(std::move(out));
  }

  void row(const std::string& table, const yaml::Node& node, Example& out) {
    if (!node.is_map()) return complaints_.add(node, "a row must be a mapping from columns to values");
    ExampleRow row{table, {}, node.mark().line + 1, node.mark().column + 1};
    for (const auto& cell : node.entries()) {
      const auto column = scalar(cell.first, "a column's name", complaints_);
      if (!column) continue;
      if (cell.second.is_null())
        row.cells.emplace_back(*column, std::nullopt);
      else if (const auto value = scalar(cell.second, "a value", complaints_))
        row.cells.emplace_back(*column, *value == "true" ? "1" : *value == "false" ? "0" : *value);
    }
    out.rows.push_back(std::move(row));
  }

  Variant variant(const yaml::Node& node) {
    MapReader map(node, "a variant", {"id", "severity", "confidence", "uses_zones", "title", "detail"}, complaints_);
    Variant v;
    if (!map.valid()) return v;
    v.id = id(map);
    if (map.has("severity")) v.severity = map.word("severity", kSeverities);
    v.confidence = to_int(map.integer("confidence", 1, 100));
    if (map.has("uses_zones")) v.uses_zones = map.flag("uses_zones", false);
    if (map.has("title")) v.title = title(map.at("title"), node);
    if (map.has("detail")) {
      v.detail = text(map.at("detail"), "detail");
      braces(map.at("detail"), *v.detail);
    }
    return v;
  }

  Complaints& complaints_;
};

std::string where(const Rule& a, const Rule& b) { return " (" + a.origin + ", " + b.origin + ")"; }
std::string where(const Pack& a, const Pack& b) { return " (" + a.folder + "pack.yaml, " + b.folder + "pack.yaml)"; }
std::string where(const DefaultCredential&, const DefaultCredential&) { return {}; }

template <typename T>
void sort_and_find_twins(std::vector<T>& items, const char* what, std::vector<std::string>& problems) {
  std::stable_sort(items.begin(), items.end(), [](const T& a, const T& b) { return a.id < b.id; });
  for (std::size_t i = 1; i < items.size(); ++i)
    if (items[i].id == items[i - 1].id && !items[i].id.empty())
      problems.push_back(std::string(what) + " '" + items[i].id + "' stands twice" + where(items[i - 1], items[i]) +
                         "; give each its own id");
}

}  // namespace

RuleError::RuleError(std::vector<std::string> lines) : std::runtime_error(joined(lines)), problems(std::move(lines)) {}

RuleSet RuleSet::parse(std::span<const Source> sources) {
  RuleSet set;
  std::vector<std::string> problems;
  for (const auto& [origin, text] : sources) {
    Complaints complaints(origin);
    if (is_pack_meta(origin)) {
      set.packs_.push_back(read_pack(text, complaints));
      set.packs_.back().folder = folder_of(origin);
    } else if (const yaml::Node root = parse_yaml(text, complaints); complaints.empty()) {
      RuleReader reader(complaints);
      if (root.at("credentials").is_defined()) {
        for (DefaultCredential& c : reader.credentials(root)) set.credentials_.push_back(std::move(c));
      } else {
        set.rules_.push_back(reader.rule(root));
      }
    }
    for (std::string& line : complaints.lines()) problems.push_back(std::move(line));
  }
  sort_and_find_twins(set.rules_, "rule", problems);
  sort_and_find_twins(set.credentials_, "credential", problems);
  sort_and_find_twins(set.packs_, "pack", problems);
  if (!problems.empty()) throw RuleError(std::move(problems));
  for (Pack& pack : set.packs_) {
    std::vector<Source> own;
    for (const Source& source : sources)
      if (folder_of(source.first) == pack.folder) own.push_back(source);
    pack.sha256 = hash_of(own);
    for (Rule& rule : set.rules_)
      if (folder_of(rule.origin) == pack.folder) {
        rule.pack = pack.id;
        ++pack.rules;
      }
  }
  set.sha256_ = hash_of(sources);
  set.sources_.assign(sources.begin(), sources.end());
  return set;
}

std::string RuleSet::add_pack(const std::filesystem::path& folder, const SignatureCheck& is_signed) {
  const PackFiles given = read_pack_files(folder, is_signed);
  RuleSet added = parse(given.files);
  added.packs_.front().origin = given.origin;
  const Pack& pack = added.packs_.front();
  std::string note;
  std::vector<Source> sources = sources_;
  std::vector<std::pair<std::string, PackOrigin>> origins = {{pack.id, pack.origin}};
  for (const Pack& old : packs_) {
    if (old.id != pack.id) {
      origins.emplace_back(old.id, old.origin);
      continue;
    }
    const auto named = [](const Pack& p) { return p.version + " of " + p.date; };
    if (old.date > pack.date)
      return folder.string() + ": rule pack " + pack.id + ' ' + named(pack) + " is not used; " + named(old) +
             " is there already";
    if (old.origin != PackOrigin::built_in)
      note = folder.string() + ": rule pack " + pack.id + ' ' + named(pack) + " takes the place of " + named(old);
    std::erase_if(sources, [&](const Source& source) { return folder_of(source.first) == old.folder; });
  }
  sources.insert(sources.end(), given.files.begin(), given.files.end());
  *this = parse(sources);
  for (Pack& p : packs_)
    for (const auto& [id, origin] : origins)
      if (p.id == id) p.origin = origin;
  return note;
}

RuleSet RuleSet::load() {
  std::vector<Source> sources;
  for (const rule_files::EmbeddedFile& file : rule_files::embedded_files())
    if (!file.path.starts_with("frameworks/") && !file.path.starts_with("advisories/"))
      sources.emplace_back(file.path, file.text);
  return parse(sources);
}

RuleSet RuleSet::load(const std::filesystem::path& folder) {
  std::vector<Source> sources;
  for (const char* part : {"", "baseline", "timely", "credentials"}) {
    std::error_code error;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder / part, error))
      if (is_rule_file(entry.path())) files.push_back(entry.path());
    if (error && *part == '\0') throw RuleError({folder.string() + ": cannot be read; name a folder of rules"});
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
      std::ifstream file(path, std::ios::binary);
      std::ostringstream text;
      text << file.rdbuf();
      if (!file) throw RuleError({path.string() + ": cannot be read"});
      sources.emplace_back((std::filesystem::path(part) / path.filename()).string(), text.str());
    }
  }
  if (sources.empty()) throw RuleError({folder.string() + ": holds no *.yaml; name a folder of rules"});
  RuleSet set = parse(sources);
  for (Pack& pack : set.packs_) pack.origin = PackOrigin::unsigned_;
  return set;
}

RuleSet RuleSet::only(std::string_view id) const {
  RuleSet out = *this;
  std::erase_if(out.rules_, [&](const Rule& rule) { return rule.id != id; });
  return out;
}

const Rule* RuleSet::find(std::string_view id) const noexcept {
  const auto found = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.id == id; });
  return found == rules_.end() ? nullptr : &*found;
}

}  // namespace kakoi
