// Table `packet` in memory: nearly every row of every report cites a packet or two, and a statement for each would
// take most of the time of a report. 32 bytes a packet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/inventory/database.h"

namespace kakoi {

// The order of captures wherever they are listed, so that positions agree.
inline constexpr std::string_view kCaptureOrder = "order by first_ts, source, capture_id";

class Packets {
 public:
  struct Packet {
    std::int64_t id, number, ts;
    std::uint32_t capture;  // index into captures()
  };
  struct Capture {
    std::string id, source;
    bool is_listed;  // false: packets name it, but table `capture` does not hold it
  };

  explicit Packets(Database& db);
  const Packet* find(std::int64_t id) const noexcept;  // nullptr if there is none
  const Capture& capture(const Packet& packet) const { return captures_[packet.capture]; }

 private:
  std::size_t bucket(std::int64_t id) const noexcept { return static_cast<std::uint64_t>(id) >> shift_; }

  std::vector<Capture> captures_;  // the listed ones first, in kCaptureOrder
  std::vector<Packet> packets_;    // by id as an unsigned number
  // Ids are evenly spread over 63 bits, so their upper bits say nearly where they stand: packets of bucket b are
  // packets_[starts_[b]] up to packets_[starts_[b + 1]].
  std::vector<std::uint32_t> starts_;
  unsigned shift_ = 0;
};

}  // namespace kakoi
