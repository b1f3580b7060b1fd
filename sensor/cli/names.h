// Protocols by name, whichever stage reads them.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::cli {

// Null if there is none of that name.
const Protocol* find_any_protocol(std::string_view name) noexcept;

}  // namespace kakoi::cli
