#include "reports/time_text.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <utility>

namespace kakoi {

namespace {

constexpr std::array<std::pair<std::string_view, std::int32_t>, 18> kFixedZones{{
    {"Asia/Bangkok", 420},
    {"Asia/Brunei", 480},
    {"Asia/Dubai", 240},
    {"Asia/Ho_Chi_Minh", 420},
    {"Asia/Hong_Kong", 480},
    {"Asia/Jakarta", 420},
    {"Asia/Kolkata", 330},
    {"Asia/Kuala_Lumpur", 480},
    {"Asia/Manila", 480},
    {"Asia/Riyadh", 180},
    {"Asia/Seoul", 540},
    {"Asia/Shanghai", 480},
    {"Asia/Singapore", 480},
    {"Asia/Taipei", 480},
    {"Asia/Tokyo", 540},
    {"Asia/Yangon", 390},
    {"JST", 540},
    {"Japan", 540},
}};

constexpr std::int32_t kLargestOffset = 14 * 60;  // ISO 8601 sets no bound; no zone in use lies beyond +14:00

}  // namespace

TimeZone time_zone(std::string_view name) noexcept {
  for (const auto& [zone, minutes] : kFixedZones) {
    if (zone == name) return {minutes};
  }
  if (name.empty() || (name[0] != '+' && name[0] != '-')) return {};
  std::int32_t digits = 0, count = 0;
  for (const char c : name.substr(1)) {
    if (c == ':' && count == 2) continue;
    if (c < '0' || c > '9' || ++count > 4) return {};
    digits = digits * 10 + (c - '0');
  }
  if (count == 2) digits *= 100;
  if ((count != 2 && count != 4) || digits % 100 > 59) return {};
  const std::int32_t minutes = digits / 100 * 60 + digits % 100;
  if (minutes > kLargestOffset) return {};
  return {name[0] == '-' ? -minutes : minutes};
}

std::string iso8601(std::int64_t nanoseconds, TimeZone zone) {
  using namespace std::chrono;
  // divided by hand: at the ends of the range chrono's floor() overflows on its way
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t fraction = (nanoseconds % kSecond + kSecond) % kSecond;
  const sys_seconds whole{seconds{nanoseconds / kSecond - (nanoseconds % kSecond < 0 ? 1 : 0)}};
  const auto local = whole + minutes{zone.minutes};
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const hh_mm_ss clock{local - day};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  std::string result(text.data());
  if (fraction != 0) {
    std::snprintf(text.data(), text.size(), ".%09d", static_cast<int>(fraction));
    result += text.data();
  }
  if (zone.minutes == 0) return result + "Z";
  const std::int32_t distance = zone.minutes < 0 ? -zone.minutes : zone.minutes;
  std::snprintf(text.data(), text.size(), "%c%02d:%02d", zone.minutes < 0 ? '-' : '+', distance / 60, distance % 60);
  return result + text.data();
}

}  // namespace kakoi
