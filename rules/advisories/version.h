// Versions of firmware and software as makers and advisories write them: "V3.1.2", "R511.5_TCU4", "1.241B", and the
// ranges of CSAF product trees: vers ("vers:intdot/>=1.0|<2.4"), the shorthand of CISA ("<= 3.1"), and free text
// ("2.0 through 2.4", "V3.1 and earlier"). What cannot be read or compared is "unknown", never a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kakoi {

enum class Fit : std::uint8_t { no, yes, unknown };

class Version {
 public:
  // A version and nothing else: "v2.5", "12.4(24)T", "08A06", "Ver. 1.2". Nothing for sentences.
  static std::optional<Version> parse(std::string_view text);
  // What a device says of itself, perhaps in a sentence: "Cisco IOS Software, …, Version 12.4(24)T, RELEASE".
  static std::optional<Version> of_claim(std::string_view text);

  const std::string& text() const noexcept { return text_; }
  // Less, equal or greater (-1, 0, 1); nothing where the two are not of one form.
  std::optional<int> compare(const Version& other) const;
  // This is `other` with more to come: 3.1.2 of 3.1. Zeros count as nothing.
  bool refines(const Version& other) const;

 private:
  struct Part {
    std::string letters;  // lower case, or
    std::string digits;   // without leading zeros; "" is zero
    bool is_number() const noexcept { return letters.empty(); }
  };
  std::string text_;
  std::vector<Part> parts_;
};

class VersionRange {
 public:
  static VersionRange all();
  // One version and no other (CSAF branch product_version).
  static VersionRange exactly(std::string_view text);
  // CSAF branch product_version_range, or the part of a product's name that speaks of versions.
  static VersionRange parse(std::string_view text);

  bool is_all() const noexcept { return all_; }
  Fit contains(const Version& version) const;

 private:
  struct Interval {
    std::optional<Version> low, high;
    bool low_in = true, high_in = true;
  };
  struct Series {
    Version base;  // "3.x": 3 and whatever follows
  };
  bool read_constraints(std::string_view text);
  bool read_words(std::string_view text);
  bool add_one(std::string_view text);

  bool all_ = false, unknown_ = false;  // unknown: some of the text was not understood
  std::vector<Interval> intervals_;
  std::vector<Version> excluded_;
  std::vector<Series> series_;
};

}  // namespace kakoi
