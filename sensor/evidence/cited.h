// The packets that findings cite, by capture.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "sensor/inventory/database.h"

namespace kakoi::evidence {

struct Citation {
  std::string finding_id, rule_id, title;  // in English
};

struct CitedPacket {
  std::int64_t ts = 0;
  std::vector<Citation> by;  // in the order of the findings' ids
};

struct CitedCapture {  // a capture of the inventory
  std::string source, sha256;
  std::uint64_t file_bytes;
  std::map<std::uint64_t, CitedPacket> packets;  // by number; may be none
};

// All captures, in the order in which reports list them. `findings`: ids.
std::vector<CitedCapture> cited_packets(Database& inventory, std::span<const std::string> findings);

std::vector<std::string> all_findings(Database& inventory);   // ids, sorted
std::vector<std::string> open_findings(Database& inventory);  // those that nobody accepted

}  // namespace kakoi::evidence
