// The input as a file for those who read files.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "tests/fuzz/fuzz.h"

namespace kakoi::fuzz {

// One for all inputs: to make a file takes longer than to read it.
inline std::string file_of(Bytes bytes) {
  static const int file = ::memfd_create("capture", MFD_CLOEXEC);
  demand(file >= 0 && ::ftruncate(file, 0) == 0 &&
             ::pwrite(file, bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()),
         "no memory file");
  return "/proc/self/fd/" + std::to_string(file);
}

}  // namespace kakoi::fuzz
