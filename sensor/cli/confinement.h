// Gives up what a parser of hostile bytes does not need: capabilities, new privileges, and every way
// to send on a network socket.
#pragma once

#include <string>
#include <vector>

namespace kakoi::cli {

// For this thread and those that it starts later: call it before starting any. All capabilities are
// dropped, no_new_privs is set, and a seccomp filter refuses (EPERM) to make, connect or set up
// sockets, to send on any, to write to `sockets` (packet sockets take a plain write() as a packet), and to run
// programs. Returns what this kernel could not do, for a note; empty: everything is in force.
std::vector<std::string> confine(const std::vector<int>& sockets = {});

}  // namespace kakoi::cli
