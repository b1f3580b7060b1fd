// PostgreSQL's frontend/backend protocol, version 3: who logs in at a database, and which server answers.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::postgresql {

extern const Protocol protocol;

}  // namespace kakoi::postgresql
