#include "rules/advisories/names.h"

#include <algorithm>
#include <array>
#include <optional>

#include "embedded/kakoi_rules.h"
#include "rules/rule_set.h"
#include "rules/yaml_reader.h"

namespace kakoi {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t kLongestPattern = 250;  // of an advisory: longer ones are lists, of which the beginning counts
constexpr std::size_t kLongestName = 120;     // of a device: what stands behind is a description

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_wild(char c) { return c == '?' || c == '*'; }
bool is_word(char c) { return is_digit(c) || is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80; }
char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

// Say nothing about which product it is.
constexpr std::array kNoise = {
    "ALL"sv,      "AND"sv,          "AUTOMATION"sv, "CONTROLLER"sv, "CONTROLLERS"sv, "CPU"sv,
    "CPUS"sv,     "DEVICE"sv,       "DEVICES"sv,    "ETHERNET"sv,   "FAMILY"sv,      "FIRMWARE"sv,
    "FOR"sv,      "HARDWARE"sv,     "INCL"sv,       "INDUSTRIAL"sv, "MANAGED"sv,     "MODEL"sv,
    "MODELS"sv,   "MODULE"sv,       "MODULES"sv,    "PLC"sv,        "PLCS"sv,        "PROCESSOR"sv,
    "PRODUCTS"sv, "PROGRAMMABLE"sv, "RUNNING"sv,    "SERIES"sv,     "SOFTWARE"sv,    "SWITCH"sv,
    "SWITCHES"sv, "THE"sv,          "UNIT"sv,       "UNITS"sv,      "VERSION"sv,     "VERSIONS"sv};
// Legal forms, which one text gives and another leaves out.
constexpr std::array kLegalForms = {"ag"sv,   "bv"sv,  "co"sv,           "company"sv, "corp"sv, "corporation"sv,
                                    "gmbh"sv, "inc"sv, "incorporated"sv, "kg"sv,      "kk"sv,   "limited"sv,
                                    "llc"sv,  "ltd"sv, "nv"sv,           "oy"sv,      "sa"sv,   "sas"sv,
                                    "se"sv,   "spa"sv, "srl"sv};
// What Japanese writes without a space: legal forms apart a name, and nothing for the dot between words in katakana.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kUnspaced = {
    {{"株式会社", " "}, {"（株）", " "}, {"(株)", " "}, {"㈱", " "}, {"\xE3\x80\x80", " "}, {"・", ""}}};

template <typename List>
bool is_one_of(std::string_view word, const List& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::vector<std::string> vendor_words(std::string_view given) {
  std::string text(given);
  for (const auto& [sign, instead] : kUnspaced)
    for (std::size_t at = 0; (at = text.find(sign, at)) != std::string::npos; at += instead.size())
      text.replace(at, sign.size(), instead);
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_word(c) || c == '&')
      word += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    else if (c != '.')  // S.A. is SA, Co. is Co
      end();
  }
  end();
  return words;
}

// "Siemens AG" -> "siemens"; the first word always stays.
std::string normal_vendor(std::string_view text) {
  std::string out;
  for (const std::string& word : vendor_words(text))
    if (word != "&" && (out.empty() || !is_one_of(word, kLegalForms))) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t,;");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t,;") - first + 1);
}

// `pattern`: wildcards are read, among them the makers' own ("L6x", "CPU**", "CPU[]").
ProductName product_name(std::string_view text, bool pattern) {
  ProductName out;
  std::string word;
  const auto end = [&] {
    if (word.empty()) return;
    std::string upper_word;
    const bool has_digit = std::any_of(word.begin(), word.end(), is_digit);
    for (const char c : word) upper_word += pattern && has_digit && c == 'x' ? '?' : upper(c);
    word.clear();
    if (is_one_of(upper_word, kNoise)) return;
    if (std::all_of(upper_word.begin(), upper_word.end(), is_wild)) {  // "BMXP34 *": of the word before
      if (!out.ends.empty()) out.ends.back() = (out.joined += upper_word).size();
      return;
    }
    out.starts.push_back(out.joined.size());
    out.joined += upper_word;
    out.ends.push_back(out.joined.size());
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (is_word(c))
      word += c;
    else if (pattern && is_wild(c))
      word += c;
    else if (pattern && c == '[' && i + 1 < text.size() && text[i + 1] == ']')
      word += '?', ++i;
    else
      end();
  }
  end();
  return out;
}

