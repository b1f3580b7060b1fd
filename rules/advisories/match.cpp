#include "rules/advisories/match.h"

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

namespace kakoi {

namespace {

constexpr std::size_t kLongestRemedy = 500;

struct Claim {
  std::string text;
  std::int64_t packet = 0;
};

// What a device says of itself; the surest claim first.
struct Device {
  std::string asset;
  std::vector<Claim> makers, cards, products, firmware;
};

std::vector<Device> read_devices(Database& db) {
  std::vector<Device> devices;
  Statement s = db.prepare(
      "select a.asset_id, t.name, t.value, t.method, t.packet_id from asset a join attribute t on t.asset_id = "
      "a.asset_id "
      "where a.scope in ('local', 'remote') and t.name in ('vendor', 'product', 'model', 'firmware') "
      "order by a.asset_id, t.confidence desc, t.name, t.value, t.method");
  while (s.step()) {
    if (devices.empty() || devices.back().asset != s.view(0)) devices.push_back({s.text(0), {}, {}, {}, {}});
    Device& device = devices.back();
    const std::string name = s.text(1);
    auto& claims = name == "firmware"   ? device.firmware
                   : name != "vendor"   ? device.products
                   : s.view(3) == "oui" ? device.cards
                                        : device.makers;
    claims.push_back({s.text(2), s.integer(4)});
  }
  std::erase_if(devices, [](const Device& d) { return d.products.empty(); });
  return devices;
}

// A product of an advisory that a device is, or may be.
struct Hit {
  const Advisory* advisory;
  const AdvisoryProduct* product;
  Sameness sameness;
  std::size_t claim;  // of the device's products
};

enum class Certainty : std::uint8_t { perhaps, under_investigation, version_unseen, all_versions, in_range };
constexpr const char* kCertainty[] = {"perhaps", "under-investigation", "version-unseen", "all-versions", "in-range"};
bool is_affected(Certainty c) { return c >= Certainty::all_versions; }

struct Verdict {
  Certainty certainty;
  const Hit* hit;
};

// How the versions that a device names lie to a range: all of them must agree.
Fit fit_of(const std::vector<Version>& versions, const VersionRange& range) {
  if (range.is_all()) return Fit::yes;
  std::optional<Fit> fit;
  for (const Version& version : versions) {
    const Fit one = range.contains(version);
    fit = fit && *fit != one ? Fit::unknown : one;
  }
  return fit.value_or(Fit::unknown);
}

std::optional<Verdict> judge(const Vulnerability& v, const std::vector<Hit>& hits,
                             const std::vector<Version>& versions) {
  std::optional<Verdict> worst;
  for (const Hit& hit : hits) {
    const auto status = v.status.find(hit.product->id);
    if (status == v.status.end()) continue;
    const bool same = hit.sameness == Sameness::yes && !hit.product->perhaps_elsewhere;
    const Fit fit = fit_of(versions, hit.product->range);
    if (status->second == ProductStatus::fixed || status->second == ProductStatus::not_affected) {
      if (same && fit == Fit::yes) return std::nullopt;
      continue;
    }
    Certainty certainty = Certainty::perhaps;
    if (fit == Fit::no) continue;
    const bool investigated = status->second == ProductStatus::under_investigation;
    if (!same || investigated) {
      if (fit == Fit::unknown) continue;  // neither product nor version: nothing to say
      if (same) certainty = Certainty::under_investigation;
    } else {
      certainty = fit == Fit::unknown           ? Certainty::version_unseen
                  : hit.product->range.is_all() ? Certainty::all_versions
                                                : Certainty::in_range;
    }
    if (!worst || certainty > worst->certainty) worst = Verdict{certainty, &hit};
  }
  return worst;
}

// The words of CVSS v3.1 clause 5.
const char* severity_of(double score) {
  return score >= 9.0 ? "critical" : score >= 7.0 ? "high" : score >= 4.0 ? "medium" : "low";
}

std::string remedy_of(const Vulnerability& v, const std::string& product) {
  const Remediation* best = nullptr;
  for (const Remediation& r : v.remediations)
    if ((r.products.empty() || r.products.contains(product)) && (!best || (r.is_fix && !best->is_fix))) best = &r;
  if (!best) return {};
  if (best->text.size() <= kLongestRemedy) return best->text;
  std::size_t end = best->text.rfind(' ', kLongestRemedy);
  if (end == std::string::npos || end == 0) {
    end = kLongestRemedy;
    while (end > 0 && (static_cast<unsigned char>(best->text[end]) & 0xC0) == 0x80) --end;  // UTF-8 stays whole
  }
  return best->text.substr(0, end) + " …";
}

class Matcher {
 public:
  Matcher(Database& db, const Advisories& advisories, const Names& names)
      : names_(names),
        advisory_(db.prepare("insert into advisory values (?1, ?2, ?3, ?4, ?5, ?6)")),
        match_(db.prepare("insert into advisory_match values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
                          "?14, ?15)")) {
    for (const Advisory& advisory : advisories.all())
      for (const AdvisoryProduct& product : advisory.products) {
        Known known{&advisory, &product, names.patterns(product.name), Names::holds_order_number(product.name)};
        known.names_order |= !product.model_numbers.empty();
        for (const std::string& model : product.model_numbers)
          for (ProductName& pattern : names.patterns(model)) known.patterns.push_back(std::move(pattern));
        for (const std::string& vendor : names.vendors(product.vendor)) by_vendor_[vendor].push_back(known);
      }
    for (const Advisory& a : advisories.all())
      advisory_.bind(1, a.id)
          .bind(2, a.title)
          .bind(3, a.publisher)
          .bind(4, a.revised)
          .bind(5, a.url)
          .bind(6, a.file)
          .run();
  }

