// Offsets of time zones that keep one offset all year; see utc_offset().
#include <array>
#include <utility>

#include "rules/policy/policy.h"

namespace kakoi {

namespace {
using namespace std::string_view_literals;

constexpr std::array<std::pair<std::string_view, int>, 22> kZones = {{
    // minutes east of UTC
    {"UTC"sv, 0},
    {"Etc/UTC"sv, 0},
    {"Z"sv, 0},
    {"JST"sv, 540},
    {"Asia/Tokyo"sv, 540},
    {"Asia/Seoul"sv, 540},
    {"Asia/Shanghai"sv, 480},
    {"Asia/Taipei"sv, 480},
    {"Asia/Hong_Kong"sv, 480},
    {"Asia/Manila"sv, 480},
    {"Asia/Singapore"sv, 480},
    {"Asia/Kuala_Lumpur"sv, 480},
    {"Asia/Bangkok"sv, 420},
    {"Asia/Jakarta"sv, 420},
    {"Asia/Ho_Chi_Minh"sv, 420},
    {"Asia/Dhaka"sv, 360},
    {"Asia/Kolkata"sv, 330},
    {"Asia/Dubai"sv, 240},
    {"Asia/Riyadh"sv, 180},
    {"Africa/Nairobi"sv, 180},
    {"Africa/Johannesburg"sv, 120},
    {"Australia/Brisbane"sv, 600},
}};
}  // namespace

std::optional<int> utc_offset(std::string_view timezone) {
  for (const auto& [name, minutes] : kZones)
    if (name == timezone) return minutes * 60;
  const auto digit = [&](std::size_t i) { return timezone[i] >= '0' && timezone[i] <= '9'; };
  if (timezone.size() != 6 || (timezone[0] != '+' && timezone[0] != '-') || timezone[3] != ':' || !digit(1) ||
      !digit(2) || !digit(4) || !digit(5))
    return std::nullopt;
  const int hours = (timezone[1] - '0') * 10 + timezone[2] - '0',
            minutes = (timezone[4] - '0') * 10 + timezone[5] - '0';
  if (hours > 14 || minutes > 59) return std::nullopt;
  return (timezone[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

}  // namespace kakoi
