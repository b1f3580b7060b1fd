// Niagara Fox (port 1911): how stations and workbenches of the Niagara framework greet. Unpublished; see README.md.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::fox {

extern const Protocol protocol;

}  // namespace kakoi::fox
