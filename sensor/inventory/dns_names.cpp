#include "sensor/inventory/dns_names.h"

#include <algorithm>
#include <array>

#include "dissectors/core/text.h"
#include "sensor/inventory/public_name.h"

namespace kakoi {

namespace {

constexpr std::string_view kAnswer = "dns answer", kReverse = "dns ptr";
constexpr std::uint8_t kOwnWord = 50;  // less is what others call a host

// First labels that stand for a service or for nobody, wherever they are.
constexpr std::array<std::string_view, 8> kNobody = {"localhost",      "wpad", "isatap",         "www",
                                                     "domaindnszones", "gc",   "forestdnszones", "autodiscover"};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = text::lower(c);
  return result;
}

std::string_view first_label(std::string_view name) noexcept { return name.substr(0, name.find('.')); }
std::string_view domain_of(std::string_view name) noexcept {
  const std::size_t dot = name.find('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
}

// Of a host: no label of a service (RFC 2782), and not what stands for one.
bool may_be_host(std::string_view name) noexcept {
  if (name.starts_with('_') || name.find("._") != std::string_view::npos || name.starts_with('*')) return false;
  return std::find(kNobody.begin(), kNobody.end(), first_label(name)) == kNobody.end();
}

// "web1" and "web1.plant.example" are one.
bool is_one_host(const std::set<std::string>& names) {
  const std::string_view label = first_label(*names.begin());
  std::set<std::string_view> domains;
  for (const std::string_view name : names) {
    if (first_label(name) != label) return false;
    if (!domain_of(name).empty()) domains.insert(domain_of(name));
  }
  return domains.size() <= 1;
}

}  // namespace

bool DnsNames::is_one(const IdentityKey& key) noexcept {
  return key.trait == Trait::name && (key.method == kAnswer || key.method == kReverse);
}

DnsNames::DnsNames(const Observed& observed, const Resolution& resolution) {
  std::vector<std::pair<const IdentityKey*, std::uint32_t>> claims;
  const auto add_domain = [this](std::string_view domain) {
    while (domain.ends_with('.')) domain.remove_suffix(1);
    if (domain.find('.') != std::string_view::npos && !parse_address(domain)) domains_.insert(lower(domain));
  };
  for (const auto& [key, seen] : observed.identities) {
    if (is_one(key)) {
      if (const std::uint32_t asset = resolution.find_anywhere(key.subject, key.vlan); asset != Resolution::kNone)
        claims.emplace_back(&key, asset);
    } else if (key.trait == Trait::domain) {
      add_domain(key.text);
    } else if (key.trait == Trait::name && key.confidence >= kOwnWord && !parse_address(key.text)) {
      add_domain(domain_of(key.text));
    }
  }
  if (claims.empty()) return;
  for (const auto& [lease, seen] : observed.leases) add_domain(lease.domain);
  for (const auto& [key, asset] : claims)
    if (key->method == kAnswer) holders_[lower(key->text)].insert(asset);
  std::map<std::pair<std::string_view, std::uint32_t>, std::set<std::string>> all;  // by method and asset
  for (const auto& [key, asset] : claims)
    if (names(*key, asset)) all[{key->method, asset}].insert(lower(key->text));
  for (const auto& [whose, its] : all)
    if (is_one_host(its)) only_.insert(whose);
}

bool DnsNames::is_of_this_network(std::string_view name) const {
  if (!is_public_name(name)) return true;
  for (std::string_view domain = domain_of(name); !domain.empty(); domain = domain_of(domain))
    if (domains_.contains(domain)) return true;
  return false;
}

bool DnsNames::names(const IdentityKey& key, std::uint32_t asset) const {
  const std::string name = lower(key.text);
  if (!may_be_host(name) || domains_.contains(name) || parse_address(name) || !is_of_this_network(name)) return false;
  if (key.method == kReverse) return true;
  // what several hosts answer to is a service of theirs
  const auto holders = holders_.find(name);
  return holders != holders_.end() && holders->second.size() == 1 && holders->second.contains(asset);
}

bool DnsNames::is_only_name(std::string_view method, std::uint32_t asset) const {
  return only_.contains({method, asset});
}

}  // namespace kakoi
