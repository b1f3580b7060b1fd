#include "rules/register/merge.h"

#include <algorithm>

#include "rules/policy/role.h"
#include "rules/policy/seen.h"

namespace kakoi {

namespace {

struct Named {
  const char* name;
  std::string DeclaredAsset::*field;
};
constexpr Named kFields[] = {{"name", &DeclaredAsset::name},
                             {"role", &DeclaredAsset::role},
                             {"zone", &DeclaredAsset::zone},
                             {"vendor", &DeclaredAsset::vendor},
                             {"product", &DeclaredAsset::product},
                             {"firmware", &DeclaredAsset::firmware},
                             {"serial", &DeclaredAsset::serial},
                             {"os", &DeclaredAsset::os},
                             {"location", &DeclaredAsset::location},
                             {"purpose", &DeclaredAsset::purpose},
                             {"criticality", &DeclaredAsset::criticality}};

// A name that is but an address says nothing, and drafts guard cells against formulas by an apostrophe.
std::string said(const DeclaredAsset& a, const Named& f) {
  const std::string& text = a.*f.field;
  if (f.field == &DeclaredAsset::name && parse_address(text)) return {};
  return text.starts_with('\'') ? text.substr(1) : text;
}

bool share(const std::vector<Address>& a, const std::vector<Address>& b, bool macs_only) {
  return std::any_of(a.begin(), a.end(), [&](const Address& x) {
    return (x.is_mac() || !macs_only) && std::find(b.begin(), b.end(), x) != b.end();
  });
}

// Of copied machine cells several have one number, and their network cards or zones tell them apart.
bool same_device(const DeclaredAsset& a, const DeclaredAsset& b) {
  if (!a.zone.empty() && !b.zone.empty() && a.zone != b.zone) return false;
  const std::vector<Address> x = addresses_of(a), y = addresses_of(b);
  const auto is_mac = [](const Address& one) { return one.is_mac(); };
  const bool cards = std::any_of(x.begin(), x.end(), is_mac) && std::any_of(y.begin(), y.end(), is_mac);
  return share(x, y, cards);
}

std::string differences(const DeclaredAsset& row, const DeclaredAsset& there) {
  std::string out;
  for (const Named& f : kFields) {
    const std::string here = said(row, f), other = said(there, f);
    if (here.empty() || other.empty() || folded_word(here) == folded_word(other)) continue;
    out += (out.empty() ? "" : ", ") + (std::string(f.name) + " '" + here + "' here and '" + other + "' there");
  }
  return out;
}

void complete(DeclaredAsset& there, const DeclaredAsset& row) {
  for (const Named& f : kFields)
    if (const std::string text = said(row, f); !text.empty() && said(there, f).empty()) there.*f.field = text;
  std::vector<Address> all = addresses_of(there);
  for (const Address& one : addresses_of(row))
    if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
  std::stable_partition(all.begin(), all.end(), [](const Address& x) { return x.is_ip(); });
  there.address = all.front();
  there.others.assign(all.begin() + 1, all.end());
  there.source = (there.source.empty() ? there.place : there.source) + ", " + row.source;
}

}  // namespace

RegisterMerge::RegisterMerge(Policy& policy) : policy_(policy), taken_(policy.assets.size(), false) {
  for (std::size_t i = 0; i < policy.assets.size(); ++i)
    for (const Address& address : addresses_of(policy.assets[i])) by_address_[address].push_back(i);
}

DeclaredAsset* RegisterMerge::earlier(const DeclaredAsset& row) {
  DeclaredAsset* found = nullptr;
  for (const Address& address : addresses_of(row)) {
    const auto owners = by_address_.find(address);
    if (owners == by_address_.end()) continue;
    for (const std::size_t i : owners->second) {
      DeclaredAsset* const one = &policy_.assets[i];
      if (one == found || !same_device(row, *one)) continue;
      if (found) return nullptr;
      found = one;
    }
  }
  return found;
}

RegisterMerge::Result RegisterMerge::add(const DeclaredAsset& row, const std::string& place, std::string& problem) {
  DeclaredAsset* const there = earlier(row);
  if (!there) return Result::other_device;
  auto taken = taken_.begin() + (there - policy_.assets.data());
  if (*taken) return Result::other_device;
  if (const std::string differ = differences(row, *there); !differ.empty()) {
    const std::string& at = there->source.empty() ? there->place : there->source;
    problem = place + to_string(row.address) + " is declared in " + (at.empty() ? "the policy" : at) +
              ", too, and otherwise: " + differ + "; make them agree, or keep one of them";
    return Result::contradicts;
  }
  *taken = true;
  complete(*there, row);
  return Result::merged;
}

}  // namespace kakoi
