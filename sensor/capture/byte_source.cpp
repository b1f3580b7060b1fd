#include "sensor/capture/byte_source.h"

#include <algorithm>
#include <cstring>

#include "sensor/capture/chunk_pool.h"

namespace kakoi::capture {

ByteSource::ByteSource(const std::filesystem::path& path, Hashing hashing)
    : file_(path, hashing),
      pool_(std::make_shared<ChunkPool>()),
      // a file that is not hashed is not read to its end either: for its first packet, or for some of them
      piece_(hashing == Hashing::yes ? kChunkSize : 64 << 10) {
  renew(pool_->take());
  const Bytes head = peek(kPackingMagic);
  if (packing_of(head) == Packing::none) return;
  unpacker_ = std::make_unique<Unpacker>(file_, Bytes(data_, filled_));
  filled_ = 0;
  ended_ = false;
}
ByteSource::~ByteSource() = default;

void ByteSource::renew(std::shared_ptr<Chunk> chunk) {
  data_ = chunk->data();
  memory_ = std::move(chunk);
}

void ByteSource::read_more() {
  std::uint8_t* to = data_ + filled_;
  const std::size_t room = std::min(kChunkSize - filled_, piece_);
  const std::size_t got = unpacker_ ? unpacker_->read(to, room) : file_.read(to, room);
  if (got == 0) ended_ = true;
  filled_ += got;
}

Bytes ByteSource::refill(std::size_t n) {
  n = std::min(n, kLargestRecord);
  if (at_ + n > kChunkSize) {
    // The rest moves to the head of another chunk: views of this one stay valid while it is held.
    std::shared_ptr<Chunk> next = pool_->take();
    std::memcpy(next->data(), data_ + at_, filled_ - at_);
    renew(std::move(next));
    base_ += at_;
    filled_ -= at_;
    at_ = 0;
  }
  while (!ended_ && filled_ - at_ < n) read_more();
  return {data_ + at_, std::min(n, filled_ - at_)};
}

void ByteSource::seek(std::uint64_t offset) {
  if (offset >= base_ && offset <= base_ + filled_) {
    at_ = static_cast<std::size_t>(offset - base_);
    return;
  }
  file_.seek(offset);
  renew(pool_->take());
  base_ = offset;
  at_ = filled_ = 0;
  ended_ = false;
}

}  // namespace kakoi::capture
