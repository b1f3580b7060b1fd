// Text as the data types of OSCAL 1.1 want it (NIST OSCAL, "Data Types").
#pragma once

#include <string>
#include <string_view>

namespace kakoi::oscal {

// StringDatatype: one line without blanks at its ends. "" if nothing is left: then the field must be left out.
std::string line(std::string_view text);

// TokenDatatype: a letter or "_", then letters, digits, ".", "-", "_". The id of a control as its catalogue writes it
// where that is a token, "AC-17(1)" as NIST's OSCAL catalog of SP 800-53 has it ("ac-17.1"), others spelt with these
// characters: "2.A" as "_2.A", "SR 1.1 RE(1)" as "SR-1.1-RE-1". Different ids may give the same token.
std::string control_token(std::string_view framework, std::string_view control);

// A file name as a relative URI reference (RFC 3986 §4.2).
std::string reference(std::string_view file_name);

}  // namespace kakoi::oscal
