// Packets as pcapng (draft-ietf-opsawg-pcapng): one section, nanosecond stamps, an interface for each
// capture and link type that packets come from, comments where there are any.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/capture/capture_info.h"
#include "sensor/decode/packet.h"

namespace kakoi::capture {

// Begins the comment on the section of captures that kakoi cut out of others. Among captures to be read they
// would count packets twice.
inline constexpr std::string_view kSliceMark = "Packets cited by findings of kakoi";

class PcapngWriter {
 public:
  using Put = std::function<void(Bytes)>;  // takes one block
  struct About {                           // the section: who wrote it, and what it is
    std::string application, comment;
  };

  // Puts the section's header.
  explicit PcapngWriter(Put put, const About& about = {});

  // `info` is the packet's capture: its name becomes the interface's. Comments: UTF-8.
  void add(const RawPacket& packet, const CaptureInfo& info, std::span<const std::string> comments = {});

  static constexpr std::size_t kMostComment = 2000;  // octets of a comment; what is longer is cut

 private:
  std::uint32_t interface_of(const RawPacket& packet, const CaptureInfo& info);

  Put put_;
  struct Described {
    std::uint32_t capture, link_type, fcs_length;
    bool operator==(const Described&) const = default;
  };
  std::vector<Described> described_;
};

}  // namespace kakoi::capture
