// CSAF 2.0 → Advisory (OASIS Standard, 18 November 2022; clause numbers are its).
#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>

#include "rules/advisories/advisory.h"
#include "rules/advisories/names.h"
#include "rules/rule_set.h"
#include "sensor/inventory/hash.h"

namespace kakoi {

namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = 64u << 20;
constexpr int kDeepestBranch = 30;
constexpr std::size_t kMostProducts = 100'000;

struct CsafError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

std::string text(const Json& node, const char* key) {
  const auto found = node.is_object() ? node.find(key) : node.end();
  return node.is_object() && found != node.end() && found->is_string() ? found->get<std::string>() : std::string();
}
// The member, or an empty list: what is absent has no items.
const Json& list(const Json& node, const char* key) {
  static const Json kNone = Json::array();
  const auto found = node.is_object() ? node.find(key) : node.end();
  return node.is_object() && found != node.end() && found->is_array() ? *found : kNone;
}
const Json& object(const Json& node, const char* key) {
  static const Json kNone = Json::object();
  const auto found = node.is_object() ? node.find(key) : node.end();
  return node.is_object() && found != node.end() && found->is_object() ? *found : kNone;
}
std::set<std::string> ids(const Json& node, const char* key) {
  std::set<std::string> out;
  for (const Json& id : list(node, key))
    if (id.is_string()) out.insert(id.get<std::string>());
  return out;
}

std::string one_line(std::string text) {
  std::string out;
  for (const char c : text)
    if (c != '\n' && c != '\r' && c != '\t' && c != ' ')
      out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    else if (!out.empty() && out.back() != ' ')
      out += ' ';
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// 3.1.11.1: integers ("2") or semantic versions ("1.10.0"); made comparable as text. Dates to the second: what stands
// behind is the offset, which one publisher keeps.
std::string revision(const std::string& date, const std::string& version) {
  std::string out = date.substr(0, 19), number;
  for (const char c : version + '.')
    if (c >= '0' && c <= '9') {
      number += c;
    } else {
      out += '.' + std::string(10 - std::min<std::size_t>(number.size(), 10), '0') + number;
      number.clear();
    }
  return out;
}

// Where versions are told inside a product's name: "RTU500 series CMU Firmware Version 12.0".
std::size_t versions_in_name(std::string_view name) {
  std::string low(name);
  std::transform(low.begin(), low.end(), low.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const std::string_view word :
       {" firmware version", " firmware versions", " version", " versions", " firmware"}) {
    const std::size_t at = low.find(word);
    if (at == std::string::npos) continue;
    // "GT Designer3 Version1" is a name, "Version 12.0" a version
    std::size_t next = at + word.size();
    if (next >= low.size() || low[next++] != ' ') continue;
    next += low.compare(next, 1, "v") == 0;
    if (next < low.size() && low[next] >= '0' && low[next] <= '9') return at;
  }
  for (const std::string_view word :
       {" through ", " and prior", " and earlier", " and newer", " and later", " prior to "}) {
    std::size_t at = low.find(word);
    if (at == std::string::npos) continue;
    if (word == " prior to ") return at;
    at = low.rfind(' ', at - 1);
    return at == std::string::npos ? name.size() : at;
  }
  return name.size();
}

class Reader {
 public:
  Reader(const std::string& file, std::string_view json) : root_(Json::parse(json)) { advisory_.file = file; }

  Advisory read() {
    const Json& document = object(root_, "document");
    const Json& tracking = object(document, "tracking");
    advisory_.id = text(tracking, "id");
    if (text(document, "csaf_version").empty() || advisory_.id.empty())
      throw CsafError("is no CSAF document (no document.csaf_version or document.tracking.id)");
    if (!text(document, "csaf_version").starts_with("2."))
      throw CsafError("is CSAF " + one_line(text(document, "csaf_version")) + "; version 2 is understood");
    if (advisory_.id.size() > 200)
      throw CsafError("has a tracking id of " + std::to_string(advisory_.id.size()) + " octets");
    if (text(tracking, "status") == "draft") throw CsafError("is a draft, and not used");
    advisory_.id = one_line(advisory_.id);
    advisory_.title = one_line(text(document, "title"));
    advisory_.publisher = one_line(text(object(document, "publisher"), "name"));
    advisory_.revised = text(tracking, "current_release_date").substr(0, 10);
    advisory_.revision = revision(text(tracking, "current_release_date"), text(tracking, "version"));
    for (const Json& reference : list(document, "references"))
      if (text(reference, "category") == "self")
        if (const std::string url = text(reference, "url"); url.starts_with("https://") && !url.ends_with(".json"))
          advisory_.url = one_line(url);
    const Json& tree = object(root_, "product_tree");
    Branch top;
    for (const Json& branch : list(tree, "branches")) walk(branch, top, 0);
    for (const Json& product : list(tree, "full_product_names")) full_name(product);
    for (const Json& relationship : list(tree, "relationships")) relate(relationship);
    groups(tree);
    for (const Json& v : list(root_, "vulnerabilities")) vulnerability(v);
    if (advisory_.products.empty()) throw CsafError("names no product that devices could be compared with");
    return std::move(advisory_);
  }

 private:
  // 3.1.2: what the branches above a product say of it.
  struct Branch {
    std::string vendor, family, name, versions;
    std::optional<VersionRange> range;
  };

  void walk(const Json& node, Branch here, int depth) {
    if (depth > kDeepestBranch) throw CsafError("nests branches deeper than " + std::to_string(kDeepestBranch));
    const std::string category = text(node, "category"), name = one_line(text(node, "name"));
    if (category == "vendor") here.vendor = name;
    if (category == "product_family") here.family = name;
    if (category == "product_name") here.name = name;
    if (category == "product_version" || category == "product_version_range") {
      here.versions = name;
      here.range = category == "product_version" ? VersionRange::exactly(name) : VersionRange::parse(name);
    }
    // a patch or service pack narrows a version down in a way that no device tells
    if (category == "patch_level" || category == "service_pack") {
      here.versions += (here.versions.empty() ? "" : " ") + name;
      here.range = VersionRange::parse("");
    }
    if (const Json& product = object(node, "product"); !product.empty()) add(product, here);
    for (const Json& branch : list(node, "branches")) walk(branch, here, depth + 1);
  }

  void add(const Json& product, const Branch& here) {
    AdvisoryProduct p;
    p.id = text(product, "product_id");
    p.vendor = here.vendor;
    p.name = here.name.empty() ? here.family : here.name;
    p.versions = here.versions;
    if (here.range) p.range = *here.range;
    const std::size_t cut = versions_in_name(p.name);
    if (cut < p.name.size() && p.range.is_all()) {
      p.versions = p.name.substr(cut + 1);
      p.range = VersionRange::parse(p.versions);
      p.name.resize(cut);
    }
    const Json& helper = object(product, "product_identification_helper");
    for (const char* key : {"model_numbers", "skus"})
      for (const std::string& model : ids(helper, key)) p.model_numbers.push_back(one_line(model));
    keep(std::move(p));
  }

  void keep(AdvisoryProduct product) {
    if (advisory_.products.size() >= kMostProducts)
      throw CsafError("names more than " + std::to_string(kMostProducts) + " products");
    const bool usable = !product.id.empty() && !product.vendor.empty() && !product.name.empty();
    if (usable && by_id_.emplace(product.id, advisory_.products.size()).second)
      advisory_.products.push_back(std::move(product));
  }

  // 3.2.2.2: a product without branches says all in one line; its maker must be one that is known by name.
  void full_name(const Json& product) {
    const std::string name = one_line(text(product, "name"));
    const std::string vendor = Names::built_in().leading_vendor(name);
    if (!vendor.empty()) add(product, {vendor, "", name, "", std::nullopt});
  }

  // 3.2.2.4: component and what it is part of.
  void relate(const Json& node) {
    const AdvisoryProduct* const part = find(text(node, "product_reference"));
    const AdvisoryProduct* const whole = find(text(node, "relates_to_product_reference"));
    const std::string category = text(node, "category");
    if (!part || !whole) return;
    AdvisoryProduct pair = *whole;
    pair.id = text(object(node, "full_product_name"), "product_id");
    std::string low = part->name;
    std::transform(low.begin(), low.end(), low.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (low.find("firmware") != std::string::npos && whole->range.is_all()) {
      pair.versions = part->versions;  // the device's own software
      pair.range = part->range;
    } else if (category != "default_component_of") {
      pair.perhaps_elsewhere = true;
    }
    keep(std::move(pair));
  }

  const AdvisoryProduct* find(const std::string& id) const {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &advisory_.products[found->second];
  }

  void groups(const Json& tree) {
    for (const Json& group : list(tree, "product_groups")) groups_[text(group, "group_id")] = ids(group, "product_ids");
  }

  void vulnerability(const Json& node) {
    Vulnerability v;
    v.name = one_line(text(node, "cve"));
    if (v.name.empty()) v.name = one_line(text(node, "title"));
    // 3.2.3.9; where a product stands in several lists, the one that clears it counts
    static constexpr std::array<std::pair<const char*, ProductStatus>, 7> kStatus = {
        {{"fixed", ProductStatus::fixed},
         {"first_fixed", ProductStatus::fixed},
         {"known_not_affected", ProductStatus::not_affected},
         {"known_affected", ProductStatus::affected},
         {"first_affected", ProductStatus::affected},
         {"last_affected", ProductStatus::affected},
         {"under_investigation", ProductStatus::under_investigation}}};
    for (const auto& [key, status] : kStatus)
      for (const std::string& id : ids(object(node, "product_status"), key)) v.status.emplace(id, status);
    for (const Json& score : list(node, "scores"))
      for (const char* key : {"cvss_v3", "cvss_v2"}) add_score(object(score, key), ids(score, "products"), v);
    for (const Json& metric : list(node, "metrics"))  // CSAF 2.1
      for (const char* key : {"cvss_v4", "cvss_v3", "cvss_v2"})
        add_score(object(object(metric, "content"), key), ids(metric, "products"), v);
    for (const Json& r : list(node, "remediations")) {
      Remediation remediation{one_line(text(r, "details")), ids(r, "product_ids"), text(r, "category") == "vendor_fix"};
      for (const std::string& group : ids(r, "group_ids"))
        if (const auto members = groups_.find(group); members != groups_.end())
          remediation.products.insert(members->second.begin(), members->second.end());
      if (!remediation.text.empty()) v.remediations.push_back(std::move(remediation));
    }
    advisory_.vulnerabilities.push_back(std::move(v));
  }

  static void add_score(const Json& cvss, const std::set<std::string>& products, Vulnerability& v) {
    const auto score = cvss.find("baseScore");
    if (score == cvss.end() || !score->is_number()) return;
    for (const std::string& id : products) v.scores.emplace(id, std::clamp(score->get<double>(), 0.0, 10.0));
  }

  Json root_;
  Advisory advisory_;
  std::map<std::string, std::size_t> by_id_;
  std::map<std::string, std::set<std::string>> groups_;
};

}  // namespace

void Advisories::add(const std::string& file, std::string_view json) {
  try {
    Advisory advisory = Reader(file, json).read();
    const std::string hash = to_hex(Sha256().of(as_bytes(json)));
    const auto place = std::lower_bound(advisories_.begin(), advisories_.end(), advisory.id,
                                        [](const Advisory& a, const std::string& id) { return a.id < id; });
    if (place == advisories_.end() || place->id != advisory.id) {
      hashes_[advisory.id] = hash;
      advisories_.insert(place, std::move(advisory));
    } else if (std::pair(advisory.revision, hash) > std::pair(place->revision, hashes_[advisory.id])) {
      hashes_[advisory.id] = hash;
      *place = std::move(advisory);
    }
  } catch (const CsafError& error) {
    problems_.push_back(file + ": " + error.what());
  } catch (const Json::parse_error& error) {
    problems_.push_back(file + ": no valid JSON, at octet " + std::to_string(error.byte));
  } catch (const Json::exception&) {
    problems_.push_back(file + ": not built as CSAF 2.0 prescribes");
  }
}

Advisories Advisories::load(const fs::path& folder) {
  Advisories out;
  std::error_code error;
  std::vector<fs::path> files;
  fs::recursive_directory_iterator walk(folder, fs::directory_options::skip_permission_denied, error);
  if (error) throw RuleError({folder.string() + ": cannot be read; name a folder of CSAF advisories"});
  for (; walk != fs::recursive_directory_iterator(); walk.increment(error)) {
    std::error_code ignored;
    if (walk->path().extension() == ".json" && walk->is_regular_file(ignored)) files.push_back(walk->path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& path : files) {
    const std::string name = path.lexically_relative(folder).string();
    std::error_code ignored;
    if (const auto size = fs::file_size(path, ignored); !ignored && size > kLargestFile) {
      out.problems_.push_back(name + ": larger than " + std::to_string(kLargestFile >> 20) + " MiB");
      continue;
    }
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file.good() && !file.eof()) {
      out.problems_.push_back(name + ": cannot be read");
      continue;
    }
    out.add(name, text);
  }
  if (files.empty()) throw RuleError({folder.string() + ": holds no *.json; name a folder of CSAF advisories"});
  return out;
}

std::string Advisories::sha256() const {
  std::set<std::string> sorted;
  for (const auto& [id, hash] : hashes_) sorted.insert(hash);
  Sha256 sum;
  for (const std::string& hash : sorted) sum.add(as_bytes(hash));
  return to_hex(sum.finish());
}

}  // namespace kakoi
