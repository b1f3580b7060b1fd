// Where the program lies, and what came with it. From a bundle (docs/building.md) it is run by the bundle's own dynamic
// linker, lib/ld-linux-*.so.2, beside which it lies:
//   kakoi | lib/kakoi, libraries, gconv/ | share/ieee-data/
#pragma once

#include <filesystem>
#include <vector>

namespace kakoi::cli {

// The file that this program is; empty if the system does not tell. Not always /proc/self/exe, which is the dynamic
// linker in a bundle.
std::filesystem::path program_file();

// The folder that the bundle was unpacked into; empty if this is none.
std::filesystem::path bundle();

// The IEEE's registries of MAC prefixes (sensor/inventory/oui.h): the bundle's, else Debian's.
std::filesystem::path ieee_data();

// What the program itself reads while it runs, besides the system's libraries: for confine_files().
std::vector<std::filesystem::path> own_files();

}  // namespace kakoi::cli
