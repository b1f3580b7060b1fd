// Type identifications: names, operation classes and element sizes (IEC 60870-5-101 §7.3, -104 §8,
// security types of IEC 60870-5-7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dissectors/core/observation.h"

namespace kakoi::iec104 {

// Who sends ASDUs of a type (-101 §7.2.1.1).
enum class Direction : std::uint8_t { monitoring, controlling, both };

// counted: VSQ and the element's size give the length. at_least: one object, its length follows from the
// APDU's. opaque: no object address (security types of -5-7, which also span APDUs).
enum class Objects : std::uint8_t { counted, at_least, opaque };

struct AsduType {
  std::uint8_t id;
  std::string_view name;
  std::uint8_t element;  // octets of one set of elements with its time tag, without object address
  OperationClass cls;
  Direction direction;
  Objects objects = Objects::counted;
};

// Null for numbers that no standard assigns (128–255 are private).
const AsduType* find_type(std::uint32_t id) noexcept;

// "M_ME_NC_1"; "Private Type" or "Reserved Type" where the standard has no name.
std::string_view type_name(std::uint32_t id) noexcept;

// Causes of transmission (-101 §7.2.3); false for those that no standard assigns.
bool is_assigned_cause(std::uint8_t cause) noexcept;

}  // namespace kakoi::iec104
