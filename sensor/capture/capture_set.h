// Several captures as one stream of packets in time order.
//
// Files are ordered by the time of their first packet (then by name), whatever the order in which
// they were given; files that overlap in time (a tap's two directions) are merged packet by packet.
// The same content given twice counts once, packed or not.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "sensor/capture/capture_file.h"

namespace kakoi::capture {

class CaptureSet {
 public:
  // Opens each file for its first packet. Files that can't be read become problems(), and captures without a packet.
  explicit CaptureSet(const std::vector<std::filesystem::path>& files);

  // The next packet, or null when all are read. Valid while memory() of this moment is held.
  const RawPacket* next();
  const Memory& memory() const noexcept { return current_->memory(); }
  CaptureInfo& info() noexcept { return current_->info(); }  // of the packet's capture

  // No more packets of files than those that were read ahead; pipes are read to their end, for what they bring comes once.
  // What is left out stands in the captures' errors.
  void stop() noexcept { stopped_ = true; }

  // After the last packet: what is known of each capture, by PacketRef::capture; behind them those that can't be read.
  std::vector<CaptureInfo> finish();

  std::uint64_t bytes_total() const noexcept { return bytes_total_; }  // of files whose size is known
  std::uint64_t bytes_read() const noexcept;
  const std::vector<std::string>& problems() const noexcept { return problems_; }
  std::size_t size() const noexcept { return entries_.size(); }
  const std::filesystem::path& path(std::size_t capture) const { return entries_.at(capture).path; }  // by index
  // Of a capture that was read, for who reads some of its packets again.
  std::span<const Landmark> landmarks(std::size_t capture) const { return entries_.at(capture).landmarks; }

  // So many files are read at a time at most; further ones wait even if they overlap.
  static constexpr std::size_t kMostOpen = 32;
  // Of all captures together, one more for each.
  static constexpr std::uint64_t kMostLandmarks = 1 << 16;

 private:
  struct Entry {
    std::filesystem::path path;
    std::int64_t first_ts;
    std::uint64_t size;
    std::unique_ptr<CaptureFile> file;  // while it is read
    CaptureInfo info;                   // afterwards
    std::vector<Landmark> landmarks{};  // the same
    bool is_packed = false;
  };
  CaptureFile* open(std::uint32_t index);
  void close(std::uint32_t index);
  bool is_over(std::uint32_t index) const noexcept;
  void sort();
  void drop_copies();

  std::vector<Entry> entries_;
  std::uint32_t unopened_ = 0;       // entries from here on wait
  std::vector<std::uint32_t> open_;  // indices of those being read
  CaptureFile* current_ = nullptr;
  std::uint32_t current_index_ = 0;
  std::int64_t hand_over_ = 0;  // another capture's packet comes before one of this time
  bool popped_ = true;
  bool stopped_ = false;
  std::uint64_t bytes_total_ = 0, bytes_done_ = 0;
  std::vector<std::string> problems_;
  std::vector<CaptureInfo> refused_;
};

}  // namespace kakoi::capture
