// Type identifications: names, operation classes, kinds of points and element sizes (IEC 60870-5-101 §7.3, -104 §8,
// security types of IEC 60870-5-7); causes of transmission.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dissectors/core/observation.h"

namespace kakoi::iec104 {

// Who sends ASDUs of a type (-101 §7.2.1.1).
enum class Direction : std::uint8_t { monitoring, controlling, both };

// counted: VSQ and the element's size give the length. segment: one object that ends in LOS octets of a file
// (F_SG_NA_1). opaque: no object address (security types of -5-7, which also span APDUs).
enum class Objects : std::uint8_t { counted, segment, opaque };

struct AsduType {
  std::uint8_t id;
  std::string_view name;
  std::string_view kind;  // of the points that its objects are; empty: they concern the station
  std::uint8_t element;   // octets of one set of elements with its time tag, without object address
  OperationClass cls;
  Direction direction;
  Objects objects = Objects::counted;
};

// Null for numbers that no standard assigns (128–255 are private).
const AsduType* find_type(std::uint32_t id) noexcept;

// End of initialisation, interrogations, clock, test and reset concern the station: object address 0.
constexpr bool is_station_wide(std::uint32_t id) noexcept {
  return id == 70 || id == 100 || id == 101 || id == 103 || id == 104 || id == 105 || id == 106 || id == 107;
}

// U-frames have no type id; where they need a number it is 256 + the first control octet of the act.
inline constexpr std::uint32_t kStartData = 0x107, kStopData = 0x113, kTestFrame = 0x143;

// "M_ME_NC_1"; "Private Type" or "Reserved Type" where the standard has no name; "STARTDT" for kStartData.
std::string_view type_name(std::uint32_t id) noexcept;

// Causes of transmission (-101 §7.2.3).
enum Cause : std::uint8_t {
  kRequest = 5,
  kActivation = 6,
  kActivationCon = 7,
  kDeactivation = 8,
  kDeactivationCon = 9,
  kActivationTerm = 10,
  kUnknownType = 44,
  kUnknownCause = 45,
  kUnknownCommonAddress = 46,
  kUnknownObject = 47,
};
// False for those that no standard assigns.
bool is_assigned_cause(std::uint8_t cause) noexcept;
constexpr bool is_unknown(std::uint8_t cause) noexcept { return cause >= kUnknownType && cause <= kUnknownObject; }
// What a station says of a request; P/N is negative only there (-101 §7.2.3).
constexpr bool is_confirmation(std::uint8_t cause) noexcept {
  return cause == kActivationCon || cause == kDeactivationCon || cause == kActivationTerm || is_unknown(cause);
}
// Why, in the standard's words, an ASDU of that cause with its P/N bit set, or of cause 44–47, refuses.
std::string_view refusal(std::uint8_t cause) noexcept;

}  // namespace kakoi::iec104
