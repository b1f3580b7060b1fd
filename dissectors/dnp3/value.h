// Commanded values as people read them. Only for commands: nothing here is used on what is polled.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

// A text held in place. What does not fit is cut, and ends in "…".
class Text {
 public:
  static constexpr std::size_t kMostOctets = 92;

  Text& add(std::string_view text) noexcept;
  Text& add(std::uint64_t number) noexcept;
  Text& add(std::int64_t number) noexcept;
  Text& add(double number) noexcept;
  Text& add_single(float number) noexcept;
  // Milliseconds since 1970: "2026-11-21T11:18:00.123Z".
  Text& add_time(std::uint64_t milliseconds) noexcept;
  void clear() noexcept { size_ = 0; }

  bool empty() const noexcept { return size_ == 0; }
  std::string_view view() const noexcept { return {characters_.data(), size_}; }

 private:
  std::array<char, kMostOctets> characters_;
  std::uint8_t size_ = 0;
};

// "close, pulse on, 2 x 100 ms on, 200 ms off", of the eleven octets of a control relay output block
// or pattern control block.
void add_relay_output(Text& text, Bytes object) noexcept;

// The first values of `header`, as many as are worth reading, blanks between: states, numbers or times.
// `objects` are some of its objects. Nothing for types whose values say nothing by themselves.
void add_values(Text& text, const ObjectHeader& header, Bytes objects, std::uint64_t count) noexcept;

}  // namespace kakoi::dnp3
