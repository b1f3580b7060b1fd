// How much may be held in memory: of conversations that go on, and of rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace kakoi::pipeline {

// Of one shard. Counted in entries, not measured, so that the same input gives the same output on every machine.
struct Limits {
  std::size_t flows, row_bytes;
  std::size_t waiting_bytes;  // of TCP: what waits for missing bytes, in all flows

  // Whether conversations end before what they told is assessed, or go on, while a copy of it is.
  enum class Use { whole, snapshots };
  // `bytes`: of the whole program, its fixed needs (buffers of captures, the database's pages) among them.
  static Limits of(std::uint64_t bytes, std::size_t shards, Use use) {
    constexpr std::uint64_t kFixed = std::uint64_t{40} << 20;
    // A quarter above what is fixed: of kLeast, that is left when the kernel's buffers are taken off.
    std::uint64_t free = (std::max(bytes, kFixed + kFixed / 4) - kFixed) / shards;
    if (use == Use::snapshots) free = free * 4 / 5;
    // Assessment and reports take two to three times as much again as the rows.
    return {static_cast<std::size_t>(free * 2 / 5 / kFlowBytes), static_cast<std::size_t>(free / 6),
            static_cast<std::size_t>(free / 10)};
  }
  // Of all IP fragments that wait for others.
  static std::size_t fragment_bytes(std::uint64_t bytes) {
    return static_cast<std::size_t>(std::max(bytes, kLeast) / 64);
  }

  // Rows of a table of tunnels' ends.
  static std::size_t tunnelled_rows(std::uint64_t bytes) {
    constexpr std::uint64_t kRow = 256;  // with its node
    return static_cast<std::size_t>(std::max(bytes, kLeast) / 256 / kRow);
  }

  static constexpr std::uint64_t kLeast = std::uint64_t{64} << 20, kUsual = std::uint64_t{1} << 30;
  static constexpr std::size_t kFlowBytes =
      2048;  // an entry, its session and dissector, and what these hold on average
};

}  // namespace kakoi::pipeline
