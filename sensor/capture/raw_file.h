// A file as it lies on disk: read once from front to back, and hashed on the way.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace kakoi::capture {

struct CaptureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
// The file can't be opened: nothing is known of what it holds.
struct OpenError : CaptureError {
  using CaptureError::CaptureError;
};

// no: for a file whose hash is known already; sha256() is then not to be asked.
enum class Hashing : std::uint8_t { yes, no };

class RawFile {
 public:
  // "-" is standard input. Throws OpenError "FILE: reason".
  explicit RawFile(const std::filesystem::path& path, Hashing hashing = Hashing::yes);
  ~RawFile();
  RawFile(const RawFile&) = delete;
  RawFile& operator=(const RawFile&) = delete;

  // Up to `n` bytes; 0 at the end. Throws CaptureError.
  std::size_t read(std::uint8_t* to, std::size_t n);
  // Reads on from there; only with Hashing::no. Throws CaptureError where the file can't be entered there.
  void seek(std::uint64_t offset);
  std::uint64_t bytes_read() const noexcept { return bytes_read_; }
  // Hex SHA-256 of the whole file: reads what is left first. Once.
  std::string sha256();

 private:
  struct Hash;
  int fd_ = -1;
  std::string name_;
  std::uint64_t bytes_read_ = 0;
  std::unique_ptr<Hash> hash_;
};

}  // namespace kakoi::capture