// Whether pattern fits text from `at` on; where it ends is put into `stop`. A star takes as much as it can.
bool fits(std::string_view text, std::size_t at, std::string_view pattern, const std::vector<std::size_t>& ends,
          std::size_t& stop) {
  if (pattern.empty()) {
    stop = at;
    return std::binary_search(ends.begin(), ends.end(), at);
  }
  if (pattern[0] == '*') {
    for (std::size_t to = text.size() + 1; to-- > at;)
      if (fits(text, to, pattern.substr(1), ends, stop)) return true;
    return false;
  }
  return at < text.size() && (pattern[0] == '?' || pattern[0] == text[at]) &&
         fits(text, at + 1, pattern.substr(1), ends, stop);
}

struct Place {
  std::size_t start, stop;
};
std::optional<Place> find_words(const ProductName& text, const ProductName& pattern) {
  if (pattern.joined.empty() || std::count(pattern.joined.begin(), pattern.joined.end(), '*') > 3) return std::nullopt;
  for (const std::size_t start : text.starts)
    if (std::size_t stop = 0; fits(text.joined, start, pattern.joined, text.ends, stop)) return Place{start, stop};
  return std::nullopt;
}

// Enough to find a product by: "M340", "EDR810", not "2", "7", "A".
bool says_enough(const ProductName& name) {
  const auto letters =
      std::count_if(name.joined.begin(), name.joined.end(), [](char c) { return !is_digit(c) && !is_wild(c); });
  return name.size() >= 4 && name.has_digit() && (letters > 0 || name.size() >= 5 || name.starts.size() >= 2);
}

}  // namespace

bool ProductName::has_digit() const noexcept { return std::any_of(joined.begin(), joined.end(), is_digit); }
std::size_t ProductName::size() const noexcept {
  return static_cast<std::size_t>(std::count_if(joined.begin(), joined.end(), [](char c) { return !is_wild(c); }));
}

const Names& Names::built_in() {
  static const Names names = [] {
    for (const rule_files::EmbeddedFile& file : rule_files::embedded_files())
      if (file.path == "advisories/names.yaml") return parse({std::string(file.path), std::string(file.text)});
    return Names();
  }();
  return names;
}

Names Names::parse(const Source& source) {
  Complaints complaints(source.first);
  const yaml::Node root = parse_yaml(source.second, complaints);
  Names names;
  if (complaints.empty()) {
    MapReader map(root, "the list of names", {"vendors", "families"}, complaints);
    for (const yaml::Node& item : map.items("vendors")) {
      MapReader entry(item, "a vendor", {"id", "names", "note"}, complaints);
      const std::string id = entry.text("id", true);
      for (const yaml::Node& name : entry.items("names"))
        if (const auto text = scalar(name, "a name", complaints))
          if (names.aliases_.emplace(normal_vendor(*text), id).first->second != id)
            complaints.add(name, "'" + *text + "' stands twice; a name belongs to one vendor");
    }
    for (const yaml::Node& item : map.items("families")) {
      MapReader entry(item, "a family", {"vendor", "family", "orders", "source"}, complaints);
      const std::string vendor = entry.text("vendor", true), family = entry.text("family", true);
      entry.text("source", true);
      for (const yaml::Node& order : entry.items("orders"))
        if (const auto text = scalar(order, "an order number", complaints))
          names.families_.push_back({product_name(*text, true), vendor, family});
    }
  }
  if (!complaints.empty()) throw RuleError(complaints.lines());
  return names;
}

