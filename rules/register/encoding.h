// Lists that people keep come out of spreadsheets in whatever their machine writes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kakoi {

// As UTF-8 without a byte order mark. A mark (UTF-8, UTF-16) decides; else it is UTF-8 if it is valid as that, else
// CP932, Microsoft's Shift_JIS, in which Excel writes CSV on a Japanese machine. Nothing if it is none of these.
std::optional<std::string> decode_text(std::string_view bytes);

}  // namespace kakoi
