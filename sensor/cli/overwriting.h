// What is read is not written over: evidence would be gone, and what is left would cite it.
#pragma once

#include <filesystem>
#include <vector>

namespace kakoi::cli {

using Paths = std::vector<std::filesystem::path>;

// Throws InputError if what is written to `file` would take the place of one of these, by whatever name.
void keep_from_file(const std::filesystem::path& file, const Paths& inputs);

// The same for all that is written into the folder OUT.
void keep_from_out(const std::filesystem::path& out, const Paths& inputs);

// All that is made of the inventory: what is new of it would pass for one run's with what an earlier run left.
void remove_reports(const std::filesystem::path& out);

}  // namespace kakoi::cli
