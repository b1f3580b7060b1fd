// The inventory that a command line names.
#pragma once

#include <filesystem>
#include <string>

#include "sensor/inventory/database.h"

namespace kakoi::cli {

// "report" is report/inventory.db.
std::filesystem::path inventory_at(const std::string& named);

// For reading. Throws InputError that names the file and says what it is instead of an inventory.
Database open_inventory(const std::string& named);

// "report/inventory.db: damaged …": what was thrown about an inventory, with its name as it was given, once.
std::string problem_of(const std::filesystem::path& path, std::string_view what);

}  // namespace kakoi::cli
