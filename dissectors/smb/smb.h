// SMB 1, 2 and 3: which version is spoken, who logs in how, and what both sides say of themselves.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::smb {

extern const Protocol protocol;

}  // namespace kakoi::smb
