// Files that appear whole or not at all: written beside their place under a temporary name, flushed
// to the disk, then renamed. A file of that name from an earlier run stays as it was until then.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kakoi {

struct OutputError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct FileDigest {
  std::string sha256;  // lower-case hex
  std::uint64_t bytes = 0;
};

// Calls `write` with the stream of a temporary file; if it throws or the disk fills, nothing is left behind.
// Throws OutputError with the path and the system's reason, or what `write` threw.
FileDigest write_whole(const std::filesystem::path& path, const std::function<void(std::ostream&)>& write);

// Gives a finished file of the same folder its name: flushed, then renamed.
void place_whole(const std::filesystem::path& draft, const std::filesystem::path& path);

FileDigest digest_of_file(const std::filesystem::path& path);  // throws OutputError
FileDigest digest_of(std::string_view bytes);
std::string sha256_base64(std::string_view bytes);  // as Content-Security-Policy writes hashes

}  // namespace kakoi
