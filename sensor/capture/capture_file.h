// One capture file of any format that is read, record by record.
#pragma once

#include <memory>
#include <optional>

#include "sensor/capture/byte_source.h"
#include "sensor/capture/capture_info.h"
#include "sensor/decode/packet.h"

namespace kakoi::capture {

// What a file format does: finds the next packet in the bytes.
class Format {
 public:
  virtual ~Format() = default;
  // Fills everything of `packet` but its capture index and number. False at the end; a file that is
  // cut short ends there too, with info.error telling where. Damage is passed over where the format
  // allows to find the next packet, and noted in info.damage.
  virtual bool next(ByteSource& source, CaptureInfo& info, RawPacket& packet) = 0;
};

// pcap (µs, ns, both byte orders; the "modified" variant with longer record headers).
// Null if the bytes at hand are not that format.
std::unique_ptr<Format> open_pcap(ByteSource& source, CaptureInfo& info);
// pcapng (draft-ietf-opsawg-pcapng): several sections and interfaces.
std::unique_ptr<Format> open_pcapng(ByteSource& source, CaptureInfo& info);
// Snoop (RFC 1761).
std::unique_ptr<Format> open_snoop(ByteSource& source, CaptureInfo& info);

class CaptureFile {
 public:
  // Throws CaptureError with one line that names the file and what to do.
  explicit CaptureFile(const std::filesystem::path& path, Hashing hashing = Hashing::yes);

  // The next packet, or null at the end. Its data stays valid while memory() of this moment is held.
  const RawPacket* peek();
  void pop() noexcept { ready_ = false; }  // what peek() showed is done with

  const Memory& memory() const noexcept { return source_.memory(); }
  std::uint64_t bytes_read() const noexcept { return source_.bytes_read(); }
  void set_index(std::uint32_t index) noexcept {
    index_ = index;
    packet_.ref.capture = index;
  }
  CaptureInfo& info() noexcept { return info_; }
  // Hashes to the end and returns what is known of the file. Not with Hashing::no.
  CaptureInfo finish();

 private:
  ByteSource source_;
  CaptureInfo info_;
  std::unique_ptr<Format> format_;
  RawPacket packet_;
  std::uint32_t index_ = 0;
  std::uint32_t link_type_ = 0;  // of the last packet
  bool ready_ = false;
};

}  // namespace kakoi::capture
