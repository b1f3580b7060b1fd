// What is known of each asset beside its addresses: what it says of itself, what it does, and the
// best name and role to show for it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/inventory/resolve.h"

namespace kakoi {

struct Attribute {  // one claim; claims that contradict each other all stay
  std::uint32_t asset = 0;
  std::string_view name;  // static: to_string(Trait)
  std::string value, method, protocol;
  std::uint8_t confidence = 0;
  Seen seen;
};

struct Profile {
  std::string name;              // never empty
  std::string_view role;         // static; "" unknown
  std::string_view role_reason;  // static
  std::optional<double> purdue_level;
  std::string vendor, product, firmware, serial, os;
  bool is_ot = false, is_it = false;
};

struct Description {
  std::vector<Profile> profiles;      // as Resolution::assets()
  std::vector<Attribute> attributes;  // by asset, name, best first
};

// Best claim: names by how they were learned (the device's own word before others', see
// name_rank() in describe.cpp), the rest by confidence, then by how often it was said, then by text.
// The vendor of a MAC's prefix (from `ieee_data`) counts only where the device itself says nothing.
Description describe(const Observed& observed, const Resolution& resolution, const std::filesystem::path& ieee_data);

}  // namespace kakoi
