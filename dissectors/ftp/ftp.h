// FTP control connections (RFC 959, RFC 2228): greeting, log-in and its outcome, ports of data connections.
#pragma once

#include "dissectors/core/dissector.h"

namespace kakoi::ftp {

extern const Protocol protocol;

// Kinds of Points: ports that a data connection is to be made to.
inline constexpr std::string_view kServerDataPort = "data port of the server";  // answers to PASV and EPSV
inline constexpr std::string_view kClientDataPort = "data port of the client";  // PORT and EPRT

}  // namespace kakoi::ftp
