// Gives up what a parser of hostile bytes does not need: capabilities, new privileges, files that it has
// no business with, and every way to send on a network socket.
#pragma once

#include <string>
#include <vector>

#include "sensor/cli/landlock.h"

namespace kakoi::cli {

enum class Capabilities {
  none,
  of_files,  // those by which root reads and writes what others own, if they are there; confine_files() sets their limits
};

// For this thread and those that it starts later: call it before starting any. Capabilities are dropped,
// no_new_privs is set, and a seccomp filter refuses (EPERM) to make, connect or set up sockets, to send on any, to
// write to `sockets` (packet sockets take a plain write() as a packet), to run programs, and what else gets at other
// processes, the terminal or the kernel. Returns what this kernel could not do, for a note; empty: all is in force.
std::vector<std::string> confine(const std::vector<int>& sockets = {}, Capabilities keep = Capabilities::none);

}  // namespace kakoi::cli
