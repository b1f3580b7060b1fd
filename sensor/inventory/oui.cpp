#include "sensor/inventory/oui.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string_view>
#include <vector>

#include "sensor/inventory/text.h"

namespace kakoi {

namespace {

// A record of RFC 4180 whose fields stand as they are in the file: with their quotes, if they have any.
struct Record {
  std::string_view assignment, organization;
};

// Takes the record off `csv`. Quoted fields may hold commas, doubled quotes and line breaks; a doubled quote reads as
// the end of one quoted part and the start of the next.
Record next_record(std::string_view& csv) {
  std::array<std::string_view, 3> fields;  // Registry,Assignment,Organization Name,Organization Address
  std::size_t field = 0, start = 0, i = 0;
  const auto end_field = [&] {
    if (field < fields.size()) fields[field] = csv.substr(start, i - start);
    ++field;
    start = i + 1;
  };
  for (; i < csv.size() && csv[i] != '\n'; ++i) {
    if (csv[i] == ',') end_field();
    if (csv[i] != '"') continue;
    i = csv.find('"', i + 1);
    if (i == csv.npos) i = csv.size() - 1;
  }
  end_field();
  csv.remove_prefix(std::min(start, csv.size()));
  return {fields[1], fields[2]};
}

std::string unquoted(std::string_view field) {
  std::string text;
  bool quoted = false;
  for (std::size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    if (c == '"' && quoted && i + 1 < field.size() && field[i + 1] == '"')
      text.push_back(field[++i]);
    else if (c == '"')
      quoted = !quoted;
    else if (quoted || c != '\r')
      text.push_back(c);
  }
  return text;
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary | std::ios::ate);
  if (!in) return {};
  std::string text(static_cast<std::size_t>(std::max(std::streamoff{0}, std::streamoff{in.tellg()})), '\0');
  in.seekg(0).read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
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
  for (const auto& [file, hex_digits] : kRegistries) {
    const unsigned shift = 48 - 4 * hex_digits;
    std::unordered_map<std::uint64_t, std::string> wanted;  // by prefix
    for (const Address& mac : macs)
      if (has_assignment(mac) && !vendors.contains(mac)) wanted.try_emplace(mac.lo >> shift);
    if (wanted.empty()) continue;

    const std::string text = read_all(folder / file);
    std::string_view csv = text;
    if (!csv.empty()) next_record(csv);  // the headings
    while (!csv.empty()) {
      const auto [assignment, organization] = next_record(csv);
      if (assignment.size() != hex_digits) continue;
      std::uint64_t prefix = 0;
      const char* const end = assignment.data() + hex_digits;
      if (std::from_chars(assignment.data(), end, prefix, 16).ptr != end) continue;
      const auto at = wanted.find(prefix);
      // a few prefixes are registered twice (historic); the first entry stands
      if (at != wanted.end() && at->second.empty()) at->second = to_utf8(unquoted(organization));
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
