#include "rules/advisories/version.h"

#include <algorithm>
#include <array>

namespace kakoi {

namespace {

using namespace std::string_view_literals;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n,;:\"'";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Cuts `word` off the head, if nothing of a longer word follows it.
bool eat(std::string_view& text, std::string_view word) {
  if (lowered(text.substr(0, word.size())) != word) return false;
  const bool in_word = is_letter(word.back()) && text.size() > word.size() && is_letter(text[word.size()]);
  if (in_word) return false;
  text = trimmed(text.substr(word.size()));
  return true;
}
bool eat_end(std::string_view& text, std::string_view word) {
  if (text.size() < word.size() || lowered(text.substr(text.size() - word.size())) != word) return false;
  text = trimmed(text.substr(0, text.size() - word.size()));
  return true;
}

// What stands before a version and says only that it is one.
void strip_label(std::string_view& text) {
  text = trimmed(text);
  for (bool again = true; again;) {
    again = false;
    for (const std::string_view word :
         {"firmware"sv, "software"sv, "all"sv, "the"sv, "versions"sv, "version"sv, "vers."sv, "ver."sv, "ver"sv,
          "releases"sv, "release"sv, "revisions"sv, "revision"sv, "rev."sv, "rev"sv, "fw"sv, "バージョン"sv})
      again |= eat(text, word);
  }
}

// "2.5 - 2.9": the place of the sign, and its length.
std::optional<std::pair<std::size_t, std::size_t>> dash_between_versions(std::string_view text) {
  const auto begins_version = [](std::string_view t) {
    strip_label(t);
    if (!t.empty() && (lower(t[0]) == 'v' || lower(t[0]) == 'r')) t.remove_prefix(1);
    return !t.empty() && is_digit(t[0]);
  };
  for (const std::string_view sign : {" - "sv, " – "sv})
    if (const std::size_t at = text.find(sign); at != std::string_view::npos)
      if (begins_version(text) && begins_version(text.substr(at + sign.size()))) return std::pair(at, sign.size());
  return std::nullopt;
}

bool is_prerelease(std::string_view letters) {
  return letters == "rc" || letters == "beta" || letters == "alpha" || letters == "pre" || letters == "dev";
}

// A build or article number: it cannot be told from a version by looks, and says nothing beside a dotted one.
bool is_plain_long_number(std::string_view text) {
  return text.size() >= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  strip_label(text);
  if (text.empty() || text.size() > 64) return std::nullopt;
  Version v;
  v.text_ = text;
  // "V3.1", "R9.85", "SV3.20": the letters say that a version follows
  if (text.size() > 2 && lower(text[0]) == 's' && lower(text[1]) == 'v' && is_digit(text[2])) text.remove_prefix(1);
  if (text.size() > 1 && (lower(text[0]) == 'v' || lower(text[0]) == 'r') &&
      (is_digit(text[1]) || text[1] == '.' || text[1] == ' '))
    text = trimmed(text.substr(1));
  std::size_t words = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (is_digit(text[i])) {
      std::size_t end = i;
      while (end < text.size() && is_digit(text[end])) ++end;
      std::string_view digits = text.substr(i, end - i);
      digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
      v.parts_.push_back({"", std::string(digits)});
      i = end;
    } else if (is_letter(text[i])) {
      std::size_t end = i;
      while (end < text.size() && is_letter(text[end])) ++end;
      v.parts_.push_back({lowered(text.substr(i, end - i)), ""});
      words += end - i > 3;  // "TCU", "SP", "FP" belong to versions; longer words to sentences
      i = end;
    } else if (std::string_view(".-_+()/ ").find(text[i]) != std::string_view::npos) {
      ++i;
    } else {
      return std::nullopt;
    }
  }
  const bool has_number = std::any_of(v.parts_.begin(), v.parts_.end(), [](const Part& p) { return p.is_number(); });
  if (!has_number || words > 1 || v.parts_.size() > 16) return std::nullopt;
  return v;
}

std::optional<Version> Version::of_claim(std::string_view text) {
  if (const auto whole = parse(text)) return whole;
  const std::string low = lowered(text);
  for (const std::string_view word : {"version"sv, "firmware"sv, "ver."sv, "fw"sv, "sw:"sv}) {
    const std::size_t at = low.find(word);
    if (at == std::string::npos) continue;
    std::string_view rest = text.substr(at + word.size());
    rest = trimmed(rest);
    const std::size_t end = std::min(rest.find_first_of(" ,;\t\r\n"), rest.size());
    const auto version = parse(rest.substr(0, end));
    if (version && (is_digit(rest[0]) || (rest.size() > 1 && is_digit(rest[1])))) return version;
  }
  return std::nullopt;
}

std::optional<int> Version::compare(const Version& other) const {
  const auto plain = [](const Version& v) { return is_plain_long_number(v.text_); };
  if (plain(*this) != plain(other) && (parts_.size() > 1) != (other.parts_.size() > 1)) return std::nullopt;
  const std::size_t n = std::max(parts_.size(), other.parts_.size());
  for (std::size_t i = 0; i < n; ++i) {
    if (i >= parts_.size() || i >= other.parts_.size()) {
      const bool longer_is_this = i < parts_.size();
      const Part& rest = longer_is_this ? parts_[i] : other.parts_[i];
      if (rest.is_number() && rest.digits.empty()) continue;  // 1.2 is 1.2.0
      const int sign = !rest.is_number() && is_prerelease(rest.letters) ? -1 : 1;
      return longer_is_this ? sign : -sign;
    }
    const Part &a = parts_[i], &b = other.parts_[i];
    if (a.is_number() != b.is_number()) {
      if (!a.is_number() && is_prerelease(a.letters)) return -1;
      if (!b.is_number() && is_prerelease(b.letters)) return 1;
      return std::nullopt;
    }
    if (a.is_number()) {
      if (a.digits.size() != b.digits.size()) return a.digits.size() < b.digits.size() ? -1 : 1;
      if (const int c = a.digits.compare(b.digits); c != 0) return c < 0 ? -1 : 1;
    } else if (const int c = a.letters.compare(b.letters); c != 0) {
      // letters count up in one place (1.0A, 1.0B); words do not
      if (a.letters.size() > 1 || b.letters.size() > 1) return std::nullopt;
      return c < 0 ? -1 : 1;
    }
  }
  return 0;
}

bool Version::refines(const Version& other) const {
  if (parts_.size() <= other.parts_.size()) return false;
  for (std::size_t i = 0; i < other.parts_.size(); ++i)
    if (parts_[i].letters != other.parts_[i].letters || parts_[i].digits != other.parts_[i].digits) return false;
  return std::any_of(parts_.begin() + static_cast<std::ptrdiff_t>(other.parts_.size()), parts_.end(),
                     [](const Part& p) { return !p.is_number() || !p.digits.empty(); });
}

VersionRange VersionRange::all() {
  VersionRange range;
  range.all_ = true;
  return range;
}

VersionRange VersionRange::exactly(std::string_view text) {
  text = trimmed(text);
  // feeds put ranges under product_version, too
  if (text.find_first_of("<>=|*") != std::string_view::npos || text.starts_with("vers:")) return parse(text);
  VersionRange range;
  const std::string low = lowered(text);
  if (low == "all versions" || low == "all" || low == "any" || low == "全バージョン") return all();
  if (dash_between_versions(text) || !range.add_one(text)) return parse(text);
  return range;
}

VersionRange VersionRange::parse(std::string_view text) {
  text = trimmed(text);
  VersionRange range;
  if (text.starts_with("vls:") || text.starts_with("vls/")) text = trimmed(text.substr(4));
  if (text.starts_with("vers:")) {
    const std::size_t slash = text.find('/');
    if (text.substr(5, slash - 5) == "all") return all();
    text = slash == std::string_view::npos ? std::string_view() : trimmed(text.substr(slash + 1));
  }
  const std::string low = lowered(text);
  if (low == "*" || low == "all" || low == "all versions" || low == "any" || low == "any version" || low == "-" ||
      low == "全バージョン" || low == "すべてのバージョン")
    return all();
  // What is excluded is not spelt in any fixed way: nothing is concluded from the rest but that it may be affected.
  const bool partly = low.find("excluding") != std::string::npos || low.find("except") != std::string::npos ||
                      low.find("unless") != std::string::npos || low.find("を除く") != std::string::npos;
  if (partly || text.empty() || !(range.read_constraints(text) || range.read_words(text))) {
    range = VersionRange();
    range.unknown_ = true;
  }
  return range;
}

// One version, or a series ("3.x").
bool VersionRange::add_one(std::string_view text) {
  text = trimmed(text);
  if (text.size() > 2) {
    const char last = text.back(), before = text[text.size() - 2];
    if ((last == 'x' || last == 'X' || last == '*') && (before == '.' || is_digit(before))) {
      const std::string_view base = text.substr(0, text.size() - 1);
      const auto version = Version::parse(base.back() == '.' ? base.substr(0, base.size() - 1) : base);
      if (!version || base.back() != '.') return false;  // R15x: where the number ends is not told
      series_.push_back({*version});
      return true;
    }
  }
  const auto version = Version::parse(text);
  if (!version) return false;
  intervals_.push_back({version, version, true, true});
  return true;
}

// ">= 1.0 | < 2.4", "<=3", "!=1.2", "1.4|1.6": a lower bound and the upper bound after it belong together.
bool VersionRange::read_constraints(std::string_view text) {
  struct Operator {
    std::string_view sign;
    int side;  // -1 lower bound, 1 upper bound, 0 equal, 2 not equal
    bool included;
  };
  static constexpr std::array<Operator, 11> kOperators = {{{">=", -1, true},
                                                           {"=>", -1, true},
                                                           {"<=", 1, true},
                                                           {"=<", 1, true},
                                                           {"≥", -1, true},
                                                           {"≤", 1, true},
                                                           {"!=", 2, false},
                                                           {"==", 0, true},
                                                           {">", -1, false},
                                                           {"<", 1, false},
                                                           {"=", 0, true}}};
  if (text.find_first_of("<>=|") == std::string_view::npos && text.find("≤") == std::string_view::npos &&
      text.find("≥") == std::string_view::npos)
    return false;
  strip_label(text);  // "All versions < V1.1.7"
  // "(>=1.0 and <2.0)", ">=1.0,<2.0", ">=1.0 <2.0"
  std::string flat;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_bound =
        (text[i] == '<' || text[i] == '>') && i > 0 && text[i - 1] != '<' && text[i - 1] != '>' && text[i - 1] != '=';
    if (starts_bound) flat += '|';
    flat += text[i] == ',' ? '|' : text[i];
  }
  std::string_view rest = flat;
  std::optional<Interval> open;
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    std::string_view item = trimmed(rest.substr(0, bar));
    rest = rest.substr(std::min(bar + 1, rest.size()));
    eat_end(item, " and");
    eat_end(item, "&&");
    if (item.empty()) continue;
    const auto op =
        std::find_if(kOperators.begin(), kOperators.end(), [&](const Operator& o) { return item.starts_with(o.sign); });
    if (op == kOperators.end()) {
      if (!add_one(item)) return false;
      continue;
    }
    const auto version = Version::parse(trimmed(item.substr(op->sign.size())));
    if (!version) return false;
    if (op->side == 0) {
      intervals_.push_back({version, version, true, true});
    } else if (op->side == 2) {
      excluded_.push_back(*version);
    } else if (op->side < 0) {
      if (open) intervals_.push_back(*open);
      open = Interval{version, std::nullopt, op->included, true};
    } else {
      Interval interval = open.value_or(Interval{});
      open.reset();
      interval.high = version;
      interval.high_in = op->included;
      if (interval.low && interval.low->compare(*version).value_or(1) > 0) return false;  // turned round: a slip
      intervals_.push_back(std::move(interval));
    }
  }
  if (open) intervals_.push_back(*open);
  if (intervals_.empty() && series_.empty() && !excluded_.empty()) intervals_.push_back({});
  return !intervals_.empty() || !series_.empty();
}

