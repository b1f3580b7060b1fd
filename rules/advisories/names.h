// Names of makers and products, as devices and advisories write them. Rules of comparing:
//   - a maker is the same by its name without legal form, or by an alias that names.yaml lists;
//   - a product is the same if the advisory's name stands in the device's, word for word, and says enough: a model
//     number, or the device's whole name;
//   - where the device says less than the advisory ("M580" of "M580 CPU BMEP584040S"), it may be the product.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kakoi {

// The words of a name in upper case, and where they begin and end in the text without separators.
// Patterns may hold wildcards: '?' one letter or digit, '*' any number of them.
struct ProductName {
  std::string joined;
  std::vector<std::size_t> starts, ends;  // of words, in joined; sorted
  bool has_digit() const noexcept;
  std::size_t size() const noexcept;  // without wildcards
};

enum class Sameness : std::uint8_t { no, maybe, yes };

class Names {
 public:
  using Source = std::pair<std::string, std::string>;  // origin for messages, YAML text

  // The list built into the program (names.yaml).
  static const Names& built_in();
  static Names parse(const Source& source);  // throws RuleError

  // All makers that a text names: "PHOENIX CONTACT, Innominate Security Technologies". Ids are for comparing only.
  std::set<std::string> vendors(std::string_view text) const;
  // The maker a text begins with; "" if none that is listed.
  std::string leading_vendor(std::string_view text) const;

  // A device's own name for itself; the maker's name in front is left out.
  ProductName device(std::string_view text) const;
  // Families that order numbers belong to: "6ES7 315-2EH14-0AB0" is a SIMATIC S7-300.
  std::vector<std::string> families(std::string_view text, const std::set<std::string>& vendors) const;
  // The ways in which an advisory's name may be met: itself, and order numbers in brackets.
  std::vector<ProductName> patterns(std::string_view advisory_name) const;

  // "6ES7317-2EK14-0AB0", "BMXNOE0100": a word of letters and digits as long as one.
  static bool holds_order_number(std::string_view advisory_name);

  static Sameness compare(const ProductName& device, const ProductName& pattern);

 private:
  struct Family {
    ProductName pattern;
    std::string vendor, name;
  };
  std::string_view without_leading_vendor(std::string_view text) const;

  std::map<std::string, std::string, std::less<>> aliases_;  // normalised name -> id
  std::vector<Family> families_;
};

}  // namespace kakoi
