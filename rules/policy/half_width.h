// What Japanese input methods make of digits and signs.
#pragma once

#include <string>
#include <string_view>

namespace kakoi {

// The full-width forms of ASCII, U+FF01 to U+FF5E, as ASCII: "１９２．１６８．１０．０／２４" is "192.168.10.0/24". What
// else there is in `text` (UTF-8) stays.
std::string half_width(std::string_view text);

}  // namespace kakoi
