// FTP control connections (RFC 959, RFC 2228): greeting, log-in and its outcome.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ftp {

extern const Protocol protocol;

}  // namespace kakoi::ftp
