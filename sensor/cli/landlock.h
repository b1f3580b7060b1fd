// Landlock (Linux 5.13 and later): which files a process can still reach, whoever owns them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kakoi::cli {

struct Reach {
  std::vector<std::filesystem::path> read;   // files, and folders with all that is below; symbolic links in them count
  std::vector<std::filesystem::path> write;  // folders: read, too. Of one that is yet to be made, the one to hold it.
  bool renewed = false;  // what `read` names may be replaced by new files: the folders that hold it can be read, too
};

// For this thread and those that it starts later: nothing outside of `reach` can be read, written, made, removed or
// run any more, but for system libraries (iconv loads some) and for what is open already. TCP and signals to others
// are refused where the kernel knows how. Called again it can only narrow. Returns what could not be done, for a
// note; empty: in force. What `reach` names and is not there is passed over: its reader tells.
std::vector<std::string> confine_files(const Reach& reach);

}  // namespace kakoi::cli
