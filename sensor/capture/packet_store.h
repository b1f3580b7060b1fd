// A ring of what was seen, as pcapng files in a folder: the newest stay, within a given size.
#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "sensor/capture/capture_info.h"
#include "sensor/capture/pcapng_writer.h"
#include "sensor/decode/packet.h"

namespace kakoi::capture {

class PacketStore {
 public:
  // `most`: bytes of all files together, at least kSmallest. Goes on behind files of an earlier run.
  // Throws CaptureError if the folder can't be written, or another process keeps packets there.
  PacketStore(const std::filesystem::path& folder, std::uint64_t most);

  // `info` is the packet's capture. Throws CaptureError when the disk is full.
  void add(const RawPacket& packet, const CaptureInfo& info);
  void flush();  // what was added is in the file

  static constexpr std::uint64_t kSmallest = 16 << 20;
  static constexpr std::uint64_t kFiles = 16;  // that the ring is cut into

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  void begin_file();
  void drop_oldest();
  void put(Bytes bytes);

  struct Descriptor {
    int number = -1;
    ~Descriptor();
  };
  std::filesystem::path folder_;
  Descriptor lock_;  // on the folder
  std::uint64_t most_, in_file_ = 0, number_ = 0;
  std::unique_ptr<std::FILE, Close> file_;
  std::optional<PcapngWriter> writer_;  // of this file
};

}  // namespace kakoi::capture
