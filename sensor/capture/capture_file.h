// One capture file of any format that is read, record by record.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

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
  // What the next packet depends on besides the bytes from here on, as a number. Nothing where no number tells it.
  virtual std::optional<std::uint64_t> state() const = 0;
  // Becomes what state() told; false if this reader lacks what the other had read before.
  virtual bool resume(std::uint64_t state) = 0;
};

// Where reading may begin anew, so that who looks for a packet need not read all that lie before it.
struct Landmark {
  std::uint64_t offset;   // of what follows
  std::uint64_t state;    // of the format
  std::uint64_t packets;  // before it
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
  bool is_ready() const noexcept { return ready_; }  // peek() has read a packet, and it was not popped
  void pop() noexcept { ready_ = false; }            // what peek() showed is done with

  // Goes to the last of these landmarks of the same file that lies before packet `number` (from 1), unless it was
  // passed already, or more than the landmark tells must be known there. Only with Hashing::no.
  void skip_towards(std::uint64_t number, std::span<const Landmark> landmarks);

  // Collects landmarks from now on, one in so many octets; none in a file that is packed.
  void mark_every(std::uint64_t octets) noexcept;
  std::vector<Landmark> landmarks() && { return std::move(landmarks_); }

  const Memory& memory() const noexcept { return source_.memory(); }
  std::uint64_t bytes_read() const noexcept { return source_.bytes_read(); }
  bool is_packed() const noexcept { return source_.is_packed(); }
  void set_index(std::uint32_t index) noexcept {
    index_ = index;
    packet_.ref.set_capture(index);
  }
  CaptureInfo& info() noexcept { return info_; }
  // Hashes to the end and returns what is known of the file. Not with Hashing::no.
  CaptureInfo finish();

 private:
  void mark();

  ByteSource source_;
  CaptureInfo info_;
  std::unique_ptr<Format> format_;
  RawPacket packet_;
  std::uint32_t index_ = 0;
  std::uint32_t link_type_ = 0;  // of the last packet
  bool ready_ = false;
  std::uint64_t mark_at_ = ~std::uint64_t{0}, mark_every_ = 0;  // octets
  std::vector<Landmark> landmarks_;
};

}  // namespace kakoi::capture
