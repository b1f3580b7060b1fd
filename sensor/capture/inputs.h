// From what the user names on the command line to the files that are read.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kakoi::capture {

struct Inputs {
  std::vector<std::filesystem::path> files;  // "-" for standard input; no file twice
  std::vector<std::string> problems;         // one line each: what can't be read, and why
};

// Folders are searched recursively. Files in them that are no capture by their first bytes are
// passed over, without a word unless they can't be opened or their name says that they should be
// one, and so is what kakoi cut out of captures (evidence.pcapng); a file named outright is always
// tried.
Inputs find_inputs(const std::vector<std::string>& arguments);

}  // namespace kakoi::capture
