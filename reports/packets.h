// The packets that rows cite. Nearly every row of every report names a packet or two by id; the id tells capture and
// number (sensor/inventory/ids.h), so table `packet` is asked only for the ids of other makers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/inventory/database.h"
#include "sensor/inventory/ids.h"

namespace kakoi {

// The order of captures wherever they are listed, so that positions agree.
inline constexpr std::string_view kCaptureOrder = "order by first_ts, source, capture_id";

class Packets {
 public:
  struct Packet {
    std::uint32_t capture;  // index into captures()
    std::uint64_t number;
  };
  struct Capture {
    std::string id, source;
    PacketNumbers numbers;
  };

  explicit Packets(Database& db);
  std::optional<Packet> find(std::int64_t id);        // nothing if there is none, or its capture is not listed
  std::optional<std::int64_t> time(std::int64_t id);  // nanoseconds since the epoch
  const std::vector<Capture>& captures() const noexcept { return captures_; }

 private:
  std::vector<Capture> captures_;
  Statement look_up_;
};

}  // namespace kakoi
