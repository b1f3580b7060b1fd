// Memory that packets lie in while somebody holds it, and that is used again afterwards. On any thread.
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "sensor/capture/byte_source.h"

namespace kakoi::capture {

struct ChunkPool : std::enable_shared_from_this<ChunkPool> {
  std::mutex mutex;
  std::vector<std::unique_ptr<Chunk>> free;

  // ByteSource::kChunkSize octets; what they held before is still there.
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

}  // namespace kakoi::capture
