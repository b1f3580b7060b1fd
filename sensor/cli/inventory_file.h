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

}  // namespace kakoi::cli
