// The packets behind findings: what scan and slice share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sensor/evidence/slice.h"

namespace kakoi::cli {

// Writes the slice whole or not at all. Throws OutputError.
evidence::Sliced write_slice(const std::filesystem::path& path, const std::vector<evidence::Source>& sources,
                             Database& inventory, bool raw, bool conversations);

}  // namespace kakoi::cli
