// The asset register that a site keeps: read from its list, and compared with what was observed (docs/register.md).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "rules/policy/policy.h"
#include "sensor/inventory/database.h"

namespace kakoi {

// Adds the assets of a list to the policy's. `text` as the file has it: CSV with headings in English or Japanese
// (UTF-8, UTF-16 or Shift_JIS; comma, semicolon or TAB), or YAML with the key `assets` as in site.yaml. `origin` names
// the file in messages. Returns what was left out and why, a line each ("register.csv:12: …"). Throws PolicyError if
// it is no such list, or a row has no address and no name.
std::vector<std::string> add_register(Policy& policy, std::string_view text, const std::string& origin);

// Fills register_match and register_difference: which device each declared asset is, found by MAC, else IP address,
// else name, and where what the register says of it differs from what it says itself.
void match_register(Database& db);

// A register to start from: the local devices of the inventory as CSV, to be corrected and given to --assets.
std::string starter_register(Database& db);

}  // namespace kakoi
