#include "reports/time_text.h"

#include <array>
#include <chrono>
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
  std::string text;
  append_iso8601(text, nanoseconds, zone);
  return text;
}

void append_iso8601(std::string& out, std::int64_t nanoseconds, TimeZone zone) {
  using namespace std::chrono;
  // divided by hand: at the ends of the range chrono's floor() overflows on its way
  constexpr std::int64_t kSecond = 1'000'000'000;
  const std::int64_t fraction = (nanoseconds % kSecond + kSecond) % kSecond;
  const sys_seconds whole{seconds{nanoseconds / kSecond - (nanoseconds % kSecond < 0 ? 1 : 0)}};
  const auto local = whole + minutes{zone.minutes};
  const auto day = floor<days>(local);
  const year_month_day date{day};
  const auto second = static_cast<std::uint64_t>((local - day).count());
  std::array<char, 40> text;
  char* at = text.data();
  const auto put = [&](std::uint64_t value, int width) {
    for (int i = width; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
    at += width;
  };
  put(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);  // 1677 to 2262 is all that 64 bits hold
  *at++ = '-';
  put(static_cast<unsigned>(date.month()), 2);
  *at++ = '-';
  put(static_cast<unsigned>(date.day()), 2);
  *at++ = 'T';
  put(second / 3600, 2);
  *at++ = ':';
  put(second / 60 % 60, 2);
  *at++ = ':';
  put(second % 60, 2);
  if (fraction != 0) {
    *at++ = '.';
    put(static_cast<std::uint64_t>(fraction), 9);
  }
  if (zone.minutes == 0) {
    *at++ = 'Z';
  } else {
    const auto distance = static_cast<std::uint64_t>(zone.minutes < 0 ? -zone.minutes : zone.minutes);
    *at++ = zone.minutes < 0 ? '-' : '+';
    put(distance / 60, 2);
    *at++ = ':';
    put(distance % 60, 2);
  }
  out.append(text.data(), at);
}

}  // namespace kakoi
