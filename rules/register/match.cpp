#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "rules/advisories/names.h"
#include "rules/register/owners.h"
#include "rules/register/register.h"

namespace kakoi {

namespace {

// Letters and digits in lower case; what is not ASCII stays.
std::string folded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c | 0x20);
    else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80)
      out += c;
  }
  return out;
}

// Registers abbreviate and devices elaborate: "Mitsubishi" and "Mitsubishi Electric Corporation", "Q03UDV" and
// "Q03UDVCPU" are the same.
bool agree(std::string_view a, std::string_view b) {
  const std::string x = folded(a), y = folded(b);
  if (x.empty() || y.empty()) return true;
  if (x == y) return true;
  const std::string& shorter = x.size() < y.size() ? x : y;
  const std::string& longer = x.size() < y.size() ? y : x;
  return shorter.size() >= 3 && longer.find(shorter) != std::string::npos;
}

// The same, or both names of one maker: "シュナイダーエレクトリック株式会社" and "Telemecanique Electrique".
bool same_maker(std::string_view a, std::string_view b) {
  if (agree(a, b)) return true;
  const Names& names = Names::built_in();
  const std::set<std::string> x = names.vendors(a), y = names.vendors(b);
  return std::any_of(x.begin(), x.end(), [&](const std::string& maker) { return y.contains(maker); });
}

// "V2.05", "2.5" and "2.05.00" are one version; "2.5" and "2.51" are not.
bool same_version(std::string_view a, std::string_view b) {
  const auto numbers = [](std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
      if (text[at] < '0' || text[at] > '9') {
        ++at;
        continue;
      }
      std::size_t end = at;
      while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
      while (at + 1 < end && text[at] == '0') ++at;
      out.emplace_back(text.substr(at, end - at));
      at = end;
    }
    while (!out.empty() && out.back() == "0") out.pop_back();
    return out;
  };
  const auto x = numbers(a), y = numbers(b);
  return x.empty() || y.empty() ? agree(a, b) : x == y;
}

struct Claim {
  std::string value;
  std::int64_t packet;
};
struct Device {
  std::string id;
  std::vector<std::pair<Address, std::int64_t>> addresses;        // and the packet
  std::map<std::string, std::vector<Claim>, std::less<>> claims;  // by attribute.name, best first
};

// A claim of little confidence contradicts nobody, nor does the maker of a network card.
constexpr int kSureEnough = 50;

std::map<std::string, Device> load_devices(Database& db) {
  std::map<std::string, Device> devices;
  for (Statement s = db.prepare("select asset_id from asset where scope in ('local', 'remote')"); s.step();)
    devices[s.text(0)].id = s.text(0);
  for (Statement s = db.prepare("select asset_id, value, packet_id from address order by asset_id, value, packet_id");
       s.step();) {
    const auto device = devices.find(s.text(0));
    if (const auto address = parse_address(s.text(1)); address && device != devices.end())
      device->second.addresses.emplace_back(*address, s.integer(2));
  }
  Statement s = db.prepare(
      "select asset_id, name, value, packet_id from attribute where confidence >= ?1 and method <> 'oui'"
      " order by asset_id, name, confidence desc, count desc, value, packet_id");
  for (s.bind(1, kSureEnough); s.step();)
    if (const auto device = devices.find(s.text(0)); device != devices.end())
      device->second.claims[s.text(1)].push_back({s.text(2), s.integer(3)});
  return devices;
}

struct Declared {
  std::int64_t id;
  std::string name, zone;
  std::vector<Address> addresses;
  std::map<std::string, std::string, std::less<>> values;  // by field
};

std::vector<Declared> load_declared(Database& db) {
  std::vector<Declared> out;
  for (Statement s = db.prepare("select declared_id, name, coalesce(zone_id, ''), vendor, product, firmware, serial, os"
                                " from declared_asset order by declared_id");
       s.step();)
    out.push_back({s.integer(0),
                   s.text(1),
                   s.text(2),
                   {},
                   {{"vendor", s.text(3)},
                    {"product", s.text(4)},
                    {"firmware", s.text(5)},
                    {"serial", s.text(6)},
                    {"os", s.text(7)}}});
  auto row = out.begin();
  for (Statement s = db.prepare("select declared_id, address from declared_address order by declared_id, position");
       s.step();) {
    while (row != out.end() && row->id < s.integer(0)) ++row;
    if (const auto address = parse_address(s.text(1)); address && row != out.end()) row->addresses.push_back(*address);
  }
  return out;
}

class Matcher {
 public:
  explicit Matcher(Database& db)
      : db_(db),
        devices_(load_devices(db)),
        match_(db.prepare("insert into register_match values (?1, ?2, ?3, ?4)")),
        device_(db.prepare("insert into register_device values (?1, ?2)")),
        difference_(db.prepare("insert into register_difference values (?1, ?2, ?3, ?4, ?5, ?6)")) {
    for (Statement s = db.prepare("select asset_id, zone_id from asset where zone_id is not null"); s.step();)
      zones_[s.text(0)] = s.text(1);
    for (const auto& [id, device] : devices_) {
      for (const auto& [address, packet] : device.addresses) owners_.add(address, numbered_.size());
      numbered_.push_back(&device);
      if (const auto names = device.claims.find("name"); names != device.claims.end())
        for (const Claim& name : names->second) by_name_[folded(name.value)].insert(&device);
    }
  }

