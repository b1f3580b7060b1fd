// The bytes of one capture file, read once in large pieces and hashed on the way.
//
// Records are handed out as views of a chunk. A chunk lives as long as somebody holds it, so that
// packets can travel to other threads without being copied.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "dissectors/core/bytes.h"

namespace kakoi::capture {

struct CaptureError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

using Chunk = std::vector<std::uint8_t>;
struct ChunkPool;  // gives chunks that nobody holds any more to the next reader

class ByteSource {
 public:
  // "-" is standard input. Throws CaptureError "FILE: reason".
  explicit ByteSource(const std::filesystem::path& path);
  ~ByteSource();
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;

  // The next `n` bytes without consuming them; shorter only at the end of the file. `n` is at most
  // kLargestRecord. The view is valid as long as chunk() of this moment is held.
  Bytes peek(std::size_t n) {
    return n <= filled_ - at_ ? Bytes(chunk_->data() + at_, n) : refill(n);
  }
  void consume(std::size_t n) noexcept { at_ += n; }  // of what was peeked
  // Passes over `n` bytes that need not be held; false if the file ends before.
  bool skip(std::uint64_t n);

  const std::shared_ptr<Chunk>& chunk() const noexcept { return chunk_; }
  std::uint64_t offset() const noexcept { return base_ + at_; }  // of the next byte
  std::uint64_t bytes_read() const noexcept { return base_ + filled_; }
  // Hex SHA-256 of the whole file: reads what is left first.
  std::string sha256();

  static constexpr std::size_t kChunkSize = 1 << 20;
  static constexpr std::size_t kLargestRecord = 512 << 10;

 private:
  struct Hash;
  Bytes refill(std::size_t n);
  void read_more();

  int fd_ = -1;
  bool ended_ = false;
  std::string name_;
  std::shared_ptr<ChunkPool> pool_;
  std::shared_ptr<Chunk> chunk_;
  std::size_t at_ = 0, filled_ = 0;  // in chunk_
  std::uint64_t base_ = 0;           // file offset of chunk_'s first byte
  std::unique_ptr<Hash> hash_;
};

}  // namespace kakoi::capture
