#include "rules/verdict/catalogue.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "embedded/kakoi_rules.h"
#include "rules/rule_set.h"
#include "rules/yaml_reader.h"

namespace kakoi {

namespace {

constexpr std::array<std::string_view, 3> kStrengths = {"weak", "moderate", "strong"};
constexpr std::array<std::string_view, 2> kDirections = {"not_met", "supports_met"};
constexpr std::array<std::string_view, 3> kStatuses = {"confirmed", "confirmed-secondary", "unconfirmed"};
constexpr std::array<std::string_view, 3> kVerdicts = {"not_met", "partly", "supported"};

// Of one file.
class Reader {
 public:
  Reader(Catalogue& catalogue, Complaints& complaints) : catalogue_(catalogue), complaints_(complaints) {}

  void read(const yaml::Node& root) {
    if (!root.is_map()) return complaints_.add(root, "a catalogue file must be a mapping (key: value)");
    if (root.at("controls").is_defined()) return framework(root);
    MapReader map(root, "a catalogue file", {"topics", "mappings", "requirements", "contracts"}, complaints_);
    for (const yaml::Node& node : map.items("topics")) topic(node);
    for (const yaml::Node& node : map.items("mappings")) mapping(node, "");
    for (const yaml::Node& node : map.items("requirements")) requirement(node);
    for (const yaml::Node& node : map.items("contracts")) contract(node);
  }

 private:
  Text both(MapReader& map, std::string_view key, bool required) {
    const yaml::Node node = map.at(key);
    if (!node.is_defined()) {
      if (required)
        complaints_.add(map.node(), "the key '" + std::string(key) + "' is missing; write 'en' and 'ja' below it");
      return {};
    }
    MapReader text(node, "'" + std::string(key) + "'", {"en", "ja"}, complaints_);
    return {text.text("en", true), text.text("ja", true)};
  }
  // A text that reads the same in both languages, or one for each.
  Text one_or_both(const yaml::Node& node, std::string_view what) {
    if (!node.is_defined() || node.is_null()) return {};
    if (node.is_map()) {
      MapReader text(node, "'" + std::string(what) + "'", {"en", "ja"}, complaints_);
      return {text.text("en", true), text.text("ja", true)};
    }
    const std::string text = scalar(node, what, complaints_).value_or("");
    return {text, text};
  }
  std::vector<std::string> words(MapReader& map, std::string_view key) {
    std::vector<std::string> found;
    for (const yaml::Node& node : map.items(key))
      if (auto word = scalar(node, key, complaints_)) found.push_back(std::move(*word));
    return found;
  }

  void topic(const yaml::Node& node) {
    MapReader map(node, "a topic", {"id", "title", "observable"}, complaints_);
    if (map.valid())
      catalogue_.topics.push_back({map.text("id", true), both(map, "title", true), both(map, "observable", true)});
  }

  void framework(const yaml::Node& root) {
    MapReader map(root, "a framework",
                  {"id", "name", "version", "publisher", "licence", "total", "note", "sources", "controls", "mappings"},
                  complaints_);
    Framework f;
    f.id = map.text("id", true);
    f.name = both(map, "name", true);
    f.version = map.text("version");
    f.publisher = map.text("publisher");
    f.licence = one_or_both(map.at("licence"), "licence");
    f.note = both(map, "note", false);
    if (map.has("total")) {
      MapReader total(map.at("total"), "'total'", {"count", "unit"}, complaints_);
      if (total.has("count") && !total.at("count").is_null()) f.total = total.integer("count", 0, 1'000'000);
      f.unit = both(total, "unit", false);
    }
    if (const yaml::Node sources = map.at("sources"); sources.is_defined()) {
      if (!sources.is_map())
        complaints_.add(sources, "'sources' must be a mapping (key: text)");
      else
        for (const auto& entry : sources.entries())
          f.sources.emplace_back(entry.first.text(), one_or_both(entry.second, entry.first.text()));
    }
    for (const yaml::Node& node : map.items("controls")) f.controls.push_back(control(node));
    const std::string id = f.id;
    auto& all = catalogue_.frameworks;
    std::erase_if(all, [&](const Framework& other) { return other.id == id; });
    all.push_back(std::move(f));
    if (map.has("mappings")) drop_mappings_of(id);
    for (const yaml::Node& node : map.items("mappings")) mapping(node, id);
  }