  void run() {
    for (const Declared& d : load_declared(db_)) compare(d);
  }

 private:
  struct Match {
    std::vector<const Device*> devices;  // each once, those that a MAC address leads to first
    const char* by = "";
  };

  // Copied machine cells use one address in several zones: then the zone decides.
  const Device* meant(const Declared& d, const std::vector<AddressOwners::Device>& owners) const {
    for (const AddressOwners::Device i : owners)
      if (const auto zone = zones_.find(numbered_[i]->id); zone != zones_.end() && zone->second == d.zone)
        return numbered_[i];
    return numbered_[owners.front()];
  }

  Match find(const Declared& d) const {
    Match match;
    const auto owners = owners_.of(d.addresses);
    for (const bool mac : {true, false})
      for (std::size_t i = 0; i < owners.size(); ++i) {
        if (d.addresses[i].is_mac() != mac || owners[i].empty()) continue;
        if (match.devices.empty()) match.by = mac ? "mac" : "ip";
        const auto found = [&](AddressOwners::Device n) {
          return std::find(match.devices.begin(), match.devices.end(), numbered_[n]) != match.devices.end();
        };
        if (std::none_of(owners[i].begin(), owners[i].end(), found)) match.devices.push_back(meant(d, owners[i]));
      }
    if (!match.devices.empty()) return match;
    // A name says little where several have it.
    const auto named = by_name_.find(folded(d.name));
    if (!d.name.empty() && named != by_name_.end() && named->second.size() == 1)
      match = {{*named->second.begin()}, "name"};
    return match;
  }

  void compare(const Declared& d) {
    const Match match = find(d);
    match_.bind(1, d.id);
    if (match.devices.empty()) {
      match_.bind(2, nullptr).bind(3, "").bind(4, "not seen").run();
      return;
    }
    for (const Device* device : match.devices) device_.bind(1, d.id).bind(2, device->id).run();
    bool differs = address_differs(d, match.devices, true);
    if (address_differs(d, match.devices, false)) differs = true;  // each notes what it finds
    for (const Device* device : match.devices)
      if (claims_differ(d, *device)) differs = true;
    match_.bind(2, match.devices.front()->id).bind(3, match.by).bind(4, differs ? "differs" : "seen").run();
  }

  void note(const Declared& d, const Device& device, std::string_view field, const std::string& declared,
            const std::string& observed, std::int64_t packet) {
    difference_.bind(1, d.id)
        .bind(2, device.id)
        .bind(3, field)
        .bind(4, declared)
        .bind(5, observed)
        .bind(6, packet)
        .run();
  }

  // None of the declared addresses of that kind is one of the devices', and they have others.
  bool address_differs(const Declared& d, const std::vector<const Device*>& devices, bool mac) {
    std::string declared, observed;
    for (const Address& address : d.addresses) {
      if (address.is_mac() != mac) continue;
      for (const Device* device : devices)
        for (const auto& [own, from] : device->addresses)
          if (own == address) return false;
      declared += (declared.empty() ? "" : ", ") + to_string(address);
    }
    std::int64_t packet = 0;
    std::set<Address> told;
    for (const Device* device : devices)
      for (const auto& [own, from] : device->addresses) {
        if (own.is_mac() != mac || own.is_link_local() || !told.insert(own).second) continue;
        if (observed.empty()) packet = from;
        observed += (observed.empty() ? "" : ", ") + to_string(own);
      }
    if (declared.empty() || observed.empty()) return false;
    note(d, *devices.front(), mac ? "mac" : "ip", declared, observed, packet);
    return true;
  }

  bool claims_differ(const Declared& d, const Device& device) {
    bool any = false;
    for (const auto& value : d.values) {
      const auto& field = value.first;
      const auto& declared = value.second;
      std::vector<Claim> claims = claims_of(device, field);
      if (field == "product") {
        const std::vector<Claim> models = claims_of(device, "model");
        claims.insert(claims.end(), models.begin(), models.end());
      }
      if (declared.empty() || claims.empty()) continue;
      const bool one_agrees = std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
        if (field == "firmware") return same_version(declared, claim.value);
        return field == "vendor" ? same_maker(declared, claim.value) : agree(declared, claim.value);
      });
      if (one_agrees) continue;
      note(d, device, field, declared, claims.front().value, claims.front().packet);
      any = true;
    }
    return any;
  }

  static std::vector<Claim> claims_of(const Device& device, std::string_view field) {
    const auto found = device.claims.find(field);
    return found == device.claims.end() ? std::vector<Claim>{} : found->second;
  }

  Database& db_;
  std::map<std::string, Device> devices_;
  std::map<std::string, std::string> zones_;  // by asset
  std::vector<const Device*> numbered_;
  AddressOwners owners_;
  std::map<std::string, std::set<const Device*>> by_name_;
  Statement match_, device_, difference_;
};

}  // namespace

void match_register(Database& db) { Matcher(db).run(); }

}  // namespace kakoi
