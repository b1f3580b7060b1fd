// MySQL's and MariaDB's client/server protocol: which server answers.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::mysql {

extern const Protocol protocol;

}  // namespace kakoi::mysql
