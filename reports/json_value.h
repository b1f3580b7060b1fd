// A JSON document as a value, for the small ones and for what is read; rows.h writes the long ones as text.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace kakoi {

using Json = nlohmann::ordered_json;

// Valid UTF-8 whatever the database holds: what is none becomes U+FFFD. On one line, or indented by so many columns.
std::string dump(const Json& value, int indent = -1);
// Throws Json::exception, which tells the octet.
Json parse_json(std::string_view text);

}  // namespace kakoi
