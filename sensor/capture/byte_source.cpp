#include "sensor/capture/byte_source.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

namespace kakoi::capture {

struct ChunkPool : std::enable_shared_from_this<ChunkPool> {
  std::mutex mutex;
  std::vector<std::unique_ptr<Chunk>> free;

  std::shared_ptr<Chunk> take() {
    std::unique_ptr<Chunk> chunk;
    {
      const std::lock_guard lock(mutex);
      if (!free.empty()) {
        chunk = std::move(free.back());
        free.pop_back();
      }
    }
    if (!chunk) chunk = std::make_unique<Chunk>(ByteSource::kChunkSize);
    return {chunk.release(), [pool = shared_from_this()](Chunk* returned) {
              const std::lock_guard lock(pool->mutex);
              pool->free.emplace_back(returned);
            }};
  }
};

struct ByteSource::Hash {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  Hash() { EVP_DigestInit_ex(context, EVP_sha256(), nullptr); }
  ~Hash() { EVP_MD_CTX_free(context); }
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;
};

ByteSource::ByteSource(const std::filesystem::path& path)
    : name_(path == "-" ? "standard input" : path.string()), pool_(std::make_shared<ChunkPool>()), chunk_(pool_->take()), hash_(std::make_unique<Hash>()) {
  fd_ = path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) throw CaptureError(name_ + ": " + std::strerror(errno));
  ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
}
ByteSource::~ByteSource() {
  if (fd_ >= 0) ::close(fd_);
}

void ByteSource::read_more() {
  const ssize_t got = ::read(fd_, chunk_->data() + filled_, chunk_->size() - filled_);
  if (got < 0 && errno == EINTR) return;
  if (got < 0) throw CaptureError(name_ + ": " + std::strerror(errno) + " at byte " + std::to_string(bytes_read()));
  if (got == 0) ended_ = true;
  EVP_DigestUpdate(hash_->context, chunk_->data() + filled_, static_cast<std::size_t>(got));
  filled_ += static_cast<std::size_t>(got);
}

Bytes ByteSource::refill(std::size_t n) {
  n = std::min(n, kLargestRecord);
  if (at_ + n > chunk_->size()) {
    // The rest moves to the head of another chunk: views of this one stay valid while it is held.
    std::shared_ptr<Chunk> next = pool_->take();
    std::memcpy(next->data(), chunk_->data() + at_, filled_ - at_);
    chunk_ = std::move(next);
    base_ += at_;
    filled_ -= at_;
    at_ = 0;
  }
  while (!ended_ && filled_ - at_ < n) read_more();
  return {chunk_->data() + at_, std::min(n, filled_ - at_)};
}

bool ByteSource::skip(std::uint64_t n) {
  while (n > 0) {
    const Bytes here = peek(1);
    if (here.empty()) return false;
    const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(n, filled_ - at_));
    consume(step);
    n -= step;
  }
  return true;
}

std::string ByteSource::sha256() {
  while (!ended_) {
    base_ += filled_;  // nobody looks at these bytes any more
    at_ = filled_ = 0;
    chunk_ = pool_->take();
    read_more();
  }
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  EVP_DigestFinal_ex(hash_->context, digest, &length);
  std::string text;
  for (unsigned i = 0; i < length; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4];
    text += "0123456789abcdef"[digest[i] & 15];
  }
  return text;
}

}  // namespace kakoi::capture