std::set<std::string> Names::vendors(std::string_view text) const {
  std::set<std::string> out;
  const auto take = [&](std::string_view name) {
    const std::string normal = normal_vendor(name);
    if (normal.empty() || is_one_of(normal, kLegalForms)) return false;
    const auto alias = aliases_.find(normal);
    out.insert(alias == aliases_.end() ? normal : alias->second);
    return alias != aliases_.end();
  };
  // a whole name that is listed is not cut: "M&M Software", "Rockwell Automation/Allen-Bradley"
  if (take(text)) return out;
  std::string cut(text);
  for (const std::string_view sign : {" and "sv, " / "sv, "/"sv, "("sv, ")"sv, ";"sv})
    for (std::size_t at = cut.find(sign); at != std::string::npos; at = cut.find(sign))
      cut.replace(at, sign.size(), ",");
  for (std::string_view rest = cut; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    take(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

std::string Names::leading_vendor(std::string_view text) const {
  const std::string_view rest = without_leading_vendor(text);
  if (rest.size() == text.size()) return {};
  return aliases_.find(normal_vendor(text.substr(0, text.size() - rest.size())))->second;
}

// The longest listed name at the head, with the legal form behind it.
std::string_view Names::without_leading_vendor(std::string_view text) const {
  std::size_t cut = 0;
  for (std::size_t i = 1; i <= std::min<std::size_t>(text.size(), 60); ++i)
    if ((i == text.size() || !is_word(text[i])) && aliases_.contains(normal_vendor(text.substr(0, i)))) cut = i;
  if (cut == text.size()) return text;  // the maker's name alone names no product, and is left as it is
  return trimmed(text.substr(cut));
}

ProductName Names::device(std::string_view text) const {
  return product_name(without_leading_vendor(text.substr(0, kLongestName)), false);
}

std::vector<std::string> Names::families(std::string_view text, const std::set<std::string>& of) const {
  std::vector<std::string> out;
  const ProductName name = product_name(text.substr(0, kLongestName), false);
  for (const Family& family : families_)
    if (of.contains(family.vendor) && find_words(name, family.pattern) && !is_one_of(family.name, out))
      out.push_back(family.name);
  return out;
}

std::vector<ProductName> Names::patterns(std::string_view advisory_name) const {
  advisory_name = advisory_name.substr(0, kLongestPattern);
  std::vector<ProductName> out;
  const auto add = [&](std::string_view text) {
    if (ProductName name = product_name(without_leading_vendor(trimmed(text)), true); !name.joined.empty())
      out.push_back(std::move(name));
  };
  std::string main;
  std::vector<std::string> lists;
  for (std::size_t i = 0; i < advisory_name.size(); ++i) {
    const std::size_t close = advisory_name[i] == '(' ? advisory_name.find(')', i) : std::string_view::npos;
    // "(-EIP)", "CPU(-P)": an option within a model number
    if (close != std::string_view::npos && (i == 0 || advisory_name[i - 1] == ' ')) {
      lists.emplace_back(advisory_name.substr(i + 1, close - i - 1));
      i = close;
    } else if (close != std::string_view::npos) {
      main += '*';
      i = close;
    } else {
      main += advisory_name[i];
    }
  }
  const std::size_t type = main.find("Type=");
  add(std::string_view(main).substr(0, type));
  if (type != std::string::npos) add(std::string_view(main).substr(type + 5));
  if (main.find(" and ") != std::string::npos || main.find(", ") != std::string::npos) lists.push_back(main);
  for (const std::string& text : lists) {
    // order numbers of a list stand for the product; remarks ("incl. …") do not
    std::string word;
    for (const char c : text + " ") {
      if (c != ' ' && c != ',' && c != ';') {
        word += c;
        continue;
      }
      const ProductName name = product_name(word, true);
      word.clear();
      if (name.has_digit() && name.size() >= 5 &&
          std::any_of(name.joined.begin(), name.joined.end(), [](char d) { return is_upper(d); }))
        out.push_back(name);
    }
  }
  return out;
}

bool Names::holds_order_number(std::string_view advisory_name) {
  constexpr std::size_t kShortest = 7;
  std::size_t length = 0;
  bool digit = false, letter = false;
  for (const char c : advisory_name) {
    if (!is_word(c)) length = 0, digit = letter = false;
    if (!is_word(c)) continue;
    ++length;
    (is_digit(c) ? digit : letter) = true;
    if (length >= kShortest && digit && letter) return true;
  }
  return false;
}

Sameness Names::compare(const ProductName& device, const ProductName& pattern) {
  if (device.joined.empty() || pattern.joined.empty()) return Sameness::no;
  if (const auto place = find_words(device, pattern)) {
    const bool whole = place->start == 0 && place->stop == device.joined.size();
    if (whole && pattern.size() >= 4) return Sameness::yes;
    if (says_enough(pattern)) return Sameness::yes;
    return Sameness::no;  // "WebAccess" is not "WebAccess HMI Designer"
  }
  if (!says_enough(device)) return Sameness::no;
  const auto place = find_words(pattern, device);
  if (!place) return Sameness::no;
  // "Modicon" before "M340" is the make's name; what follows a name narrows it down
  const std::string_view before = std::string_view(pattern.joined).substr(0, place->start);
  const bool only_brand = std::none_of(before.begin(), before.end(), [](char c) { return is_digit(c) || is_wild(c); });
  return only_brand && place->stop == pattern.joined.size() ? Sameness::yes : Sameness::maybe;
}

}  // namespace kakoi
