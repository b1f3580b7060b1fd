// The bytes of one capture file, read once in large pieces; unpacked if the file is compressed.
//
// Records are handed out as views of a chunk. A chunk lives as long as somebody holds it, so that
// packets can travel to other threads without being copied.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "dissectors/core/bytes.h"
#include "sensor/capture/raw_file.h"
#include "sensor/capture/unpacker.h"

namespace kakoi::capture {

// Left as it comes: most of it stays unwritten where captures are small.
class Chunk {
 public:
  explicit Chunk(std::size_t size) : octets_(std::make_unique_for_overwrite<std::uint8_t[]>(size)), size_(size) {}
  std::uint8_t* data() noexcept { return octets_.get(); }
  std::size_t size() const noexcept { return size_; }

 private:
  std::unique_ptr<std::uint8_t[]> octets_;
  std::size_t size_;
};
using Memory = std::shared_ptr<const void>;  // keeps alive what packets lie in
struct ChunkPool;                            // gives chunks that nobody holds any more to the next reader

class ByteSource {
 public:
  // "-" is standard input. Throws OpenError "FILE: reason".
  explicit ByteSource(const std::filesystem::path& path, Hashing hashing = Hashing::yes);
  ~ByteSource();

  // The next `n` bytes without consuming them; shorter only at the end of the file. `n` is at most
  // kLargestRecord. The view is valid as long as memory() of this moment is held.
  Bytes peek(std::size_t n) { return n <= filled_ - at_ ? Bytes(data_ + at_, n) : refill(n); }
  // What is at hand without reading, at least nothing.
  Bytes here() const noexcept { return {data_ + at_, filled_ - at_}; }
  void consume(std::size_t n) noexcept { at_ += n; }  // of what was peeked

  // Goes on with the byte at `offset`. Not where the file is packed or hashed.
  void seek(std::uint64_t offset);

  const Memory& memory() const noexcept { return memory_; }
  std::uint64_t offset() const noexcept { return base_ + at_; }             // of the next byte; unpacked
  std::uint64_t bytes_read() const noexcept { return file_.bytes_read(); }  // as they lie on disk
  // Hex SHA-256 of the whole file as it lies on disk: reads what is left first. Once.
  std::string sha256() { return file_.sha256(); }
  bool is_packed() const noexcept { return unpacker_ != nullptr; }
  // Why the compressed data ended before their end: "" if they did not.
  std::string fault() const { return unpacker_ ? unpacker_->fault() : std::string(); }

  static constexpr std::size_t kChunkSize = 512 << 10;
  static constexpr std::size_t kLargestRecord = 512 << 10;

 private:
  Bytes refill(std::size_t n);
  void renew(std::shared_ptr<Chunk> chunk);
  void read_more();

  RawFile file_;
  std::unique_ptr<Unpacker> unpacker_;
  bool ended_ = false;
  std::shared_ptr<ChunkPool> pool_;
  Memory memory_;                    // a chunk
  std::uint8_t* data_ = nullptr;     // its kChunkSize octets
  std::size_t at_ = 0, filled_ = 0;  // of them
  std::uint64_t base_ = 0;           // offset of the first
  std::size_t piece_;                // read so much at a time at most
};

}  // namespace kakoi::capture
