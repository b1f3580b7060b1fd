#include "sensor/cli/installation.h"

#include <charconv>
#include <cstdint>
#include <fstream>
#include <string>

#include "sensor/inventory/oui.h"

namespace kakoi::cli {
namespace {

namespace fs = std::filesystem;

// proc_pid_maps(5): start-end permissions offset device inode path
bool is_mapped_here(const std::string& line, std::uintptr_t address) {
  std::uintptr_t start = 0, end = 0;
  const char* const last = line.data() + line.size();
  const auto first = std::from_chars(line.data(), last, start, 16);
  if (first.ec != std::errc() || first.ptr == last || *first.ptr != '-') return false;
  return std::from_chars(first.ptr + 1, last, end, 16).ec == std::errc() && start <= address && address < end;
}

fs::path find_program() {
  const auto here = reinterpret_cast<std::uintptr_t>(&program_file);
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);)
    if (const std::size_t path = line.find('/'); path != std::string::npos && is_mapped_here(line, here))
      return line.substr(path);
  return {};
}

}  // namespace

fs::path program_file() {
  static const fs::path file = find_program();
  return file;
}

fs::path bundle() {
  static const fs::path folder = [] {
    std::error_code error;
    const fs::path linker = fs::read_symlink("/proc/self/exe", error);
    const bool own = !error && !program_file().empty() && linker != program_file() &&
                     linker.parent_path() == program_file().parent_path();
    return own ? linker.parent_path().parent_path() : fs::path();
  }();
  return folder;
}

fs::path ieee_data() { return bundle().empty() ? kIeeeData : bundle() / "share/ieee-data"; }

std::vector<fs::path> own_files() {
  std::vector<fs::path> all{ieee_data()};
  if (!bundle().empty())
    all.push_back(bundle() / "lib");  // libraries that convert texts are loaded when they are needed
  return all;
}

}  // namespace kakoi::cli
