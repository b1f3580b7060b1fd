// Is a name of the public DNS, or does it stay in the house?
#pragma once

#include <string_view>

namespace kakoi {

// False for single labels, for names under the special-use and usual private domains (RFC 6761,
// RFC 6762, RFC 8375, RFC 9476, .internal, .lan …), and for reverse names of addresses that are not
// globally routable or that are incomplete.
bool is_public_name(std::string_view name);

}  // namespace kakoi
