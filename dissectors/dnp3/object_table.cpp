// Objects of IEEE 1815-2012 Annex A, those of older editions included: group, variation, layout, size.
// Sizes count flags, value and time, without prefix.
#include <array>
#include <iterator>

#include "dissectors/dnp3/objects.h"

namespace kakoi::dnp3 {

namespace {

constexpr Layout fixed = Layout::fixed;
constexpr Layout bits = Layout::bits;
constexpr Layout double_bits = Layout::double_bits;
constexpr Layout none = Layout::none;
constexpr Layout prefixed = Layout::prefixed;

// Sorted by group and variation.
constexpr ObjectType kTypes[] = {
    {1, 1, bits, 0, "Binary Input, packed"},
    {1, 2, fixed, 1, "Binary Input, with flags"},
    {2, 1, fixed, 1, "Binary Input Event"},
    {2, 2, fixed, 7, "Binary Input Event, with absolute time"},
    {2, 3, fixed, 3, "Binary Input Event, with relative time"},
    {3, 1, double_bits, 0, "Double-bit Binary Input, packed"},
    {3, 2, fixed, 1, "Double-bit Binary Input, with flags"},
    {4, 1, fixed, 1, "Double-bit Binary Input Event"},
    {4, 2, fixed, 7, "Double-bit Binary Input Event, with absolute time"},
    {4, 3, fixed, 3, "Double-bit Binary Input Event, with relative time"},

    {10, 1, bits, 0, "Binary Output, packed"},
    {10, 2, fixed, 1, "Binary Output, status with flags"},
    {11, 1, fixed, 1, "Binary Output Event, status"},
    {11, 2, fixed, 7, "Binary Output Event, status with time"},
    {12, 1, fixed, 11, "Binary Output Command, control relay output block"},
    {12, 2, fixed, 11, "Binary Output Command, pattern control block"},
    {12, 3, bits, 0, "Binary Output Command, pattern mask"},
    {13, 1, fixed, 1, "Binary Output Command Event, command status"},
    {13, 2, fixed, 7, "Binary Output Command Event, command status with time"},

    {20, 1, fixed, 5, "Counter, 32-bit with flag"},
    {20, 2, fixed, 3, "Counter, 16-bit with flag"},
    {20, 3, fixed, 5, "Counter, 32-bit delta with flag"},
    {20, 4, fixed, 3, "Counter, 16-bit delta with flag"},
    {20, 5, fixed, 4, "Counter, 32-bit"},
    {20, 6, fixed, 2, "Counter, 16-bit"},
    {20, 7, fixed, 4, "Counter, 32-bit delta"},
    {20, 8, fixed, 2, "Counter, 16-bit delta"},
    {21, 1, fixed, 5, "Frozen Counter, 32-bit with flag"},
    {21, 2, fixed, 3, "Frozen Counter, 16-bit with flag"},
    {21, 3, fixed, 5, "Frozen Counter, 32-bit delta with flag"},
    {21, 4, fixed, 3, "Frozen Counter, 16-bit delta with flag"},
    {21, 5, fixed, 11, "Frozen Counter, 32-bit with flag and time"},
    {21, 6, fixed, 9, "Frozen Counter, 16-bit with flag and time"},
    {21, 7, fixed, 11, "Frozen Counter, 32-bit delta with flag and time"},
    {21, 8, fixed, 9, "Frozen Counter, 16-bit delta with flag and time"},
    {21, 9, fixed, 4, "Frozen Counter, 32-bit"},
    {21, 10, fixed, 2, "Frozen Counter, 16-bit"},
    {21, 11, fixed, 4, "Frozen Counter, 32-bit delta"},
    {21, 12, fixed, 2, "Frozen Counter, 16-bit delta"},
    {22, 1, fixed, 5, "Counter Event, 32-bit with flag"},
    {22, 2, fixed, 3, "Counter Event, 16-bit with flag"},
    {22, 3, fixed, 5, "Counter Event, 32-bit delta with flag"},
    {22, 4, fixed, 3, "Counter Event, 16-bit delta with flag"},
    {22, 5, fixed, 11, "Counter Event, 32-bit with flag and time"},
    {22, 6, fixed, 9, "Counter Event, 16-bit with flag and time"},
    {22, 7, fixed, 11, "Counter Event, 32-bit delta with flag and time"},
    {22, 8, fixed, 9, "Counter Event, 16-bit delta with flag and time"},
    {23, 1, fixed, 5, "Frozen Counter Event, 32-bit with flag"},
    {23, 2, fixed, 3, "Frozen Counter Event, 16-bit with flag"},
    {23, 3, fixed, 5, "Frozen Counter Event, 32-bit delta with flag"},
    {23, 4, fixed, 3, "Frozen Counter Event, 16-bit delta with flag"},
    {23, 5, fixed, 11, "Frozen Counter Event, 32-bit with flag and time"},
    {23, 6, fixed, 9, "Frozen Counter Event, 16-bit with flag and time"},
    {23, 7, fixed, 11, "Frozen Counter Event, 32-bit delta with flag and time"},
    {23, 8, fixed, 9, "Frozen Counter Event, 16-bit delta with flag and time"},

    {30, 1, fixed, 5, "Analog Input, 32-bit with flag"},
    {30, 2, fixed, 3, "Analog Input, 16-bit with flag"},
    {30, 3, fixed, 4, "Analog Input, 32-bit"},
    {30, 4, fixed, 2, "Analog Input, 16-bit"},
    {30, 5, fixed, 5, "Analog Input, single-precision with flag"},
    {30, 6, fixed, 9, "Analog Input, double-precision with flag"},
    {31, 1, fixed, 5, "Frozen Analog Input, 32-bit with flag"},
    {31, 2, fixed, 3, "Frozen Analog Input, 16-bit with flag"},
    {31, 3, fixed, 11, "Frozen Analog Input, 32-bit with time of freeze"},
    {31, 4, fixed, 9, "Frozen Analog Input, 16-bit with time of freeze"},
    {31, 5, fixed, 4, "Frozen Analog Input, 32-bit"},
    {31, 6, fixed, 2, "Frozen Analog Input, 16-bit"},
    {31, 7, fixed, 5, "Frozen Analog Input, single-precision with flag"},
    {31, 8, fixed, 9, "Frozen Analog Input, double-precision with flag"},
    {32, 1, fixed, 5, "Analog Input Event, 32-bit"},
    {32, 2, fixed, 3, "Analog Input Event, 16-bit"},
    {32, 3, fixed, 11, "Analog Input Event, 32-bit with time"},
    {32, 4, fixed, 9, "Analog Input Event, 16-bit with time"},
    {32, 5, fixed, 5, "Analog Input Event, single-precision"},
    {32, 6, fixed, 9, "Analog Input Event, double-precision"},
    {32, 7, fixed, 11, "Analog Input Event, single-precision with time"},
    {32, 8, fixed, 15, "Analog Input Event, double-precision with time"},
    {33, 1, fixed, 5, "Frozen Analog Input Event, 32-bit"},
    {33, 2, fixed, 3, "Frozen Analog Input Event, 16-bit"},
    {33, 3, fixed, 11, "Frozen Analog Input Event, 32-bit with time"},
    {33, 4, fixed, 9, "Frozen Analog Input Event, 16-bit with time"},
    {33, 5, fixed, 5, "Frozen Analog Input Event, single-precision"},
    {33, 6, fixed, 9, "Frozen Analog Input Event, double-precision"},
    {33, 7, fixed, 11, "Frozen Analog Input Event, single-precision with time"},
    {33, 8, fixed, 15, "Frozen Analog Input Event, double-precision with time"},
    {34, 1, fixed, 2, "Analog Input Deadband, 16-bit"},
    {34, 2, fixed, 4, "Analog Input Deadband, 32-bit"},
    {34, 3, fixed, 4, "Analog Input Deadband, single-precision"},

    {40, 1, fixed, 5, "Analog Output Status, 32-bit with flag"},
    {40, 2, fixed, 3, "Analog Output Status, 16-bit with flag"},
    {40, 3, fixed, 5, "Analog Output Status, single-precision with flag"},
    {40, 4, fixed, 9, "Analog Output Status, double-precision with flag"},
    {41, 1, fixed, 5, "Analog Output, 32-bit"},
    {41, 2, fixed, 3, "Analog Output, 16-bit"},
    {41, 3, fixed, 5, "Analog Output, single-precision"},
    {41, 4, fixed, 9, "Analog Output, double-precision"},
    {42, 1, fixed, 5, "Analog Output Event, 32-bit"},
    {42, 2, fixed, 3, "Analog Output Event, 16-bit"},
    {42, 3, fixed, 11, "Analog Output Event, 32-bit with time"},
    {42, 4, fixed, 9, "Analog Output Event, 16-bit with time"},
    {42, 5, fixed, 5, "Analog Output Event, single-precision"},
    {42, 6, fixed, 9, "Analog Output Event, double-precision"},
    {42, 7, fixed, 11, "Analog Output Event, single-precision with time"},
    {42, 8, fixed, 15, "Analog Output Event, double-precision with time"},
    {43, 1, fixed, 5, "Analog Output Command Event, 32-bit"},
    {43, 2, fixed, 3, "Analog Output Command Event, 16-bit"},
    {43, 3, fixed, 11, "Analog Output Command Event, 32-bit with time"},
    {43, 4, fixed, 9, "Analog Output Command Event, 16-bit with time"},
    {43, 5, fixed, 5, "Analog Output Command Event, single-precision"},
    {43, 6, fixed, 9, "Analog Output Command Event, double-precision"},
    {43, 7, fixed, 11, "Analog Output Command Event, single-precision with time"},
    {43, 8, fixed, 15, "Analog Output Command Event, double-precision with time"},

    {50, 1, fixed, 6, "Time and Date, absolute time"},
    {50, 2, fixed, 10, "Time and Date, absolute time and interval"},
    {50, 3, fixed, 6, "Time and Date, absolute time at last recorded time"},
    {50, 4, fixed, 11, "Time and Date, indexed absolute time and long interval"},
    {51, 1, fixed, 6, "Common Time of Occurrence, synchronised"},
    {51, 2, fixed, 6, "Common Time of Occurrence, unsynchronised"},
    {52, 1, fixed, 2, "Time Delay, coarse"},
    {52, 2, fixed, 2, "Time Delay, fine"},
    {60, 1, none, 0, "Class 0 Data"},
    {60, 2, none, 0, "Class 1 Data"},
    {60, 3, none, 0, "Class 2 Data"},
    {60, 4, none, 0, "Class 3 Data"},
    {70, 1, prefixed, 0, "File Control, file identifier"},
    {70, 2, prefixed, 0, "File Control, authentication"},
    {70, 3, prefixed, 0, "File Control, file command"},
    {70, 4, prefixed, 0, "File Control, file command status"},
    {70, 5, prefixed, 0, "File Control, file transport"},
    {70, 6, prefixed, 0, "File Control, file transport status"},
    {70, 7, prefixed, 0, "File Control, file descriptor"},
    {70, 8, prefixed, 0, "File Control, file specification string"},

    {80, 1, bits, 0, "Internal Indications, packed"},
    {81, 1, fixed, 3, "Device Storage, buffer fill status"},
    {82, 1, prefixed, 0, "Device Profile, functions and indexes"},
    {83, 1, prefixed, 0, "Data Set, private registration object"},
    {83, 2, prefixed, 0, "Data Set, private registration object descriptor"},
    {85, 1, prefixed, 0, "Data Set Prototype, with UUID"},
    {86, 1, prefixed, 0, "Data Set Descriptor, contents"},
    {86, 2, fixed, 1, "Data Set Descriptor, characteristics"},
    {86, 3, prefixed, 0, "Data Set Descriptor, point index attributes"},
    {87, 1, prefixed, 0, "Data Set, present value"},
    {88, 1, prefixed, 0, "Data Set Event, snapshot"},
    {90, 1, prefixed, 0, "Application, identifier"},
    {91, 1, prefixed, 0, "Status of Requested Operation"},
    {101, 1, fixed, 2, "Binary-Coded Decimal Integer, small"},
    {101, 2, fixed, 4, "Binary-Coded Decimal Integer, medium"},
    {101, 3, fixed, 8, "Binary-Coded Decimal Integer, large"},
    {102, 1, fixed, 1, "Unsigned Integer, 8-bit"},
    {114, 1, prefixed, 0, "Extended Octet String"},
    {115, 1, prefixed, 0, "Extended Octet String Event"},

    {120, 1, prefixed, 0, "Authentication, challenge"},
    {120, 2, prefixed, 0, "Authentication, reply"},
    {120, 3, fixed, 6, "Authentication, aggressive mode request"},
    {120, 4, fixed, 2, "Authentication, session key status request"},
    {120, 5, prefixed, 0, "Authentication, session key status"},
    {120, 6, prefixed, 0, "Authentication, session key change"},
    {120, 7, prefixed, 0, "Authentication, error"},
    {120, 8, prefixed, 0, "Authentication, user certificate"},
    {120, 9, prefixed, 0, "Authentication, message authentication code"},
    {120, 10, prefixed, 0, "Authentication, user status change"},
    {120, 11, prefixed, 0, "Authentication, update key change request"},
    {120, 12, prefixed, 0, "Authentication, update key change reply"},
    {120, 13, prefixed, 0, "Authentication, update key change"},
    {120, 14, prefixed, 0, "Authentication, update key change signature"},
    {120, 15, prefixed, 0, "Authentication, update key change confirmation"},
    {121, 1, fixed, 7, "Security Statistic, 32-bit with flag"},
    {122, 1, fixed, 7, "Security Statistic Event, 32-bit with flag"},
    {122, 2, fixed, 13, "Security Statistic Event, 32-bit with flag and time"},
};

// The variation of these is a number of an attribute, or the length of the string.
constexpr ObjectType kOpenTypes[] = {
    {0, 0, Layout::attribute, 0, "Device Attribute"},
    {110, 0, Layout::octets, 0, "Octet String"},
    {111, 0, Layout::octets, 0, "Octet String Event"},
    {112, 0, Layout::octets, 0, "Virtual Terminal Output Block"},
    {113, 0, Layout::octets, 0, "Virtual Terminal Event Data"},
};

// Every group counts its variations from 1 without a gap, so a type is found by its place.
constexpr bool in_place() noexcept {
  for (std::size_t i = 0; i < std::size(kTypes); ++i) {
    const bool follows = i > 0 && kTypes[i].group == kTypes[i - 1].group;
    if (kTypes[i].variation != (follows ? kTypes[i - 1].variation + 1 : 1)) return false;
    if (i > 0 && kTypes[i].group < kTypes[i - 1].group) return false;
  }
  return std::size(kTypes) < 255;
}
static_assert(in_place());

constexpr std::uint8_t kNone = 255;
constexpr std::array<std::uint8_t, 256> kFirst = [] {  // place of variation 1 of each group
  std::array<std::uint8_t, 256> first{};
  first.fill(kNone);
  for (std::size_t i = std::size(kTypes); i-- > 0;) first[kTypes[i].group] = static_cast<std::uint8_t>(i);
  return first;
}();

}  // namespace

const ObjectType* find_object_type(std::uint8_t group, std::uint8_t variation) noexcept {
  if (kFirst[group] == kNone) {
    for (const ObjectType& open : kOpenTypes)
      if (open.group == group) return &open;
    return nullptr;
  }
  const std::size_t place = std::size_t{kFirst[group]} + variation - 1;
  if (variation == 0 || place >= std::size(kTypes) || kTypes[place].group != group) return nullptr;
  return &kTypes[place];
}

bool may_be_asked_for(std::uint8_t group, std::uint8_t variation) noexcept {
  return find_object_type(group, variation) != nullptr || (variation == 0 && kFirst[group] != kNone);
}

}  // namespace kakoi::dnp3
