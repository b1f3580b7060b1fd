#include "dissectors/dnp3/value.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <iterator>

namespace kakoi::dnp3 {

namespace {

constexpr std::string_view kEllipsis = "…";
constexpr std::uint64_t kMostValues = 8;

// Operation type, bits 0 to 3 of the control code.
constexpr std::string_view kOperations[] = {"nul", "pulse on", "pulse off", "latch on", "latch off"};

enum class Kind : std::uint8_t { none, bit, signed_number, number, single, real, time };

Kind kind_of(const ObjectHeader& header) noexcept {
  switch (header.group) {
    case 10:
    case 80:
      return header.variation == 1 ? Kind::bit : Kind::none;
    case 34:
      return header.variation == 3 ? Kind::single : Kind::number;
    case 41:
      return header.variation <= 2 ? Kind::signed_number : header.variation == 3 ? Kind::single : Kind::real;
    case 50:
      return Kind::time;
    case 102:
      return Kind::number;
    default:
      return Kind::none;
  }
}

void add_number(Text& text, Kind kind, const ObjectHeader& header, ByteReader r) noexcept {
  const std::size_t size = header.type->size;
  switch (kind) {
    case Kind::single:
      text.add_single(std::bit_cast<float>(r.le32()));
      break;
    case Kind::real:
      text.add(std::bit_cast<double>(r.le64()));
      break;
    case Kind::signed_number:  // a status octet follows
      text.add(size == 3 ? std::int64_t{static_cast<std::int16_t>(r.le16())}
                         : std::int64_t{static_cast<std::int32_t>(r.le32())});
      break;
    case Kind::number:
      text.add(std::uint64_t{size == 1 ? r.u8() : size == 2 ? r.le16() : r.le32()});
      break;
    case Kind::time: {
      const std::uint64_t low = r.le32();
      text.add_time(low | std::uint64_t{r.le16()} << 32);
      if (header.variation == 2) text.add(", every ").add(std::uint64_t{r.le32()}).add(" ms");
      break;
    }
    default:
      break;
  }
}

}  // namespace

Text& Text::add(std::string_view text) noexcept {
  if (size_ + text.size() <= kMostOctets) {
    std::copy(text.begin(), text.end(), characters_.begin() + size_);
    size_ = static_cast<std::uint8_t>(size_ + text.size());
    return *this;
  }
  if (view().ends_with(kEllipsis)) return *this;
  const std::size_t room = kMostOctets - kEllipsis.size();
  if (size_ < room) {
    const std::string_view part = text.substr(0, room - size_);
    std::copy(part.begin(), part.end(), characters_.begin() + size_);
  }
  std::copy(kEllipsis.begin(), kEllipsis.end(), characters_.begin() + room);
  size_ = kMostOctets;
  return *this;
}

Text& Text::add(std::uint64_t number) noexcept {
  char digits[20];
  return add(std::string_view(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr));
}
Text& Text::add(std::int64_t number) noexcept {
  char digits[20];
  return add(std::string_view(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr));
}
Text& Text::add(double number) noexcept {
  char digits[32];  // the shortest that reads back as the same number
  return add(std::string_view(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr));
}
Text& Text::add_single(float number) noexcept {
  char digits[32];
  return add(std::string_view(digits, std::to_chars(std::begin(digits), std::end(digits), number).ptr));
}

Text& Text::add_time(std::uint64_t milliseconds) noexcept {
  using namespace std::chrono;
  constexpr std::uint64_t kDay = 86'400'000;
  const std::uint64_t in_day = milliseconds % kDay;
  // 48 bits of milliseconds end in the year 10889.
  const year_month_day date{sys_days{days{static_cast<int>(milliseconds / kDay)}}};
  char text[40];
  const int size = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02u:%02u:%02u.%03uZ", int{date.year()},
                                 unsigned{date.month()}, unsigned{date.day()},
                                 static_cast<unsigned>(in_day / 3'600'000), static_cast<unsigned>(in_day / 60'000 % 60),
                                 static_cast<unsigned>(in_day / 1000 % 60), static_cast<unsigned>(in_day % 1000));
  return add(std::string_view(text, static_cast<std::size_t>(std::max(size, 0))));
}

void add_relay_output(Text& text, Bytes object) noexcept {
  ByteReader r(object);
  const std::uint8_t code = r.u8();
  const std::uint8_t count = r.u8();
  const std::uint64_t on = r.le32();
  const std::uint64_t off = r.le32();
  if (!r.ok()) return;
  switch (code >> 6) {  // trip-close code
    case 1:
      text.add("close, ");
      break;
    case 2:
      text.add("trip, ");
      break;
    case 3:
      text.add("reserved trip-close code, ");
      break;
    default:
      break;
  }
  const unsigned operation = code & 0x0F;
  text.add(operation < std::size(kOperations) ? kOperations[operation] : "reserved operation");
  if ((code & 0x20) != 0) text.add(", clear");
  if ((code & 0x10) != 0) text.add(", queue");  // of older editions
  text.add(", ").add(std::uint64_t{count}).add(" x ").add(on).add(" ms on, ").add(off).add(" ms off");
}

void add_values(Text& text, const ObjectHeader& header, Bytes objects, std::uint64_t count) noexcept {
  const Kind kind = kind_of(header);
  if (header.type == nullptr || kind == Kind::none || objects.empty()) return;
  const std::size_t size = header.type->size;
  for (std::uint64_t i = 0; i < std::min(count, kMostValues); ++i) {
    if (i != 0) text.add(" ");
    if (kind == Kind::bit) {
      if (i / 8 >= objects.size()) return;
      text.add((objects[i / 8] >> i % 8 & 1) != 0 ? "on" : "off");
    } else {
      if ((i + 1) * size > objects.size()) return;
      add_number(text, kind, header, ByteReader(objects.subspan(i * size, size)));
    }
  }
  if (count > kMostValues) text.add(" ").add(kEllipsis);
}

}  // namespace kakoi::dnp3
