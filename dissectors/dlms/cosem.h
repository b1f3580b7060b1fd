// Objects of a meter (IEC 62056-6-2, interface classes; IEC 62056-6-1, OBIS): what a SET or an ACTION on them changes.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "dissectors/core/dissector.h"

namespace kakoi::dlms {

using Obis = std::array<std::uint8_t, 6>;

// Attribute or method descriptor: class ×2 | logical name ×6 | number
struct Object {
  std::uint16_t class_id = 0;
  Obis name{};
  std::uint8_t number = 0;
};
Object read_object(ByteReader& r) noexcept;

enum ClassId : std::uint16_t {
  data_class = 1,
  clock_class = 8,
  association_class = 15,
  sap_class = 17,
  image_class = 18
};
enum AssociationMember : std::uint8_t { reply_to_hls = 1, secret = 7 };  // a method and an attribute of class 15

std::string_view class_name(std::uint16_t class_id) noexcept;  // "": none that is listed
OperationClass class_of_set(const Object& o) noexcept;
OperationClass class_of_action(const Object& o) noexcept;
std::string_view method_name(const Object& o) noexcept;  // "invoke" where there is no better one

// What every client may read, so that it can log in (IEC 62056-5-3, clause 4.3.4, and companion specifications): the
// associations, the logical device's name and list, and counters of frames.
bool is_public(const Object& o) noexcept;

using ObjectLine = text::Line<48>;
void put_object(const Object& o, bool is_method, ObjectLine& line) noexcept;
// " = 5" of a number; of anything else, which may be a key, nothing.
void put_number(Bytes data, ObjectLine& line) noexcept;

// data-access-result and action-result (clause 8.3): what a refusal says.
std::string_view result_name(std::uint8_t result) noexcept;

// States what the value of such an object says about the device.
void state_identity(const Object& o, Bytes data, const Emit& emit);
// Eight octets: the maker's three letters, the rest is its own.
void state_title(Bytes title, const Emit& emit);

}  // namespace kakoi::dlms