// "2.0 through 2.4", "V3.1 and earlier", "prior to 2.5", "1.2以前".
bool VersionRange::read_words(std::string_view text) {
  const auto bound = [&](std::string_view low, std::string_view high, bool low_in, bool high_in) {
    Interval interval{std::nullopt, std::nullopt, low_in, high_in};
    if (!low.empty() && !(interval.low = Version::parse(low))) return false;
    if (!high.empty() && !(interval.high = Version::parse(high))) return false;
    intervals_.push_back(std::move(interval));
    return true;
  };
  strip_label(text);
  for (const std::string_view word : {"prior to and including"sv, "up to and including"sv}) {
    std::string_view rest = text;
    if (eat(rest, word)) return bound("", rest, true, true);
  }
  for (const std::string_view word :
       {"prior to"sv, "before"sv, "earlier than"sv, "older than"sv, "lower than"sv, "less than"sv}) {
    std::string_view rest = text;
    if (eat(rest, word)) return bound("", rest, true, false);
  }
  for (const std::string_view word : {"later than"sv, "newer than"sv, "after"sv}) {
    std::string_view rest = text;
    if (eat(rest, word)) return bound(rest, "", false, true);
  }
  for (const std::string_view word : {"up to"sv, "through"sv}) {
    std::string_view rest = text;
    if (eat(rest, word)) return bound("", rest, true, true);
  }
  if (const auto dash = dash_between_versions(text))
    return bound(text.substr(0, dash->first), text.substr(dash->first + dash->second), true, true);
  std::string_view body = text;
  const bool from = eat(body, "from") || eat(body, "between");
  for (const std::string_view word :
       {" through "sv, " thru "sv, " up to and including "sv, " to "sv, "から"sv, "～"sv, "〜"sv}) {
    const std::size_t at = lowered(body).find(word);
    if (at == std::string::npos) continue;
    std::string_view high = body.substr(at + word.size());
    eat_end(high, "まで");
    return bound(body.substr(0, at), high, true, true);
  }
  if (from)
    if (const std::size_t at = lowered(body).find(" and "); at != std::string::npos)
      return bound(body.substr(0, at), body.substr(at + 5), true, true);
  for (const std::string_view word :
       {"and all prior versions"sv, "and all previous versions"sv, "and all earlier versions"sv, "and prior versions"sv,
        "and earlier versions"sv, "and previous versions"sv, "and prior"sv, "and earlier"sv, "and previous"sv,
        "and below"sv, "and older"sv, "or prior"sv, "or earlier"sv, "or below"sv, "or older"sv, "and lower"sv, "以前"sv,
        "以下"sv}) {
    std::string_view rest = text;
    if (eat_end(rest, word)) return bound("", rest, true, true);
  }
  for (const std::string_view word : {"より前"sv, "未満"sv}) {
    std::string_view rest = text;
    if (eat_end(rest, word)) return bound("", rest, true, false);
  }
  for (const std::string_view word :
       {"and later versions"sv, "and newer versions"sv, "and later"sv, "and newer"sv, "and above"sv, "and higher"sv,
        "or later"sv, "or newer"sv, "or above"sv, "or higher"sv, "以降"sv, "以上"sv}) {
    std::string_view rest = text;
    if (eat_end(rest, word)) return bound(rest, "", true, true);
  }
  return add_one(text);
}