  Control control(const yaml::Node& node) {
    MapReader map(node, "a control",
                  {"id", "title", "detail", "status", "source", "topic", "needs", "verdicts", "observable"},
                  complaints_);
    Control c;
    if (!map.valid()) return c;
    c.id = map.text("id", true);
    c.title = map.text("title", true);
    c.detail = one_or_both(map.at("detail"), "detail");
    c.status = map.word("status", kStatuses, true);
    c.source = map.text("source");
    c.topic = map.text("topic", true);
    c.needs = map.text("needs");
    c.observable = both(map, "observable", false);
    for (const yaml::Node& item : map.items("verdicts")) {
      const std::string word = scalar(item, "a verdict", complaints_).value_or("");
      c.may_be_not_met |= word == "not_met";
      c.may_be_partly |= word == "partly";
      c.may_be_supported |= word == "supported";
      if (std::find(kVerdicts.begin(), kVerdicts.end(), word) == kVerdicts.end())
        complaints_.add(item, "unknown verdict '" + word + "'" + did_you_mean(word, kVerdicts));
    }
    return c;
  }

  // `framework`: whose file this is; "" in the file that maps to all of them.
  void mapping(const yaml::Node& node, const std::string& framework) {
    MapReader map(node, "a mapping", {"exposure_class", "direction", "strength", "rationale", "controls"}, complaints_);
    if (!map.valid()) return;
    Mapping m;
    m.exposure_class = map.word("exposure_class", kExposureClasses, true);
    m.supports = map.word("direction", kDirections, true) == "supports_met";
    const std::string strength = map.word("strength", kStrengths, true);
    if (const auto at = std::find(kStrengths.begin(), kStrengths.end(), strength); at != kStrengths.end())
      m.strength = static_cast<Strength>(at - kStrengths.begin());
    m.rationale = both(map, "rationale", true);
    if (!framework.empty()) {
      for (std::string& id : words(map, "controls")) m.controls.emplace_back(framework, std::move(id));
    } else if (const yaml::Node controls = map.at("controls"); controls.is_map()) {
      for (const auto& entry : controls.entries())
        for (const yaml::Node& id : entry.second.items()) m.controls.emplace_back(entry.first.text(), id.text());
    }
    if (m.controls.empty()) complaints_.add(node, "a mapping names no control; list them under 'controls'");
    catalogue_.mappings.push_back(std::move(m));
  }
  void drop_mappings_of(const std::string& framework) {
    for (Mapping& m : catalogue_.mappings)
      std::erase_if(m.controls, [&](const auto& control) { return control.first == framework; });
    std::erase_if(catalogue_.mappings, [](const Mapping& m) { return m.controls.empty(); });
  }

  void requirement(const yaml::Node& node) {
    MapReader map(node, "a requirement", {"id", "query", "missing", "change"}, complaints_);
    if (map.valid())
      catalogue_.requirements.push_back(
          {map.text("id", true), map.text("query", true), both(map, "missing", true), both(map, "change", true)});
  }

  void contract(const yaml::Node& node) {
    MapReader map(node, "a contract", {"exposure_class", "title", "requires", "declaration", "otherwise"}, complaints_);
    if (map.valid())
      catalogue_.contracts.push_back({map.word("exposure_class", kExposureClasses, true), both(map, "title", true),
                                      words(map, "requires"), map.text("declaration"), otherwise(map.at("otherwise"))});
  }
  std::optional<Otherwise> otherwise(const yaml::Node& node) {
    if (!node.is_defined()) return std::nullopt;
    MapReader map(node, "'otherwise'", {"needs", "title", "rationale"}, complaints_);
    return Otherwise{map.text("needs", true), both(map, "title", true), both(map, "rationale", true)};
  }

