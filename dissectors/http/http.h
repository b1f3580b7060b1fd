// HTTP/1.x messages up to the end of their headers (RFC 9112 §2): who serves, who asks, and Basic
// credentials with their outcome.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::http {

extern const Protocol protocol;

}  // namespace kakoi::http
