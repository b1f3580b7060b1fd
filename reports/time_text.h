// Times of the database as people and engines read them: ISO 8601 in the site's time zone.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kakoi {

struct TimeZone {
  std::int32_t minutes = 0;  // east of UTC
};

// "+09:00", "-0330", "UTC", "Z", or the name of a zone that keeps one offset all year ("Asia/Tokyo").
// Anything else is UTC: a zone with summer time would make the output depend on the machine's tables.
TimeZone time_zone(std::string_view name) noexcept;

// "2024-05-01T09:00:00+09:00"; UTC is written "Z". Fractions appear where they are not zero, in nanoseconds.
std::string iso8601(std::int64_t nanoseconds, TimeZone zone);

// The same for many times: what one has in common with the time before is not worked out again.
class TimeText {
 public:
  explicit TimeText(TimeZone zone);
  void append(std::string& out, std::int64_t nanoseconds);

 private:
  void start(std::int64_t second);

  TimeZone zone_;
  std::array<char, 20> text_{};  // "2024-05-01T09:00:00" of second_
  std::int64_t second_ = 0;      // since 1970
  std::int64_t day_ = 0;         // the second that the day of text_ began with
  std::array<char, 8> zone_text_{};
  std::size_t zone_size_ = 0;
};

}  // namespace kakoi
