// Security advisories in CSAF 2.0 (OASIS Common Security Advisory Framework), the form in which makers and CERTs
// publish them. Read from local files only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/advisories/version.h"

namespace kakoi {

enum class ProductStatus : std::uint8_t { affected, fixed, not_affected, under_investigation };

// A product of the advisory's product tree: a leaf of its branches, or a pair of a relationship.
struct AdvisoryProduct {
  std::string id;      // product_id, within the advisory
  std::string vendor;  // as the advisory writes it
  std::string name;
  std::vector<std::string> model_numbers;  // product_identification_helper: model_numbers and skus, with '*' and '?'
  std::string versions;                    // as the advisory writes them; "" if it names none
  VersionRange range = VersionRange::all();
  bool perhaps_elsewhere = false;  // something installed on the product: whether it is there, traffic does not show
};

struct Remediation {
  std::string text;
  std::set<std::string> products;  // ids; empty: all
  bool is_fix = false;             // category vendor_fix
};

struct Vulnerability {
  std::string name;                             // CVE, else its title
  std::map<std::string, ProductStatus> status;  // by product id
  std::map<std::string, double> scores;         // CVSS base score, by product id
  std::vector<Remediation> remediations;
};

struct Advisory {
  std::string id, title, publisher, revised;  // revised: YYYY-MM-DD
  std::string revision;                       // date with time, and version: the greater is the newer
  std::string url;                            // for people to read; "" if it names none
  std::string file;
  std::vector<AdvisoryProduct> products;
  std::vector<Vulnerability> vulnerabilities;
};

class Advisories {
 public:
  // *.json of the folder and its subfolders. A file that cannot be used becomes a line of problems(); the others are
  // used. Of two files about one advisory the newer revision counts. Throws RuleError if the folder cannot be read.
  static Advisories load(const std::filesystem::path& folder);
  // One document; a mistake becomes a problem.
  void add(const std::string& file, std::string_view json);

  const std::vector<Advisory>& all() const noexcept { return advisories_; }        // by id
  const std::vector<std::string>& problems() const noexcept { return problems_; }  // "file: reason"
  std::string sha256() const;  // over the sorted hashes of the files used

 private:
  std::vector<Advisory> advisories_;
  std::map<std::string, std::string> hashes_;  // of the files, by advisory id
  std::vector<std::string> problems_;
};

}  // namespace kakoi
