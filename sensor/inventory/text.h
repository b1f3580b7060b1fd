// Text from the wire, made fit to be stored, compared and shown.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kakoi {

// Valid UTF-8 of at most `max_bytes` bytes, cut at a character boundary; either empty or with
// something to be seen:
//   bytes that are not UTF-8, C0 and C1 controls, DEL, noncharacters, blank "fillers" → U+FFFD
//   tab, CR, LF and such, line and paragraph separators, runs of blanks               → one space
//   bidirectional controls, zero-width and other invisible characters                 → dropped
//   NUL padding and blanks at both ends                                               → dropped
// (Unicode TR #36 §3, RFC 3629). Never throws but for want of memory.
std::string to_utf8(std::string_view wire, std::size_t max_bytes = 256);

}  // namespace kakoi
