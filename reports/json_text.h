// Pieces of JSON appended to a text, for the documents with many rows: the same bytes as dump() of json_value.h gives for
// the value, without a value in between.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kakoi {

enum class Place { file, script };  // script: inside <script>, where "<", ">" and "&" are written as \u00..

void append_number(std::string& out, std::int64_t number);
void append_real(std::string& out, double number);
// In quotes; what is not UTF-8 becomes U+FFFD.
void append_string(std::string& out, std::string_view text, Place place);
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);  // lower-case digits, no quotes

// JSON that can stand inside <script>: no "<", ">" or "&" is left, so neither "</script" nor "<!--" can occur.
std::string script_safe(std::string_view json);

}  // namespace kakoi
