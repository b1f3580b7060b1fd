#include "sensor/inventory/oui.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "sensor/inventory/text.h"

namespace kakoi {

namespace {

// Fields of one record of RFC 4180: quoted fields may hold commas, doubled quotes and line breaks.
// Takes the record off `csv`.
void next_record(std::string_view& csv, std::vector<std::string>& fields) {
  fields.assign(1, {});
  bool quoted = false;
  std::size_t i = 0;
  for (; i < csv.size(); ++i) {
    const char c = csv[i];
    if (quoted) {
      if (c != '"')
        fields.back().push_back(c);
      else if (i + 1 < csv.size() && csv[i + 1] == '"')
        fields.back().push_back(csv[++i]);
      else
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      ++i;
      break;
    } else if (c != '\r') {
      fields.back().push_back(c);
    }
  }
  csv.remove_prefix(i);
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Bit 40 is the group bit, bit 41 says "locally administered" (IEEE 802-2014 §8.2.2). 00-00-00 was
// given to Xerox, but what carries it today is a simulator or a device that was never given a MAC.
bool has_assignment(const Address& mac) noexcept { return mac.is_mac() && (mac.lo >> 40 & 3) == 0 && mac.oui() != 0; }

struct Registry {
  const char* file;
  unsigned hex_digits;  // of an assignment
};
// Longest prefix first: the first that names a MAC is right.
constexpr Registry kRegistries[] = {{"oui36.csv", 9}, {"iab.csv", 9}, {"mam.csv", 7}, {"oui.csv", 6}};

}  // namespace

Vendors find_vendors(std::span<const Address> macs, const std::filesystem::path& folder) {
  Vendors vendors;
  std::vector<std::string> fields;
  for (const auto& [file, hex_digits] : kRegistries) {
    const unsigned shift = 48 - 4 * hex_digits;
    std::unordered_map<std::uint64_t, std::string> wanted;  // by prefix
    for (const Address& mac : macs)
      if (has_assignment(mac) && !vendors.contains(mac)) wanted.try_emplace(mac.lo >> shift);
    if (wanted.empty()) continue;

    const std::string text = read_all(folder / file);
    std::string_view csv = text;
    if (!csv.empty()) next_record(csv, fields);  // Registry,Assignment,Organization Name,Organization Address
    while (!csv.empty()) {
      next_record(csv, fields);
      if (fields.size() < 3 || fields[1].size() != hex_digits) continue;
      std::uint64_t prefix = 0;
      const char* const end = fields[1].data() + hex_digits;
      if (std::from_chars(fields[1].data(), end, prefix, 16).ptr != end) continue;
      const auto at = wanted.find(prefix);
      // a few prefixes are registered twice (historic); the first entry stands
      if (at != wanted.end() && at->second.empty()) at->second = to_utf8(fields[2]);
    }
    for (const Address& mac : macs) {
      if (!has_assignment(mac) || vendors.contains(mac)) continue;
      const std::string& name = wanted[mac.lo >> shift];
      // blocks that are handed out in parts, or by owners who do not want to be named, tell nothing
      if (!name.empty() && name != "Private" && name != "IEEE Registration Authority") vendors.emplace(mac, name);
    }
  }
  return vendors;
}

}  // namespace kakoi
