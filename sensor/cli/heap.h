// The program's heap. Memory comes from mimalloc where the build links it (not under sanitizers).
#pragma once

#include <cstdint>

namespace kakoi::cli {

// From this --max-memory on, in bytes, speed counts more than room.
inline constexpr std::uint64_t kRoomy = std::uint64_t{512} << 20;

// Asks for pages of 2 MiB from here on: tables larger than what the processor can address without a walk are read
// in random order. Such pages are handed out whole, so not where `max_memory`, in bytes, is tight.
void expect_large_tables(std::uint64_t max_memory);

// What one step has freed is kept for the next one of the same kind; the step that follows asks for other sizes. Gives
// what this thread has freed back to the system.
void give_back_free_memory();

}  // namespace kakoi::cli
