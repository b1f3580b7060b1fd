#include "reports/time_text.h"

#include <algorithm>
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
  TimeText(zone).append(text, nanoseconds);
  return text;
}

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400;
constexpr std::size_t kDateSize = 11, kTimeSize = 19;  // "2024-05-01T", "2024-05-01T09:00:00"

void put(char* at, std::uint64_t value, int width) {
  for (int i = width; i-- > 0; value /= 10) at[i] = static_cast<char>('0' + value % 10);
}

}  // namespace

TimeText::TimeText(TimeZone zone) : zone_(zone) {
  if (zone.minutes == 0) {
    zone_text_[0] = 'Z';
    zone_size_ = 1;
  } else {
    const auto distance = static_cast<std::uint64_t>(zone.minutes < 0 ? -zone.minutes : zone.minutes);
    zone_text_ = {zone.minutes < 0 ? '-' : '+', 0, 0, ':', 0, 0};
    put(&zone_text_[1], distance / 60, 2);
    put(&zone_text_[4], distance % 60, 2);
    zone_size_ = 6;
  }
  day_ = kDay;  // so that the first second is of another day
  start(0);
}

void TimeText::start(std::int64_t second) {
  using namespace std::chrono;
  second_ = second;
  const std::int64_t local = second + zone_.minutes * 60;
  if (local < day_ || local - day_ >= kDay) {
    const sys_days day = floor<days>(sys_seconds{seconds{local}});
    day_ = seconds{day.time_since_epoch()}.count();
    const year_month_day date{day};
    text_ = {0, 0, 0, 0, '-', 0, 0, '-', 0, 0, 'T', 0, 0, ':', 0, 0, ':', 0, 0};
    put(&text_[0], static_cast<std::uint64_t>(static_cast<int>(date.year())),
        4);  // 1677 to 2262: all that 64 bits hold
    put(&text_[5], static_cast<unsigned>(date.month()), 2);
    put(&text_[8], static_cast<unsigned>(date.day()), 2);
  }
  const auto of_day = static_cast<std::uint64_t>(local - day_);
  put(&text_[kDateSize], of_day / 3600, 2);
  put(&text_[kDateSize + 3], of_day / 60 % 60, 2);
  put(&text_[kDateSize + 6], of_day % 60, 2);
}

void TimeText::append(std::string& out, std::int64_t nanoseconds) {
  std::int64_t second = nanoseconds / kSecond, fraction = nanoseconds % kSecond;
  if (fraction < 0) {
    fraction += kSecond;
    --second;
  }
  if (second != second_) start(second);
  std::array<char, kTimeSize + 1 + 9 + 6> text;
  std::copy_n(text_.data(), kTimeSize, text.data());
  char* at = text.data() + kTimeSize;
  if (fraction != 0) {
    *at = '.';
    put(at + 1, static_cast<std::uint64_t>(fraction), 9);
    at += 10;
  }
  std::copy_n(zone_text_.data(), zone_size_, at);
  out.append(text.data(), at + zone_size_);
}

}  // namespace kakoi