  Catalogue& catalogue_;
  Complaints& complaints_;
};

}  // namespace

std::string_view to_string(Strength value) noexcept { return kStrengths[static_cast<std::size_t>(value)]; }

void Catalogue::read(const Source& source, std::vector<std::string>& problems) {
  Complaints complaints(source.first);
  const yaml::Node root = parse_yaml(source.second, complaints);
  if (complaints.empty()) Reader(*this, complaints).read(root);
  for (std::string& line : complaints.lines()) problems.push_back(std::move(line));
}

// What names something that is not there.
void Catalogue::check(std::vector<std::string>& problems) const {
  std::set<std::pair<std::string_view, std::string_view>> controls;
  for (const Framework& f : frameworks)
    for (const Control& c : f.controls) {
      if (!controls.emplace(f.id, c.id).second) problems.push_back(f.id + ": control '" + c.id + "' stands twice");
      if (!topic(c.topic))
        problems.push_back(f.id + ": control '" + c.id + "' names an unknown topic '" + c.topic + "'");
      if (!c.needs.empty() && !requirement(c.needs))
        problems.push_back(f.id + ": control '" + c.id + "' needs an unknown requirement '" + c.needs + "'");
    }
  for (const Mapping& m : mappings)
    for (const auto& [framework, control] : m.controls)
      if (!controls.contains({framework, control}))
        problems.push_back("mapping of " + m.exposure_class + ": " + framework + " has no control '" + control + "'");
  for (const std::string_view name : kExposureClasses)
    if (std::none_of(contracts.begin(), contracts.end(), [&](const Contract& c) { return c.exposure_class == name; }))
      problems.push_back("no contract for exposure class '" + std::string(name) + "'");
  for (const Contract& contract : contracts) {
    std::vector<std::string> named = contract.requirements;
    if (!contract.declaration.empty()) named.push_back(contract.declaration);
    if (contract.otherwise) named.push_back(contract.otherwise->needs);
    for (const std::string& id : named)
      if (!requirement(id))
        problems.push_back("contract of " + contract.exposure_class + ": no requirement '" + id + "'");
  }
}

Catalogue Catalogue::parse(std::span<const Source> sources) {
  Catalogue catalogue;
  std::vector<std::string> problems;
  for (const Source& source : sources) catalogue.read(source, problems);
  std::sort(catalogue.frameworks.begin(), catalogue.frameworks.end(),
            [](const Framework& a, const Framework& b) { return a.id < b.id; });
  if (problems.empty()) catalogue.check(problems);
  if (!problems.empty()) throw RuleError(std::move(problems));
  return catalogue;
}

Catalogue Catalogue::load() {
  std::vector<Source> sources;
  for (const rule_files::EmbeddedFile& file : rule_files::embedded_files())
    if (file.path.starts_with("frameworks/")) sources.emplace_back(file.path, file.text);
  return parse(sources);
}

void Catalogue::add(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) throw RuleError({path.string() + ": is a folder; name a file"});
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw RuleError({path.string() + ": cannot be read: " + std::strerror(errno != 0 ? errno : EIO)});
  std::ostringstream text;
  text << file.rdbuf();
  std::vector<std::string> problems;
  read({path.string(), text.str()}, problems);
  std::sort(frameworks.begin(), frameworks.end(), [](const Framework& a, const Framework& b) { return a.id < b.id; });
  if (problems.empty()) check(problems);
  if (!problems.empty()) throw RuleError(std::move(problems));
}

const Topic* Catalogue::topic(std::string_view id) const noexcept {
  const auto found = std::find_if(topics.begin(), topics.end(), [&](const Topic& t) { return t.id == id; });
  return found == topics.end() ? nullptr : &*found;
}

const Requirement* Catalogue::requirement(std::string_view id) const noexcept {
  const auto found =
      std::find_if(requirements.begin(), requirements.end(), [&](const Requirement& r) { return r.id == id; });
  return found == requirements.end() ? nullptr : &*found;
}

}  // namespace kakoi