Fit VersionRange::contains(const Version& version) const {
  if (all_) return Fit::yes;
  if (unknown_) return Fit::unknown;
  for (const Version& out : excluded_) {
    const auto c = version.compare(out);
    if (!c) return Fit::unknown;
    if (*c == 0) return Fit::no;
  }
  bool doubtful = false;
  for (const Series& s : series_) {
    const auto c = version.compare(s.base);
    if (!c)
      doubtful = true;
    else if (*c == 0 || version.refines(s.base))
      return Fit::yes;
  }
  for (const Interval& interval : intervals_) {
    Fit fit = Fit::yes;
    const bool single = interval.low && interval.high && interval.low->compare(*interval.high) == 0;
    const auto weigh = [&](const std::optional<Version>& bound, bool included, int sign) {
      if (!bound || fit == Fit::no) return;
      const auto c = version.compare(*bound);
      if (!c) {
        fit = Fit::unknown;
      } else if (bound->refines(version)) {
        fit = Fit::unknown;  // a device that says 2.5 may run 2.5.3
      } else if (version.refines(*bound) && included && !single && sign > 0) {
        fit = Fit::unknown;  // "3.1 and earlier": whether 3.1.2 counts is not said
      } else if (*c * sign > 0 || (*c == 0 && !included)) {
        fit = Fit::no;
      }
    };
    weigh(interval.high, interval.high_in, 1);
    weigh(interval.low, interval.low_in, -1);
    if (fit == Fit::yes) return Fit::yes;
    doubtful |= fit == Fit::unknown;
  }
  return doubtful ? Fit::unknown : Fit::no;
}

}  // namespace kakoi