  void match(const Device& device) {
    std::set<std::string> vendors;
    const Claim* maker = nullptr;
    for (const Claim& claim : device.makers) add_vendors(names_.vendors(claim.text), claim, vendors, maker);
    for (const Claim& claim : device.products)
      if (const std::string vendor = names_.leading_vendor(claim.text); !vendor.empty())
        add_vendors({vendor}, claim, vendors, maker);
    const bool by_card = vendors.empty();
    if (by_card)
      for (const Claim& claim : device.cards) add_vendors(names_.vendors(claim.text), claim, vendors, maker);
    if (!maker) return;
    std::vector<Version> versions;
    for (const Claim& claim : device.firmware)
      if (auto version = Version::of_claim(claim.text)) versions.push_back(std::move(*version));
    const std::vector<Hit>& hits = hits_of(device, vendors);
    for (auto first = hits.begin(); first != hits.end();) {
      const auto last = std::find_if(first, hits.end(), [&](const Hit& h) { return h.advisory != first->advisory; });
      write(device, {first, last}, versions, *maker, by_card);
      first = last;
    }
  }

 private:
  struct Known {
    const Advisory* advisory;
    const AdvisoryProduct* product;
    std::vector<ProductName> patterns;
    bool names_order;  // an order number, not a name alone
  };

  static void add_vendors(const std::set<std::string>& found, const Claim& claim, std::set<std::string>& vendors,
                          const Claim*& maker) {
    vendors.insert(found.begin(), found.end());
    if (!maker && !found.empty()) maker = &claim;
  }

  // Plants have many devices of one kind: each kind is compared once. By advisory.
  const std::vector<Hit>& hits_of(const Device& device, const std::set<std::string>& vendors) {
    std::string kind;
    for (const std::string& vendor : vendors) kind += vendor + '\n';
    for (const Claim& claim : device.products) kind += '\t' + claim.text;
    const auto [at, fresh] = hits_.try_emplace(kind);
    if (!fresh) return at->second;
    struct Name {
      ProductName name;
      std::size_t claim;
      bool is_family;  // told by an order number
    };
    std::vector<Name> names;
    for (std::size_t i = 0; i < device.products.size(); ++i) {
      const std::string& claim = device.products[i].text;
      names.push_back({names_.device(claim), i, false});
      for (const std::string& family : names_.families(claim, vendors)) {
        names.push_back({names_.device(family), i, true});
        names.push_back({names_.device(family + ' ' + claim), i, true});  // "Modicon M340 CPU BMXP342020"
      }
    }
    std::set<const AdvisoryProduct*> done;
    for (const std::string& vendor : vendors) {
      const auto known = by_vendor_.find(vendor);
      if (known == by_vendor_.end()) continue;
      for (const Known& k : known->second) {
        if (!done.insert(k.product).second) continue;
        Hit hit{k.advisory, k.product, Sameness::no, 0};
        for (const Name& n : names)
          for (const ProductName& pattern : k.patterns) {
            const Sameness same = Names::compare(n.name, pattern);
            // one of the device's family, by an order number that is not the device's
            if (same == Sameness::maybe && n.is_family && k.names_order) continue;
            if (same > hit.sameness) {
              hit.sameness = same;
              hit.claim = n.claim;
            }
          }
        if (hit.sameness != Sameness::no) at->second.push_back(hit);
      }
    }
    std::stable_sort(at->second.begin(), at->second.end(), [](const Hit& a, const Hit& b) {
      return std::pair(a.advisory->id, a.product->id) < std::pair(b.advisory->id, b.product->id);
    });
    return at->second;
  }

  void write(const Device& device, const std::vector<Hit>& hits, const std::vector<Version>& versions,
             const Claim& maker, bool by_card) {
    const Advisory& advisory = *hits.front().advisory;
    std::vector<std::pair<const Vulnerability*, Verdict>> found;
    bool affected = false;
    for (const Vulnerability& v : advisory.vulnerabilities)
      if (const auto verdict = judge(v, hits, versions)) {
        found.emplace_back(&v, *verdict);
        affected |= is_affected(verdict->certainty);
      }
    for (const auto& [v, verdict] : found) {
      if (affected && !is_affected(verdict.certainty)) continue;  // the sure part of an advisory says enough
      const AdvisoryProduct& product = *verdict.hit->product;
      const auto score = v->scores.find(product.id);
      const bool scored = score != v->scores.end();
      const Claim& claim = device.products[verdict.hit->claim];
      match_.bind(1, advisory.id).bind(2, device.asset).bind(3, kCertainty[static_cast<int>(verdict.certainty)]);
      scored ? match_.bind(5, score->second) : match_.bind(5, nullptr);
      match_.bind(4, v->name).bind(6, scored ? severity_of(score->second) : "medium");
      match_.bind(7, product.vendor + " " + product.name).bind(8, product.versions).bind(9, claim.text);
      match_.bind(10, device.firmware.empty() ? std::string() : device.firmware.front().text);
      match_.bind(11, by_card ? "mac" : "device").bind(12, remedy_of(*v, product.id)).bind(13, claim.packet);
      device.firmware.empty() ? match_.bind(14, nullptr) : match_.bind(14, device.firmware.front().packet);
      match_.bind(15, maker.packet).run();
    }
  }

  const Names& names_;
  Statement advisory_, match_;
  std::unordered_map<std::string, std::vector<Known>> by_vendor_;
  std::unordered_map<std::string, std::vector<Hit>> hits_;  // by kind of device
};

}  // namespace

void match_advisories(Database& db, const Advisories& advisories, const Names& names) {
  Matcher matcher(db, advisories, names);
  for (const Device& device : read_devices(db)) matcher.match(device);
}

}  // namespace kakoi
