// Protocols by name, whichever stage reads them.
#pragma once

#include <string_view>
#include <vector>

#include "dissectors/core/dissector.h"

namespace kakoi::cli {

// Names that links may have, sorted.
std::vector<std::string_view> protocol_names();
// Null if there is none of that name.
const Protocol* find_any_protocol(std::string_view name) noexcept;

}  // namespace kakoi::cli
