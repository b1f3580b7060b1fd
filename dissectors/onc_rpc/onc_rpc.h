// Remote procedure calls of Sun's kind: the port mapper, NFS, and what else answers them, over TCP and UDP.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::onc_rpc {

extern const Protocol protocol;

}  // namespace kakoi::onc_rpc
